"""What the benchmarks share: real text, measured runs of our commands and of peers, and one line of JSON for each measurement.

A benchmark is a script beside this file. It takes the arguments of `arguments()`, checks that the results are right, and calls `emit` for each
measurement; `scripts/bench` runs them all and makes the tables. Our side is timed as a whole process (start-up included), a peer from its first read
to its last verdict, in a process of its own."""
import argparse
import functools
import importlib.metadata
import io
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Measure(NamedTuple):
    """One run: seconds by the clock, seconds of all its cores together, and the largest resident size in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    result: object


@functools.cache
def arguments():
    """--corpus FILE.jsonl.zst, --megabytes N (how much of it slow peers get), --rounds N, --work DIR."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=pathlib.Path, required=True)
    parser.add_argument("--megabytes", type=float, default=16, help="of text for peers that take minutes for more")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    return parser.parse_args()


def texts(path):
    """The texts of a corpus, one after the other."""
    import zstandard

    with open(path, "rb") as file:
        for line in io.BufferedReader(zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file), 1 << 20):
            yield json.loads(line)["text"]


def head_of_corpus(megabytes):
    """A .jsonl.zst with the first documents of the corpus, of so many megabytes (10^6 bytes) of text; made once. Returns its path and its bytes of text."""
    import zstandard

    path = arguments().work / f"head-{megabytes:g}.jsonl.zst"
    stamp = path.with_suffix(".bytes")
    if not stamp.exists():
        size = 0
        # Never all of it in memory: what this process has held counts as the peak of every command that it starts.
        with open(path, "wb") as file, zstandard.ZstdCompressor(3).stream_writer(file) as writer:
            for number, text in enumerate(texts(arguments().corpus)):
                if size >= megabytes * 1e6:
                    break
                size += len(text.encode())
                writer.write((json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n").encode())
        stamp.write_text(str(size))
    return path, int(stamp.read_text())


def cram(verb, *options):
    """Runs `cram VERB …`, which has to succeed, and measures it; the result is what it printed with --json."""
    command = [ROOT / f".build/release/cram-{verb}", *map(str, options), "--quiet", "--json"]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, error = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status:
        sys.exit(f"{' '.join(map(str, command))}: {error.decode().strip()}")
    return Measure(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, json.loads(out) if out.strip() else None)


def peer(work):
    """Measures `work()` in a process of its own, which it leaves with a result that can be written as JSON. None where it needs what is not installed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            before, begin = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
            result = work()
            seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            answer = [seconds, cpu, after.ru_maxrss << 10, result]
        except ImportError as error:
            answer = str(error)
        with os.fdopen(writer, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = json.loads(pipe.read() or '"it ended without an answer"')
    os.waitpid(child, 0)
    if isinstance(answer, str):
        print(f"left out: {answer}", file=sys.stderr)
        return None
    return Measure(*answer)


def in_turn(*runs, rounds=None):
    """Runs the functions in turn, so that a machine whose speed drifts is as fast for each, and returns the median run of each."""
    all_runs = [[run() for run in runs] for _ in range(rounds or arguments().rounds)]
    return [median(column) for column in zip(*all_runs)]


def median(measures):
    """The run whose seconds are the median."""
    if None in measures:
        return None
    return min(measures, key=lambda one: abs(one.seconds - statistics.median_low([each.seconds for each in measures])))


def version(package):
    """A peer's version, as it is installed."""
    return importlib.metadata.version(package)


def emit(job, program, measure, size, threads=1, unit="MB/s", note=""):
    """One measurement: `size` is what was worked on, in millions of the unit before the slash (bytes of text, for MB/s)."""
    if measure is not None:
        print(json.dumps({
            "job": job, "program": program, "threads": threads, "rate": size / measure.seconds, "unit": unit, "seconds": measure.seconds,
            "cpu_seconds": measure.cpu_seconds, "peak_bytes": measure.peak_bytes, "size": size, "note": note,
        }), flush=True)  # fmt: skip


def figure(job, program, value, unit, note=""):
    """One figure that is no rate, such as a size or a delay."""
    print(json.dumps({"job": job, "program": program, "figure": value, "unit": unit, "note": note}), flush=True)


def check(holds, what):
    """Ends the benchmark where a result is wrong: a figure of a wrong result is none."""
    if not holds:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: wrong result: {what}")
