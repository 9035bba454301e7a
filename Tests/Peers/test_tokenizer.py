"""Vocabulary and ids against tokenizers and transformers."""
import json

import tokenizers
import transformers
from conftest import cram


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


def test_pieces_are_those_of_the_reference_trainer(road, documents):
    ours = tokenizers.Tokenizer.from_file(str(road / "vocabulary/tokenizer.json"))
    theirs = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="<unk>"))
    theirs.normalizer, theirs.pre_tokenizer = ours.normalizer, ours.pre_tokenizer
    specials = ["<pad>", "<unk>", "<cls>", "<sep>", "<mask>"]
    trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=400, min_frequency=0, special_tokens=specials, show_progress=False)
    theirs.train_from_iterator(documents, trainer)
    one, other = set(ours.get_vocab()), set(theirs.get_vocab())
    assert len(one & other) >= 0.97 * len(other), sorted(one ^ other)
