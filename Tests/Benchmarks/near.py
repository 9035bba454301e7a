"""Near duplicates by MinHash, 14 bands of 8 rows over 5-grams of words, from compressed JSON lines to verdicts, nothing written.

Who finds how much is another question: `study-near` compares our signatures with those of permutations against the true similarity of all pairs, and
has to end well; of the peers it is checked that they find about as many documents that are like an earlier one."""
import collections
import os
import re
import subprocess
import sys

import kit

BANDS, ROWS, NGRAM = 14, 8, 5
WORD = re.compile(r"\w+")


def texts(path):
    import io

    import orjson
    import zstandard

    with open(path, "rb") as file:
        for line in io.BufferedReader(zstandard.ZstdDecompressor(max_window_size=2**31).stream_reader(file), 1 << 20):
            yield orjson.loads(line)["text"]


def shingles(text):
    words = WORD.findall(text.lower())
    if 0 < len(words) < NGRAM:
        return {" ".join(words)}
    return {" ".join(words[at : at + NGRAM]) for at in range(len(words) - NGRAM + 1)}


def gaoya(path, threads):
    """The whole corpus in its own Rust, as its documentation has it: an index, then a query for each text."""

    def work():
        os.environ["RAYON_NUM_THREADS"] = str(threads)
        from gaoya.minhash import MinHashStringIndex

        index = MinHashStringIndex(64, 0.0, BANDS, ROWS, None, "word", True, (NGRAM, NGRAM))
        documents = list(texts(path))
        index.par_bulk_insert_docs(list(range(len(documents))), documents)
        found = index.par_bulk_query(documents)
        return sum(min(others, default=number) < number for number, others in enumerate(found))

    return work


def rensa(path):
    def work():
        from rensa import RMinHash, RMinHashLSH

        index = RMinHashLSH(threshold=0.0, num_perm=BANDS * ROWS, num_bands=BANDS)
        return drop(path, lambda tokens: RMinHash.from_token_sets([list(tokens)], BANDS * ROWS, 1)[0], index)

    return work


def datasketch(path):
    def work():
        from datasketch import MinHash, MinHashLSH

        def signature(tokens):
            minhash = MinHash(num_perm=BANDS * ROWS)
            minhash.update_batch([token.encode() for token in tokens])
            return minhash

        return drop(path, signature, MinHashLSH(params=(BANDS, ROWS), num_perm=BANDS * ROWS))

    return work


def drop(path, signature, index):
    dropped = 0
    for number, text in enumerate(texts(path)):
        tokens = shingles(text)
        if not tokens:
            continue
        minhash = signature(tokens)
        dropped += bool(index.query(minhash))
        index.insert(number, minhash)
    return dropped


def datatrove(path, folder):
    """Its signatures, with the buckets in a dictionary instead of its three further stages."""

    def work():
        from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature

        step = MinhashDedupSignature(str(folder), MinhashConfig(n_grams=NGRAM, num_buckets=BANDS, hashes_per_bucket=ROWS))
        seen, dropped = collections.defaultdict(set), 0
        for text in texts(path):
            grams = step.get_shingles(text)
            if grams.size:
                bands = [(band, tuple(rows)) for band, rows in enumerate(step.get_signature(grams))]
                dropped += any(rows in seen[band] for band, rows in bands)
                for band, rows in bands:
                    seen[band].add(rows)
        return dropped

    return work


def main():
    corpus, work, megabytes = kit.arguments().corpus, kit.arguments().work, kit.arguments().megabytes
    some, some_bytes = kit.head_of_corpus(megabytes)
    few, few_bytes = kit.head_of_corpus(megabytes / 4)

    def near(path, threads, *options):
        return kit.cram("dedup", path, "--near", *options, "--dry-run", "--threads", threads, "--output", work / "near")

    one, two, verified, *peers = kit.in_turn(
        lambda: near(corpus, 1), lambda: near(corpus, 2), lambda: near(corpus, 2, "--near-threshold", 0.8),
        lambda: kit.peer(gaoya(some, 1)), lambda: kit.peer(gaoya(some, 2)), lambda: kit.peer(rensa(some)), lambda: kit.peer(datasketch(some)),
        lambda: kit.peer(datatrove(few, work / "datatrove")),
    )  # fmt: skip
    check_study(corpus)
    # Theirs is not our set of words, nor the same draw: a tenth, or some documents, more or less.
    for peer, path in zip(peers[2:4], (some, some)):
        dropped = near(path, 2).result["dropped"].get("near-duplicate", {"documents": 0})["documents"]
        kit.check(peer is None or abs(peer.result - dropped) <= 10 + dropped / 10, f"{dropped} dropped, a peer drops {peer and peer.result}")

    size, job = one.result["input"]["bytes"] / 1e6, "near duplicates, to verdicts"
    kit.emit(job, "cram dedup --near", one, size)
    kit.emit(job, "cram dedup --near", two, size, threads=2)
    kit.emit(job, "cram dedup --near --near-threshold 0.8", verified, size, threads=2, note="pairs compared by their true similarity")
    kit.emit(job, "gaoya", peers[0], some_bytes / 1e6, note=f"first {some_bytes / 1e6:.0f} MB")
    kit.emit(job, "gaoya", peers[1], some_bytes / 1e6, threads=2, note=f"first {some_bytes / 1e6:.0f} MB")
    kit.emit(job, "rensa", peers[2], some_bytes / 1e6, note=f"shingles by Python; first {some_bytes / 1e6:.0f} MB")
    kit.emit(job, "datasketch", peers[3], some_bytes / 1e6, note=f"shingles by Python; first {some_bytes / 1e6:.0f} MB")
    kit.emit(job, "datatrove", peers[4], few_bytes / 1e6, note=f"signatures; first {few_bytes / 1e6:.0f} MB")


def check_study(corpus):
    study = subprocess.run([kit.ROOT / ".build/release/study-near", corpus], capture_output=True, text=True)
    print(study.stdout, file=sys.stderr)
    kit.check(study.returncode == 0, "our signatures find less than permutations do, or more that is not alike")


if __name__ == "__main__":
    main()
