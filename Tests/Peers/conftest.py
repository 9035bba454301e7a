"""The road, walked once by the real executables on a small text: what every comparison looks at."""
import json
import os
import pathlib
import random
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "TQDM_DISABLE": "1"}

WORDS = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she "
    "there would their we him been has when who will no more if out so what up said about than its into them can only other time new some could "
    "these two may first then do any like my now over such our man me even most made after also well fifty-one naïve café “quoted” — dash… 中文 "
    "Straße İstanbul e\u0301lan ﬁne 3.14 x_1 don't rock'n'roll supercalifragilistic"
).split(" ")


def pytest_addoption(parser):
    parser.addoption("--corpus", help="JSON lines, plain or .zst, that the filters are compared on (default: texts that are on every machine)")


def cram(*arguments):
    """Runs `cram …`, which has to succeed; returns what it printed."""
    done = subprocess.run([ROOT / "bin/cram", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def cram_json(*arguments):
    return json.loads(cram(*arguments, "--json", "--quiet"))


@pytest.fixture(scope="session")
def documents():
    """Texts of every kind, the same each time."""
    chance = random.Random(7)
    return [" ".join(chance.choices(WORDS, k=chance.randrange(50, 300))) + "." for _ in range(400)]


@pytest.fixture(scope="session")
def road(tmp_path_factory, documents):
    """The folder with corpus.jsonl, vocabulary, shards, run and model."""
    folder = tmp_path_factory.mktemp("road")
    lines = (json.dumps({"id": str(number), "text": text}, ensure_ascii=False) for number, text in enumerate(documents))
    (folder / "corpus.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    cram("vocab", folder / "corpus.jsonl", "--size", 240, "--output", folder / "vocabulary", "--quiet")
    cram("tokenize", folder / "corpus.jsonl", "--tokenizer", folder / "vocabulary", "--heldout", 0.1, "--output", folder / "shards", "--quiet")
    cram("train", "--shards", folder / "shards", "--output", folder / "run", "--model", "crammed-bert-tiny", "--batch", 8, "--budget", "60-steps", "--quiet")
    cram("export", folder / "run/checkpoints/latest", "--output", folder / "model", "--quiet")
    return folder
