"""The ring: hand-offs, wake-ups and idling; and sequences from shards to a trainer's loop, beside torch's DataLoader over a memory map and MosaicML streaming.

All give batches of 256 sequences of 128 tokens to one Python process, which looks at each batch's sum: the same sequences, and the same sums for those
that read them in the same order."""
import contextlib
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time

import kit
import numpy

sys.path.insert(0, str(kit.ROOT / "python"))
BATCH, LENGTH = 256, 128


def dataset():
    """Shards of the corpus; made once. Returns their folder and the plain tokens."""
    folder = kit.arguments().work / "ring-shards"
    if not folder.exists():
        corpus = kit.arguments().corpus
        kit.cram("vocab", corpus, "--output", folder.with_name("ring-vocabulary"), "--overwrite")
        kit.cram("tokenize", corpus, "--tokenizer", folder.with_name("ring-vocabulary"), "--provenance", "none", "--output", folder)
    plain = folder.with_suffix(".bin")
    if not plain.exists():
        with open(plain, "wb") as file:
            for shard in sorted((folder / "train").glob("*.tok.zst")):
                file.write(subprocess.run(["zstd", "-dc", shard], capture_output=True, check=True).stdout)
    return folder / "train", plain


@contextlib.contextmanager
def streamer(folder, *options, core=None):
    """A running `cram stream`; its ring's name and its process."""
    name = f"bench-{os.getpid()}-{time.monotonic_ns()}"
    command = [*(["taskset", "-c", str(core)] if core is not None else []), kit.ROOT / ".build/release/cram-stream", folder, "--ring", name, "--quiet", *options]
    process = subprocess.Popen(list(map(str, command)))
    try:
        yield name, process
    finally:
        process.terminate()
        process.wait()


def looked_at(batches):
    """Sequences, and the sum of the tokens of all batches, wherever they come from."""
    count, total = 0, 0
    for batch in batches:
        count += len(batch)
        total += int(batch.sum())
    return count, total


def from_ring(folder, core=None):
    """An epoch through a ring; with `core` four, with both processes on that one core, from the first batch on: what the shards give, without start-up."""

    def work():
        import cram_ring

        if core is not None:
            os.sched_setaffinity(0, {core})
        with streamer(folder, "--epochs", 1 if core is None else 4, core=core) as (name, process):
            begin, ring, count = time.perf_counter(), cram_ring.Ring(name), 0
            if core is not None:
                count, begin = len(next(ring)), time.perf_counter()
                for batch in ring:
                    count += len(batch)
                # The last slot goes back: then the streamer ends.
                del batch
                result = count, None
            else:
                result = looked_at(batch.tokens for batch in ring)
            seconds = time.perf_counter() - begin
            process.wait()
            return seconds, *result

    return work


def from_loader(plain, workers):
    """torch's DataLoader over numpy.memmap, shuffled, as training scripts have it."""

    def work():
        import torch

        class Sequences(torch.utils.data.Dataset):
            def __init__(self):
                self.tokens = numpy.memmap(plain, "<u2", "r").reshape(-1, LENGTH)

            def __len__(self):
                return len(self.tokens)

            def __getitem__(self, place):
                return torch.from_numpy(self.tokens[place].astype(numpy.int64))

        torch.set_num_threads(1)
        loader = torch.utils.data.DataLoader(Sequences(), batch_size=BATCH, shuffle=True, num_workers=workers)
        begin = time.perf_counter()
        result = looked_at(loader)
        return time.perf_counter() - begin, *result

    return work


def from_streaming(folder, workers):
    """MosaicML's StreamingDataset over the same sequences, zstd-compressed, in its own shuffled order."""

    def work():
        import streaming
        import torch

        class Sequences(streaming.StreamingDataset):
            def __getitem__(self, place):
                return torch.from_numpy(numpy.frombuffer(super().__getitem__(place)["tokens"], "<u2").astype(numpy.int64))

        torch.set_num_threads(1)
        streaming.base.util.clean_stale_shared_memory()
        made = Sequences(local=str(folder), shuffle=True, batch_size=BATCH)
        begin = time.perf_counter()
        result = looked_at(torch.utils.data.DataLoader(made, batch_size=BATCH, num_workers=workers))
        return time.perf_counter() - begin, *result

    return work


def as_streaming(plain):
    """The sequences as MosaicML's writer packs them; None where it is not installed."""
    folder = plain.with_name("ring-mds")
    try:
        import streaming
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None
    if not folder.exists():
        with streaming.MDSWriter(out=str(folder), columns={"tokens": "bytes"}) as writer:
            for sequence in numpy.memmap(plain, "<u2", "r").reshape(-1, LENGTH):
                writer.write({"tokens": sequence.tobytes()})
    return folder


def paced(folder, rate, seconds=10):
    """The share of a core that the streamer takes while it feeds `rate` tokens a second."""
    import cram_ring

    with streamer(folder) as (name, process):
        ring = cram_ring.Ring(name)
        for _ in range(100):
            next(ring)
        before, begin, count = cpu_of(process.pid), time.perf_counter(), 0
        while (now := time.perf_counter() - begin) < seconds:
            if count <= now * rate:
                count += next(ring).tokens.size
            else:
                time.sleep(count / rate - now)
        share = (cpu_of(process.pid) - before) / now
        ring.close()
        return share, count / now


def cpu_of(pid):
    """Processor seconds of all threads of a process, by the scheduler's own count in nanoseconds."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def hand_offs():
    runs = [kit.cram("ring", "bench").result for _ in range(kit.arguments().rounds)]
    best = sorted(runs, key=lambda run: run["handoffs_per_second"])[len(runs) // 2]
    job = "ring between two processes, slots of 64 KiB"
    kit.figure(job, "hand-offs", best["handoffs_per_second"] / 1e3, "thousand/s", "one sequence written in each slot, its checksum made and verified")
    kit.figure(job, "full slots", best["full_handoffs_per_second"] / 1e3, "thousand/s", "64 KiB written, their checksum made and verified")
    kit.figure(job, "asleep to awake, p50", best["wake_p50_microseconds"], "µs")
    kit.figure(job, "asleep to awake, p99", best["wake_p99_microseconds"], "µs")
    kit.figure(job, "waiting producer", best["idle_producer_share"] * 100, "% of a core")
    kit.figure(job, "waiting consumer", best["idle_consumer_share"] * 100, "% of a core")


def main():
    hand_offs()
    folder, plain = dataset()
    sequences = plain.stat().st_size // (2 * LENGTH)
    truth = int(numpy.memmap(plain, "<u2", "r").sum(dtype=numpy.int64))
    share, rate = paced(folder, 1e6)
    kit.figure("the streamer while it feeds a trainer", "at 1 M tokens/s", share * 100, "% of a core", f"{rate / 1e6:.2f} M tokens/s")
    packed = as_streaming(plain)
    runs = {
        ("cram stream, cram_ring", 2, "two processes"): from_ring(folder),
        ("cram stream, cram_ring, on one core", 1, "both processes, four epochs, three shuffled; verified, not summed"): from_ring(folder, core=0),
        ("torch DataLoader, memmap, 1 worker", 1, "uncompressed"): from_loader(plain, 1),
        ("torch DataLoader, memmap, 2 workers", 2, "uncompressed"): from_loader(plain, 2),
    }
    if packed:
        runs |= {(f"MosaicML streaming, {workers} worker{'s' * (workers > 1)}", workers, "uncompressed"): from_streaming(packed, workers) for workers in (1, 2)}
    measured = kit.in_turn(*(lambda work=work: kit.peer(work) for work in runs.values()))
    for (program, threads, note), measure in zip(runs, measured):
        if measure is None:
            continue
        seconds, count, total = measure.result
        kit.check(count % sequences == 0 and total in (None, truth), f"{program}: {count} sequences of {sequences}, sum {total} of {truth}")
        kit.emit(
            "an epoch of shards into a Python loop", program, measure._replace(seconds=seconds), count * LENGTH / 1e6, threads=threads, unit="M tokens/s", note=note
        )  # fmt: skip


if __name__ == "__main__":
    main()
