"""Exact de-duplication, from compressed JSON lines to verdicts, nothing written; beside it a Python loop as people write it, and zstd alone."""
import hashlib
import subprocess
import time

import kit


def plain_python(path):
    """orjson and 128 bits of BLAKE2, which is what a careful script does."""

    def work():
        import io

        import orjson
        import zstandard

        seen, dropped = set(), 0
        with open(path, "rb") as file:
            for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file), 1 << 20):
                digest = hashlib.blake2b(orjson.loads(line)["text"].encode(), digest_size=16).digest()
                dropped += digest in seen
                seen.add(digest)
        return dropped

    return work


def zstd_alone(path):
    """What reading costs at the least: the zstd program, which decompresses on one thread."""
    begin = time.perf_counter()
    subprocess.run(["zstd", "-dc", "--long=31", path], stdout=subprocess.DEVNULL, check=True)
    return kit.Measure(time.perf_counter() - begin, 0, 0, None)


def main():
    corpus, work = kit.arguments().corpus, kit.arguments().work
    runs = [
        lambda threads=threads: kit.cram("dedup", corpus, "--exact", "--dry-run", "--threads", threads, "--output", work / f"exact-{threads}")
        for threads in (1, 2)
    ]
    one, two, python, zstd = kit.in_turn(*runs, lambda: kit.peer(plain_python(corpus)), lambda: zstd_alone(corpus))
    size = one.result["input"]["bytes"] / 1e6
    dropped = one.result["dropped"].get("exact-duplicate", {"documents": 0})["documents"]
    kit.check(python is None or python.result == dropped, f"{dropped} dropped, a Python loop drops {python and python.result}")
    job = "exact duplicates, to verdicts"
    kit.emit(job, "cram dedup --exact", one, size)
    kit.emit(job, "cram dedup --exact", two, size, threads=2)
    kit.emit(job, "Python, orjson, BLAKE2", python, size)
    kit.emit(job, "zstd -dc alone", zstd, size, note="decompresses, nothing else")


if __name__ == "__main__":
    main()
