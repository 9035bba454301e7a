"""Vocabulary and ids against tokenizers and transformers."""
import itertools
import json
import re

import pytest
import tokenizers
import transformers
from conftest import ROOT, cram


def test_ids_are_those_of_tokenizers(road, documents):
    reference = tokenizers.Tokenizer.from_file(str(road / "vocabulary/tokenizer.json"))
    said = cram("tokenize", road / "corpus.jsonl", "--tokenizer", road / "vocabulary", "--ids", "-", "--quiet")
    ours = [json.loads(line)["ids"] for line in said.splitlines()]
    theirs = [encoding.ids for encoding in reference.encode_batch(documents, add_special_tokens=False)]
    assert ours == theirs


def test_transformers_knows_the_special_tokens(road):
    fast = transformers.AutoTokenizer.from_pretrained(str(road / "vocabulary"))
    assert [fast.pad_token, fast.unk_token, fast.cls_token, fast.sep_token, fast.mask_token] == ["<pad>", "<unk>", "<cls>", "<sep>", "<mask>"]
    assert fast.pad_token_id == 0


SPECIALS = ["<pad>", "<unk>", "<cls>", "<sep>", "<mask>"]
REAL_TEXT = "Tests/Golden/tokenization/text.txt"


def trained_by_the_reference(like, texts, size, first):
    """The pieces of a run of the reference trainer in their order; `first` are the special tokens, and characters that are given ids."""
    trained = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="<unk>"))
    trained.normalizer, trained.pre_tokenizer = like.normalizer, like.pre_tokenizer
    trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=size, min_frequency=0, special_tokens=first, show_progress=False)
    trained.train_from_iterator(texts, trainer)
    return sorted(trained.get_vocab(), key=trained.get_vocab().get)


@pytest.mark.parametrize("normalizer", ["cram", "paper", "bert-uncased", "bert-cased"])
def test_pieces_arise_as_in_the_reference_trainer(documents, tmp_path, normalizer):
    """By itself the reference numbers characters inside words by chance. Where they are given our ids it has no choice left: the very same pieces in the same order."""
    texts = [*documents, *(ROOT / REAL_TEXT).read_text().split("\n"), *(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))]
    # Ours leaves special tokens out of the words; the reference does not know them yet and would take them for words.
    texts = [re.sub("<(pad|unk|cls|sep|mask)>", " ", text) for text in texts]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    cram("vocab", tmp_path / "corpus.jsonl", "--size", 3000, "--normalizer", normalizer, "--order", "merge", "--output", tmp_path / "vocabulary", "--quiet")
    tokenizer = tokenizers.Tokenizer.from_file(str(tmp_path / "vocabulary/tokenizer.json"))
    ours = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    characters = itertools.takewhile(lambda piece: len(piece.removeprefix("##")) == 1, ours[len(SPECIALS) :])
    assert trained_by_the_reference(tokenizer, texts, 3000, SPECIALS + list(characters)) == ours


def test_pieces_are_those_of_a_free_run_of_the_reference_up_to_ties(road, documents):
    """A small text is full of ties: ours has to be as near to a run of the reference as its runs are to each other."""
    tokenizer = tokenizers.Tokenizer.from_file(str(road / "vocabulary/tokenizer.json"))
    ours, runs = set(tokenizer.get_vocab()), [set(trained_by_the_reference(tokenizer, documents, 240, SPECIALS)) for _ in range(8)]
    among = min(len(one & other) for one, other in itertools.combinations(runs, 2))
    assert max(len(ours & run) for run in runs) >= among, sorted(ours ^ runs[0])


NEW = {"content": "[NEW]", "lstrip": True, "rstrip": False, "normalized": True, "single_word": False, "special": False}
MASK = {"content": "[MASK]", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}
FOLDERS = [
    {"tokenizer_config.json": {"do_lower_case": False, "tokenizer_class": "ElectraTokenizerFast", "tokenize_chinese_chars": False}},
    {"tokenizer_config.json": {"strip_accents": False, "extra_special_tokens": ["[NEW]", "<x>"]}},
    {"tokenizer_config.json": {"added_tokens_decoder": {"245": NEW, "4": MASK | {"special": True}}}, "special_tokens_map.json": {"mask_token": "the"}},
    {"tokenizer_config.json": {"mask_token": "[NEW]"}, "added_tokens.json": {"[NEW2]": 246, "[NEW]": 245}},
    {"tokenizer_config.json": {}, "special_tokens_map.json": {"mask_token": MASK, "additional_special_tokens": ["[NEW]"]}},
]


@pytest.mark.parametrize("files", FOLDERS)
def test_a_folder_without_tokenizer_json_is_what_transformers_makes_of_it(road, tmp_path, files):
    pieces = (road / "vocabulary/vocab.txt").read_text().split("\n")[:240]
    pieces[:5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (tmp_path / "vocab.txt").write_text("\n".join([*pieces, *"ÉÄé中文"]) + "\n")
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps({"tokenizer_class": "BertTokenizer"} | content if "config" in name else content))
    text = "The end [NEW] of [new] it  [MASK] Élan é 中文 x[NEW]y <x> [NEW2] x-y [CLS]"
    reference = transformers.AutoTokenizer.from_pretrained(str(tmp_path))
    found = json.loads(cram("tokenize", "--tokenizer", tmp_path, "--show", text, "--json"))["tokens"]
    assert [token["id"] for token in found] == reference(text, add_special_tokens=False)["input_ids"]
