"""Documents read and written again with nothing left out, from .zst to .zst of level 1: what every stage costs at the least. Beside it the zstd program,
which knows nothing of lines, and a Python loop as people write it."""
import io
import resource
import shutil
import subprocess
import time

import kit

JOB = "documents read and written again"


def zstd_program(path, target):
    """One process decompresses, one compresses by two threads."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(f"zstd -qdc --long=31 '{path}' | zstd -qf -1 -T2 -o '{target}'", shell=True, check=True)
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return kit.Measure(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 0, None)


def plain_python(path, target):
    """Every line parsed by orjson, and written as it was where it holds a text."""

    def work():
        import orjson
        import zstandard

        count = 0
        with open(path, "rb") as file, open(target, "wb") as out:
            lines = io.BufferedReader(zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file), 1 << 20)
            with zstandard.ZstdCompressor(level=1, threads=2).stream_writer(out) as writer:
                for line in lines:
                    count += isinstance(orjson.loads(line)["text"], str)
                    writer.write(line)
        return count

    return work


def rewrite(threads):
    """Our run; the rule is one that all documents pass, empty ones too."""
    target = kit.arguments().work / "rewritten"
    shutil.rmtree(target, ignore_errors=True)
    return kit.cram("filter", kit.arguments().corpus, "--rule", "min-characters=0", "--threads", threads, "--output", target)


def main():
    corpus, work = kit.arguments().corpus, kit.arguments().work
    one, two, zstd, python = kit.in_turn(
        lambda: rewrite(1), lambda: rewrite(2), lambda: zstd_program(corpus, work / "zstd.zst"), lambda: kit.peer(plain_python(corpus, work / "python.zst"))
    )
    size, documents = two.result["input"]["bytes"] / 1e6, two.result["input"]["documents"]
    kit.check(two.result["output"] == two.result["input"], "documents went that no rule drops")
    kit.check(python is None or python.result == documents, f"{documents} documents, a Python loop finds {python and python.result}")
    kit.emit(JOB, "cram filter, a rule that all pass", one, size)
    kit.emit(JOB, "cram filter, a rule that all pass", two, size, threads=2)
    kit.emit(JOB, "zstd -dc, piped to zstd -1 -T2", zstd, size, threads=2, note="no lines, nothing checked")
    kit.emit(JOB, "Python, orjson, zstandard", python, size, threads=2, note="compresses by two threads")


if __name__ == "__main__":
    main()
