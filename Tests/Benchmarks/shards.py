"""Shards: their size, reading every sequence, single look-ups, opening many shards, writing; beside MosaicML StreamingDataset, LitData, Arrow and Parquet.

The same sequences everywhere. Ours is timed inside the library, without start-up, as the peers are."""
import json
import pathlib
import shutil
import subprocess

import kit

MEASURE = kit.ROOT / ".build/release/measure-shards"


def ours(work, dataset, *options):
    """One measurement of our library, in a process of its own."""
    out = subprocess.run([MEASURE, work, dataset, *map(str, options)], capture_output=True, text=True)
    kit.check(out.returncode == 0, out.stderr.strip())
    result = json.loads(out.stdout)
    return kit.Measure(result["seconds"], 0, 0, result)


def make():
    """The corpus as two datasets, of shards as they are by default and of a thousand; and its tokens as an array."""
    import numpy

    corpus, work = kit.arguments().corpus, kit.arguments().work
    vocabulary, usual, many = work / "shards-vocabulary", work / "shards-usual", work / "shards-many"
    if not (many / "report.json").exists():
        kit.cram("vocab", corpus, "--output", vocabulary)
        made = kit.cram("tokenize", corpus, "--tokenizer", vocabulary, "--output", usual, "--provenance", "none").result
        each = -(-made["train"]["sequences"] // 1000)
        kit.cram("tokenize", corpus, "--tokenizer", vocabulary, "--output", many, "--shard-sequences", each, "--provenance", "none")
    array = work / "tokens.npy"
    kit.cram("inspect", usual / "train", "--export", "npy", "--output", array)
    return usual / "train", many / "train", numpy.load(array, mmap_mode="r")


def folder_bytes(path):
    return sum(file.stat().st_size for file in pathlib.Path(path).rglob("*") if file.is_file())


# Peers: each writes the sequences in its own way, once, and gives a function that reads all of them


def fresh(name):
    folder = kit.arguments().work / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def mosaic(tokens, kind, name):
    """MDS with zstd, as LLM Foundry writes token sets (int32), and with our 16-bit ids."""
    import streaming

    folder = fresh(name)
    with streaming.MDSWriter(out=str(folder), columns={"tokens": f"ndarray:{kind}"}, compression="zstd:3") as writer:
        for row in tokens:
            writer.write({"tokens": row.astype(kind)})
    return folder


def read_mosaic(folder):
    def work():
        import streaming

        total, count = 0, 0
        for sample in streaming.StreamingDataset(local=str(folder), shuffle=False, batch_size=256, keep_zip=True):
            total, count = total + int(sample["tokens"][0]), count + 1
        return [count, total]

    return work


def litdata(tokens):
    from litdata.streaming.writer import BinaryWriter

    folder = fresh("litdata")
    folder.mkdir()
    writer = BinaryWriter(str(folder), chunk_bytes="64MB", compression="zstd")
    for number, row in enumerate(tokens):
        writer[number] = {"tokens": row.astype("int32")}
    writer.done()
    writer.merge()
    return folder


def read_litdata(folder):
    def work():
        import litdata

        total, count = 0, 0
        for sample in litdata.StreamingDataset(str(folder), shuffle=False):
            total, count = total + int(sample["tokens"][0]), count + 1
        return [count, total]

    return work


def arrow(tokens, kind):
    """One file of Arrow IPC with zstd, and one of Parquet with zstd; lists of 32-bit ids, as people store token sets."""
    import pyarrow
    import pyarrow.parquet

    column = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(tokens.reshape(-1).astype("int32")), tokens.shape[1])
    table = pyarrow.table({"input_ids": column})
    path = fresh("tokens." + kind)
    if kind == "arrow":
        options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
        with pyarrow.ipc.new_file(str(path), table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=4096)
    else:
        pyarrow.parquet.write_table(table, path, compression="zstd", row_group_size=262_144)
    return path


def attempt(make, *arguments):
    """A peer's file or folder; None where it is not installed or does not run."""
    try:
        return make(*arguments)
    except Exception as error:
        print(f"left out: {make.__name__}: {type(error).__name__}: {error}", flush=True, file=__import__("sys").stderr)
        return None


def sizes(ours, peers, tokens):
    """Bits a token of our files, and of each peer's file, folder or bytes, which may be missing."""
    job = "size of shards"
    kit.figure(job, "**cram**", 8 * ours / tokens.size, "bits/token", "everything but provenance")
    for name, path, note in peers:
        if path is not None:
            size = path if isinstance(path, int) else path.stat().st_size if path.is_file() else folder_bytes(path)
            kit.figure(job, name, 8 * size / tokens.size, "bits/token", f"{size / ours:.3f} × ours{note}")


def main():
    import zstandard

    usual, many, tokens = make()
    stored = [usual / each["file"] for each in json.loads((usual / "manifest.json").read_text())["shards"]]
    level3 = zstandard.ZstdCompressor(level=3)
    mds, mds16 = attempt(mosaic, tokens, "int32", "mosaic"), attempt(mosaic, tokens, "uint16", "mosaic-16")
    lit = attempt(litdata, tokens)
    peers = [("one zstd -3 stream", len(level3.compress(tokens.tobytes())), "; no checksums, no look-up")]
    peers += [("MDS, zstd, int32", mds, ""), ("MDS, zstd, uint16", mds16, ""), ("LitData, zstd, int32", lit, "")]
    peers += [(f"{kind.capitalize()}, zstd, int32", attempt(arrow, tokens, kind), "") for kind in ("arrow", "parquet")]
    sizes(sum(path.stat().st_size for path in stored), peers, tokens)

    runs = [lambda: ours("read", usual)]
    peers = [(name, read(folder)) for name, read, folder in [("StreamingDataset", read_mosaic, mds), ("LitData", read_litdata, lit)] if folder]
    read, *others = kit.in_turn(*runs, *(lambda work=work: kit.peer(work) for _, work in peers))
    megabytes, wanted = tokens.nbytes / 1e6, [len(tokens), int(tokens[:, 0].astype("u8").sum())]
    kit.check(read.result["sequences"] == len(tokens), "not every sequence was read")
    note = f"{megabytes / read.seconds:,.0f} MB/s of tokens, unpacked and verified"
    kit.emit("reading every sequence", "cram", read, len(tokens), unit="sequences/s", note=note)
    for (name, _), found in zip(peers, others):
        kit.check(found is None or found.result == wanted, f"{name} read {found and found.result}, not {wanted}")
        kit.emit("reading every sequence", name, found, len(tokens), unit="sequences/s", note="unpacked before, nothing verified")

    job = "looking things up in shards"
    look_up, opened, summed = kit.in_turn(lambda: ours("random", usual), lambda: ours("open", many), lambda: ours("histograms", many, "--threads", 2))
    kit.check(summed.result["tokens"] == tokens.size, "the histograms do not count every token")
    shards = opened.result["shards"]
    slow = look_up.result["slowest_of_hundred"]
    kit.figure(job, "one sequence", 1e3 * look_up.seconds, "ms", f"no frame kept; one in a hundred {1e3 * slow:.2f} ms")
    kit.figure(job, f"opening {shards:,} shards", 1e3 * opened.seconds, "ms")
    kit.figure(job, f"histograms of {shards:,} shards", 1e3 * summed.seconds, "ms", "two threads")

    output = kit.arguments().work / "written"
    runs = [lambda threads=threads: (shutil.rmtree(output, ignore_errors=True), ours("write", usual, "--output", output, "--threads", threads))[1] for threads in (1, 2)]
    for threads, written in zip((1, 2), kit.in_turn(*runs)):
        kit.check(written.result["is_same"], "what was written is not what was read")
        kit.emit("writing shards", "cram", written, megabytes, threads=threads, note="packed, synchronised, read back, verified")


if __name__ == "__main__":
    main()
