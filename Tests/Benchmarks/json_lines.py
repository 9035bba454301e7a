"""Reading lines of JSON that lie in memory, one thread: ours beside simdjson's two ways, on the same work (see measure-json/measure.cpp)."""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

import kit

HERE = pathlib.Path(__file__).parent / "measure-json"
KERNELS = kit.ROOT / "Sources/DataPrep/CTextKernels"
JOB = "lines of JSON in memory, to texts and ids"


def built():
    """The program, compiled as fast as each side can be: ours as in the package, simdjson's header for this very processor."""
    work = kit.arguments().work / "measure-json"
    work.mkdir(exist_ok=True)
    objects = []
    for source in [*sorted(KERNELS.glob("json_*.c")), KERNELS / "utf8.c"]:
        objects.append(work / f"{source.stem}.o")
        subprocess.run(["clang", "-O3", "-c", f"-I{KERNELS}/include", source, "-o", objects[-1]], check=True)
    flags = ["-std=c++17", "-O3", "-march=native", f"-I{KERNELS}/include"]
    subprocess.run(["g++", *flags, HERE / "measure.cpp", *objects, "-lsimdjson", "-o", work / "measure"], check=True)
    return work / "measure"


def lines():
    """The corpus without compression, made once."""
    path = kit.arguments().work / "lines.jsonl"
    if not path.exists():
        subprocess.run(["zstd", "-qd", "--long=31", kit.arguments().corpus, "-o", path], check=True)
    return path


def main():
    if not shutil.which("g++") or not pathlib.Path("/usr/include/simdjson.h").exists():
        print(f"left out: {JOB}: it needs g++ and libsimdjson-dev (scripts/setup g++ libsimdjson-dev)", file=sys.stderr)
        return
    # A pass takes a fraction of a second: many of them, in turn.
    done = subprocess.run([built(), lines(), str(5 * kit.arguments().rounds)], capture_output=True, text=True)
    kit.check(done.returncode == 0, done.stderr.strip())
    found = json.loads(done.stdout)
    size = found["bytes"] / 1e6
    for name, seconds in found["ways"].items():
        middle = statistics.median(seconds)
        ours = name == "cram"
        program = f"cram, {found['kernels'][0]}" if ours else f"simdjson {found['simdjson']} ({found['kernels'][1]}), {name}"
        note = "" if ours or name.startswith("DOM") else "does not validate what is not asked for"
        kit.emit(JOB, program, kit.Measure(middle, middle, 0, None), size, note=note)


if __name__ == "__main__":
    main()
