#!/usr/bin/env python3
"""Trains a small Hugging Face BERT on masked words from a ring, and goes on exactly where it was after any interruption.

    cram stream shards/train --ring training &
    python python/examples/train_bert.py training --output run --steps 1000

The streamer is another process: no data loader, no workers. A checkpoint holds the model, the optimizer and the ring's
place in the stream; masks follow from the place, so that an interrupted run gives the weights of an uninterrupted one."""
import argparse
import os
import pathlib

import cram_ring
import torch
import transformers


def masked(batch, header, share):
    """Inputs and labels of a batch: of all words that are no specials, `share` are to be guessed; 8 of 10 of these read <mask>, one a random word."""
    ids = batch.tensor()
    chance = torch.Generator().manual_seed(batch.first_sequence)
    draw = lambda: torch.rand(ids.shape, generator=chance)
    specials = torch.tensor(sorted(header.special_ids.values()))
    chosen = (draw() < share) & ~torch.isin(ids, specials)
    labels = ids.where(chosen, -100)
    fate = draw()
    words = torch.randint(len(specials), header.vocabulary_size, ids.shape, generator=chance)
    inputs = ids.where(~(chosen & (fate < 0.8)), header.special_ids["mask"]).where(~(chosen & (fate >= 0.9)), words)
    return inputs, labels


def make_model(header, options):
    return transformers.BertForMaskedLM(
        transformers.BertConfig(
            vocab_size=header.vocabulary_size, hidden_size=options.hidden, num_hidden_layers=options.layers, num_attention_heads=max(1, options.hidden // 64),
            intermediate_size=4 * options.hidden, max_position_embeddings=header.sequence_length, pad_token_id=header.special_ids.get("pad", 0),
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )
    )  # fmt: skip


def save(path, **state):
    """Writes beside and renames: a checkpoint is whole or not there."""
    beside = path.with_suffix(".new")
    torch.save(state, beside)
    os.replace(beside, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ring")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--masked", type=float, default=0.25)
    parser.add_argument("--save-every", type=int, default=50)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "checkpoint.pt"

    ring = cram_ring.Ring(options.ring)
    saved = torch.load(path) if path.exists() else None
    ring.load_state_dict(saved["ring"] if saved else {"next_sequence": 0})
    torch.manual_seed(0)
    model = make_model(ring.header, options)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.learning_rate)
    step = 0
    if saved:
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]

    while step < options.steps and (batch := next(ring, None)) is not None:
        inputs, labels = masked(batch, ring.header, options.masked)
        del batch  # Its slot goes back to the streamer while this trains.
        loss = model(input_ids=inputs, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        step += 1
        print(f"step {step}  loss {loss.item():.4f}  waited {ring.waited_seconds:.3f} s", flush=True)
        if step % options.save_every == 0 or step == options.steps:
            save(path, model=model.state_dict(), optimizer=optimizer.state_dict(), step=step, ring=ring.state_dict())
    model.save_pretrained(options.output)


if __name__ == "__main__":
    main()
