"""Encoding texts in memory, ours with our own vocabulary and, for peers that know nothing else, with a BERT vocabulary; and documents to shards."""
import functools
import json
import os
import subprocess
import tempfile
import time

import kit

SPECIALS = {"<pad>": "[PAD]", "<unk>": "[UNK]", "<cls>": "[CLS]", "<sep>": "[SEP]", "<mask>": "[MASK]"}


def vocabulary(normalizer):
    """The folder of a vocabulary of the corpus, made once; for BERT one of vocab.txt alone, with BERT's names of the specials."""
    folder = kit.arguments().work / f"vocabulary-{normalizer}"
    if not folder.exists():
        kit.cram("vocab", kit.arguments().corpus, "--normalizer", normalizer, "--limit-alphabet", 1000, "--output", folder)
    if normalizer != "bert-uncased":
        return folder
    bert = kit.arguments().work / "bert"
    bert.mkdir(exist_ok=True)
    pieces = (folder / "vocab.txt").read_text().split("\n")
    (bert / "vocab.txt").write_text("\n".join(SPECIALS.get(piece, piece) for piece in pieces))
    return bert


@functools.cache
def head():
    """The first texts of the corpus, for peers that would take minutes for all, and their bytes."""
    path, size = kit.head_of_corpus(kit.arguments().megabytes)
    return path, list(kit.texts(path)), size


def ours(path, tokenizer, threads):
    """The cold and the warm pass over texts in memory."""
    command = [kit.ROOT / ".build/release/measure-encoding", path, tokenizer, str(threads), "2"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return [kit.Measure(seconds, 0, 0, found) for seconds in found["seconds"]]


def in_memory(path, tokenizer, threads):
    """Cold and warm, the median of the rounds for each."""
    rounds = [ours(path, tokenizer, threads) for _ in range(kit.arguments().rounds)]
    return [kit.median(column) for column in zip(*rounds)]


def listed(tokenizer):
    """The ids of the head, as `cram tokenize --ids` writes them."""
    target = kit.arguments().work / "ids.jsonl"
    kit.cram("tokenize", head()[0], "--tokenizer", tokenizer, "--ids", target)
    with open(target) as lines:
        return [json.loads(line)["ids"] for line in lines]


def checksum(texts):
    """FNV-1a over all ids, as measure-encoding takes it."""
    total = 0xCBF29CE484222325
    for ids in texts:
        for one in ids:
            total = (total ^ one) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{total:x}"


def timed(make, encode, ids, expected):
    """How long a peer's `encode` takes for the head, and for how many texts the `ids` of what it gives are not ours; those are taken out of it afterwards."""

    def work():
        peer = make()
        begin = time.perf_counter()
        found = encode(peer, head()[1])
        seconds = time.perf_counter() - begin
        found = ids(found)
        return {"seconds": seconds, "differ": sum(one != other for one, other in zip(expected, found)), "texts": len(found)}

    measured = kit.peer(work)
    return measured and measured._replace(seconds=measured.result["seconds"], cpu_seconds=0, peak_bytes=0)


def tokenizers_of(tokenizer):
    def make():
        import tokenizers

        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        if (tokenizer / "tokenizer.json").exists():
            return tokenizers.Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        return tokenizers.BertWordPieceTokenizer(str(tokenizer / "vocab.txt"), lowercase=True)._tokenizer

    return make


def tokenizers_encode(tokenizer, texts):
    return tokenizer.encode_batch_fast(texts, add_special_tokens=False)


def tokenizers_ids(found):
    return [encoding.ids for encoding in found]


def flash_of(tokenizer):
    def make():
        from flash_tokenizer import BertTokenizerFlash

        return BertTokenizerFlash(str(tokenizer / "vocab.txt"), do_lower_case=True, model_max_length=1 << 24).tokenizer

    return make


def flash_encode(tokenizer, texts):
    return [tokenizer.encode(text, "longest", 1 << 24) for text in texts]


def flash_ids(found):
    return [ids[1:-1] for ids in found]


def tensorflow_of(tokenizer):
    def make():
        os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
        import tensorflow
        import tensorflow_text

        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
        pieces = (tokenizer / "vocab.txt").read_text().split("\n")[:-1]
        return tensorflow_text.FastBertTokenizer(pieces, token_out_type=tensorflow.int32, lower_case_nfd_strip_accents=True)

    return make


def tensorflow_encode(tokenizer, texts):
    return [tokenizer.tokenize(texts[start : start + 256]) for start in range(0, len(texts), 256)]


def tensorflow_ids(found):
    return [row for part in found for row in part.to_list()]


def compare(job, tokenizer, peers):
    expected = listed(tokenizer)
    cold = ours(head()[0], tokenizer, 1)[0]
    kit.check(cold.result["checksum"] == checksum(expected), "ids of measure-encoding are not those of --ids")
    for threads in (1, 2):
        cold, warm = in_memory(kit.arguments().corpus, tokenizer, threads)
        size = cold.result["bytes"] / 1e6
        kit.emit(job, "cram, cold", cold, size, threads=threads)
        kit.emit(job, "cram, warm", warm, size, threads=threads, note="a second pass: every word was met before")
    for name, make, encode, ids, exact in peers:
        runs = [timed(make, encode, ids, expected) for _ in range(kit.arguments().rounds)]
        measured = kit.median(runs)
        if measured is None:
            continue
        differ = measured.result["differ"]
        kit.check(not exact or differ == 0, f"{differ} texts have other ids than {name} gives")
        note = "same ids" if differ == 0 else f"other ids for {differ:,} of {measured.result['texts']:,} texts"
        kit.emit(job, name, measured, head()[2] / 1e6, note=note)


def shards(threads):
    """Writes shards into a folder that was not there; a finished one would be left as it is."""
    with tempfile.TemporaryDirectory(dir=kit.arguments().work) as folder:
        return kit.cram("tokenize", kit.arguments().corpus, "--tokenizer", vocabulary("cram"), "--output", f"{folder}/shards", "--threads", threads)


def to_shards():
    runs = kit.in_turn(lambda: shards(1), lambda: shards(2))
    kit.check(runs[0].result["train"]["fingerprint"] == runs[1].result["train"]["fingerprint"], "two threads give other tokens than one")
    for threads, measured in zip((1, 2), runs):
        kit.emit("documents to shards", "cram tokenize", measured, measured.result["input"]["bytes"] / 1e6, threads=threads)


def main():
    cram = vocabulary("cram")
    compare("encoding in memory, cram's vocabulary", cram, [("tokenizers", tokenizers_of(cram), tokenizers_encode, tokenizers_ids, True)])
    bert = vocabulary("bert-uncased")
    compare("encoding in memory, a BERT vocabulary", bert, [
        ("tokenizers", tokenizers_of(bert), tokenizers_encode, tokenizers_ids, True),
        ("flash-tokenizer", flash_of(bert), flash_encode, flash_ids, False),
        ("TF-Text", tensorflow_of(bert), tensorflow_encode, tensorflow_ids, False),
    ])  # fmt: skip
    to_shards()


if __name__ == "__main__":
    main()
