"""The exported model in transformers."""
import math

import pytest
import torch
import transformers
from conftest import cram_json


@pytest.fixture(scope="module")
def exported(road):
    model = transformers.AutoModelForMaskedLM.from_pretrained(road / "model", trust_remote_code=True).eval()
    return model, transformers.AutoTokenizer.from_pretrained(road / "model", trust_remote_code=True)


@pytest.mark.parametrize("text", ["the <mask> of the time.", "we had <mask> and no more.", "<mask>"])
def test_the_same_words_with_the_same_probability(road, exported, text):
    model, tokenizer = exported
    inputs = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits[0]
    place = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0, 0]
    best = logits[place].softmax(-1).topk(5)
    ours = cram_json("evaluate", "fill-mask", "--checkpoint", road / "run/checkpoints/latest", text, "--top", 5)["fillings"]
    assert [filling["id"] for filling in ours] == best.indices.tolist()
    assert all(abs(math.log(filling["probability"] / value)) < 1e-3 for filling, value in zip(ours, best.values.tolist()))


def test_padding_changes_nothing(exported):
    model, tokenizer = exported
    alone = tokenizer("we had time.", return_tensors="pt")
    padded = tokenizer(["we had time.", "the first of them all would have been more than the other."], padding=True, return_tensors="pt")
    with torch.inference_mode():
        one, two = model(**alone).logits[0], model(**padded).logits[0]
    assert (one - two[: len(one)]).abs().max() < 1e-4


def test_saved_again_it_is_the_same_model(exported, tmp_path):
    model, _ = exported
    model.save_pretrained(tmp_path)
    again = transformers.AutoModelForMaskedLM.from_pretrained(tmp_path, trust_remote_code=True).eval()
    ids = torch.randint(5, 240, (2, 40), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(model(input_ids=ids).logits, again(input_ids=ids).logits)
