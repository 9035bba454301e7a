"""Words, verdicts and changed texts of `cram filter` against datatrove's, document by document, on real text (or with `--corpus FILE` on another)."""
import functools
import io
import json
import pathlib
import subprocess
import sysconfig

import pytest
import zstandard
from conftest import ROOT, cram
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.utils.text import split_into_sentences, split_into_words
from datatrove.utils.word_tokenizers import load_word_tokenizer

FILTERS = {"gopher-quality": GopherQualityFilter, "gopher-repetition": GopherRepetitionFilter, "c4": C4QualityFilter, "fineweb": FineWebQualityFilter}


def own_texts():
    """Prose, code, tables and lists that are on every machine: Python's manual and its modules, the system's licences, our own pages."""
    from pydoc_data.topics import topics

    yield from topics.values()
    for folder, pattern in ((sysconfig.get_path("stdlib"), "*.py"), ("/usr/share/common-licenses", "*"), (ROOT / "docs", "*.md")):
        for path in sorted(pathlib.Path(folder).glob(pattern)):
            text = path.read_text(encoding="utf-8", errors="ignore")
            yield text
            yield from text.split("\n\n\n")[1:]


@pytest.fixture(scope="module")
def corpus(request, tmp_path_factory):
    """The file and its texts, called by their places."""
    given, path = request.config.getoption("corpus"), tmp_path_factory.mktemp("filters") / "corpus.jsonl"
    if given:
        opened = zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(open(given, "rb")) if given.endswith(".zst") else open(given, "rb")
        texts = [json.loads(line)["text"] for line in io.BufferedReader(opened)]
    else:
        texts = list(own_texts())
    path.write_text("".join(json.dumps({"id": str(place), "text": text}) + "\n" for place, text in enumerate(texts)))
    return path, texts


@pytest.fixture(scope="module", autouse=True)
def remembered_words():
    """Three filters split the same texts, which takes nearly all of their time: once is enough."""
    tokenizer = load_word_tokenizer("eng")
    tokenizer.word_tokenize = functools.lru_cache(maxsize=None)(tokenizer.word_tokenize)


def rows(lines):
    return {row["id"]: row for row in map(json.loads, filter(None, lines.split("\n")))}


def test_words_and_sentences_are_those_of_spacy(corpus, tmp_path):
    path, texts = corpus
    cram("filter", path, "--words", tmp_path / "words.jsonl", "--quiet")
    ours = rows((tmp_path / "words.jsonl").read_text(encoding="utf-8"))
    for place, text in enumerate(texts):
        assert ours[str(place)]["words"] == split_into_words(text, "eng"), place
        # datatrove's C4 filter splits each line alone.
        sentences = [len(split_into_sentences(line.strip(), "eng")) for line in text.splitlines()]
        assert ours[str(place)]["sentences"] == sentences, place


@pytest.mark.parametrize("preset", FILTERS)
def test_verdicts_and_texts_are_those_of_datatrove(corpus, tmp_path, preset):
    path, texts = corpus
    cram("filter", path, "--preset", preset, "--output", tmp_path / "kept", "--dropped", tmp_path / "dropped.jsonl", "--quiet")
    kept = rows(subprocess.run(f"zstd -dcq {tmp_path}/kept/documents-*.zst", shell=True, capture_output=True, check=True).stdout.decode())
    dropped = rows((tmp_path / "dropped.jsonl").read_text(encoding="utf-8"))
    judge, differing = FILTERS[preset](), {}
    for place, text in enumerate(texts):
        document = Document(text=text, id="")
        answer = judge.filter(document)
        stays, reason = answer if isinstance(answer, tuple) else (answer, None)
        theirs = document.text if stays else reason
        ours = kept[str(place)]["text"] if str(place) in kept else dropped[str(place)]["dropped"]["reason"]
        if (stays, theirs) != (str(place) in kept, ours):
            differing[place] = (theirs[:80], ours[:80])
    assert not differing, f"{len(differing)} of {len(texts)}: {list(differing.items())[:3]}"
    assert 0 < len(kept) < len(texts)
