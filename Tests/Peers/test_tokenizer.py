"""Vocabulary and ids against tokenizers and transformers."""
import itertools
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


def pieces_of_the_reference(like, documents):
    """The set of pieces of one run of the reference trainer; ties fall as its hash map happens to be laid out."""
    trained = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="<unk>"))
    trained.normalizer, trained.pre_tokenizer = like.normalizer, like.pre_tokenizer
    specials = ["<pad>", "<unk>", "<cls>", "<sep>", "<mask>"]
    trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=240, min_frequency=0, special_tokens=specials, show_progress=False)
    trained.train_from_iterator(documents, trainer)
    return set(trained.get_vocab())


def test_pieces_are_those_of_the_reference_trainer_up_to_ties(road, documents):
    """A small text is full of ties: ours has to be as near to a run of the reference as its runs are to each other."""
    tokenizer = tokenizers.Tokenizer.from_file(str(road / "vocabulary/tokenizer.json"))
    ours, runs = set(tokenizer.get_vocab()), [pieces_of_the_reference(tokenizer, documents) for _ in range(8)]
    among = min(len(one & other) for one, other in itertools.combinations(runs, 2))
    assert max(len(ours & run) for run in runs) >= among, sorted(ours ^ runs[0])
