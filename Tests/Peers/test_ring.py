"""The Python package: batches in numpy and torch, exact resume, and the example that trains a Hugging Face BERT from a ring."""
import contextlib
import itertools
import os
import signal
import subprocess
import sys

import numpy
import pytest
import torch
from conftest import ROOT

sys.path.insert(0, str(ROOT / "python"))
import cram_ring  # noqa: E402

BATCH = 16


@contextlib.contextmanager
def stream(folder, name, *options):
    """A streamer that is gone when the block ends."""
    name = f"peers-{os.getpid()}-{name}"
    command = [ROOT / "bin/cram", "stream", folder, "--ring", name, "--batch", BATCH, "--grace", "60s", "--quiet", *options]
    process = subprocess.Popen(list(map(str, command)))
    process.ring = name
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def tokens(road):
    """What numpy reads from the shards."""
    shards = sorted((road / "shards/train").glob("*.tok.zst"))
    plain = b"".join(subprocess.run(["zstd", "-dc", shard], capture_output=True, check=True).stdout for shard in shards)
    return numpy.frombuffer(plain, "<u2").reshape(-1, 128)


def test_batches_are_what_numpy_reads_from_the_shards(road, tokens):
    with stream(road / "shards/train", "whole", "--epochs", 1) as streamer:
        ring = cram_ring.Ring(streamer.ring)
        assert (ring.header.sequence_length, ring.header.sequences_per_epoch) == (128, len(tokens))
        position = 0
        for batch in ring:
            assert batch.first_sequence == position
            assert numpy.array_equal(batch.tokens, tokens[position : position + len(batch)])
            position = batch.next_sequence
        assert position == len(tokens)
        # The last one's slot: the stream has ended when it is given back.
        del batch
        assert streamer.wait() == 0


def test_nothing_is_copied_and_a_slot_is_kept_while_anything_of_it_lives(road, tokens):
    with stream(road / "shards/train", "shared") as streamer, cram_ring.Ring(streamer.ring) as ring:
        first = next(ring)
        shared = first.tensor(dtype=torch.uint16)
        assert shared.data_ptr() == first.tokens.ctypes.data and not first.tokens.flags.writeable
        own = first.tensor()
        assert own.dtype == torch.int64 and own.data_ptr() != shared.data_ptr()
        view = shared[1:]
        del first, shared
        for _ in range(3 * ring.header.slot_count // 4):
            next(ring)
        assert numpy.array_equal(view.numpy(), tokens[1:BATCH])
        with pytest.raises(cram_ring.RingError, match="held"):
            list(itertools.islice(ring, 2 * ring.header.slot_count))
        assert numpy.array_equal(view.numpy(), tokens[1:BATCH])


def test_a_program_that_ends_with_its_last_batch_in_hand_lets_the_streamer_end(road):
    with stream(road / "shards/train", "last", "--epochs", 1) as streamer:
        program = f"import cram_ring\nfor batch in cram_ring.Ring({streamer.ring!r}): pass"
        subprocess.run([sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT / "python")}, check=True)
        assert streamer.wait(30) == 0


def test_a_state_goes_on_exactly_there(road, tokens):
    with stream(road / "shards/train", "state") as streamer:
        ring = cram_ring.Ring(streamer.ring)
        ring.load_state_dict({"next_sequence": 5})
        seen = [batch.numpy() for batch in itertools.islice(ring, 3)]
        state = ring.state_dict()
        assert state == {"next_sequence": 5 + 3 * BATCH}
        list(itertools.islice(ring, 4))
        ring.close()
        again = cram_ring.Ring(streamer.ring)
        again.load_state_dict(state)
        seen += [batch.numpy() for batch in itertools.islice(again, 2)]
        expected = numpy.concatenate([tokens] * 3)[5 : 5 + 5 * BATCH]
        if 5 + 5 * BATCH <= len(tokens):
            assert numpy.array_equal(numpy.concatenate(seen), expected)


def test_a_stopped_streamer_is_an_error_and_never_the_end(road):
    with stream(road / "shards/train", "stopped") as streamer:
        ring = cram_ring.Ring(streamer.ring)
        next(ring)
        streamer.send_signal(signal.SIGTERM)
        with pytest.raises(cram_ring.RingError, match="stopped by a signal"):
            for _ in ring:
                pass


def test_a_second_consumer_and_an_absent_ring_are_refused(road):
    with stream(road / "shards/train", "second") as streamer, cram_ring.Ring(streamer.ring) as ring:
        next(ring)
        with pytest.raises(cram_ring.RingError, match="already consumes"):
            next(cram_ring.Ring(streamer.ring))
    with pytest.raises(cram_ring.RingError, match="not there"):
        next(cram_ring.Ring(f"peers-{os.getpid()}-absent", patience=0.1))


def example(ring, output, steps, **options):
    command = [sys.executable, ROOT / "python/examples/train_bert.py", ring, "--output", output, "--steps", steps, "--layers", 2, "--hidden", 64]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "python"), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(list(map(str, [*command, "--save-every", 5])), stdout=subprocess.PIPE, text=True, env=environment, **options)


def test_the_example_trains_a_bert_and_a_killed_one_goes_on_to_the_same_weights(road, tmp_path):
    with stream(road / "shards/train", "bert") as streamer:
        lines = example(streamer.ring, tmp_path / "whole", 30).communicate()[0].splitlines()
        losses = [float(line.split()[3]) for line in lines]
        assert len(losses) == 30 and sum(losses[-5:]) < sum(losses[:5]) - 1.5
        killed = example(streamer.ring, tmp_path / "killed", 30)
        while "step 12 " not in killed.stdout.readline():
            pass
        killed.kill()
        killed.wait()
        again = example(streamer.ring, tmp_path / "killed", 30)
        first = int(again.communicate()[0].split()[1])
        assert 10 < first <= 30 and again.returncode == 0
        whole, gone_on = (torch.load(tmp_path / name / "checkpoint.pt") for name in ("whole", "killed"))
        assert whole["ring"] == gone_on["ring"]
        for name, weight in whole["model"].items():
            assert torch.equal(weight, gone_on["model"][name]), name
    import transformers

    assert transformers.BertForMaskedLM.from_pretrained(tmp_path / "whole").config.vocab_size == 240
