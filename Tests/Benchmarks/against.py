"""Decontamination: documents that share 13 words in a row with one of 1,000 examples, from compressed JSON lines to verdicts, nothing written.

The examples are passages of 60 words out of every so many-th document of the corpus, half of them with every tenth word changed, so that they share
no 13 words with it. Beside it a Python loop as people write it, which has to find the same documents and examples, and datatrove's filter with its own
words and normalization."""
import json
import re

import kit

EXAMPLES, EXAMPLE_WORDS, NGRAM = 1000, 60, 13
WORD = re.compile(r"\w+")


def write_examples(corpus, path):
    """Passages from the middles of documents, spread over the corpus."""
    long = [number for number, text in enumerate(kit.texts(corpus)) if len(WORD.findall(text)) >= 3 * EXAMPLE_WORDS]
    chosen = set(long[:: max(1, len(long) // EXAMPLES)][:EXAMPLES])
    with open(path, "w") as file:
        for number, text in enumerate(kit.texts(corpus)):
            if number in chosen:
                words = WORD.findall(text)
                words = words[len(words) // 2 :][:EXAMPLE_WORDS]
                if number % 2:
                    words[::10] = [f"{word}{number}" for word in words[::10]]
                file.write(json.dumps({"id": f"example-{number}", "text": " ".join(words)}) + "\n")


def plain_python(path, examples):
    """Documents that go, and examples that were met."""

    def work():
        known = {}
        with open(examples) as file:
            for number, line in enumerate(file):
                for gram in grams(json.loads(line)["text"]):
                    known.setdefault(gram, set()).add(number)
        dropped, met = 0, set()
        for text in kit.texts(path):
            hits = [gram for gram in grams(text) if gram in known]
            dropped += bool(hits)
            met.update(*(known[gram] for gram in hits))
        return [dropped, len(met)]

    return work


def grams(text):
    words = WORD.findall(text.lower())
    return [" ".join(words[at : at + NGRAM]) for at in range(len(words) - NGRAM + 1)]


def datatrove(path, examples, folder):
    """Its filter; the index is made by hand, since its own step wants an evaluation library."""

    def work():
        import numpy
        from datatrove.data import Document
        from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
        from datatrove.utils.text import ngrams, simplify_text

        folder.mkdir(exist_ok=True)
        step = NGramsDecontFilter(str(folder), NGramsDecontConfig(n_grams=NGRAM))
        hashes = set()
        with open(examples) as file:
            for line in file:
                words = step.tokenizer.word_tokenize(simplify_text(json.loads(line)["text"], step.config.norm_config))
                hashes.update(step.hash_func(" ".join(gram)) for gram in ngrams(words, NGRAM))
        numpy.array(list(hashes), step.config.hash_config.np_descr).tofile(folder / "examples.index.hashes")
        return sum(step.filter(Document(text=text, id="")) is not True for text in kit.texts(path))

    return work


def main():
    corpus, work, megabytes = kit.arguments().corpus, kit.arguments().work, kit.arguments().megabytes
    some, some_bytes = kit.head_of_corpus(megabytes)
    few, few_bytes = kit.head_of_corpus(megabytes / 4)
    examples = work / "examples.jsonl"
    kit.peer(lambda: write_examples(corpus, examples))

    def against(path, threads):
        return kit.cram("dedup", path, "--dry-run", "--threads", threads, "--output", work / "against", "--against", examples)

    def dropped(measure):
        return measure.result["dropped"].get("contaminated", {"documents": 0})["documents"]

    one, two, python, trove = kit.in_turn(
        lambda: against(corpus, 1), lambda: against(corpus, 2), lambda: kit.peer(plain_python(some, examples)),
        lambda: kit.peer(datatrove(few, examples, work / "index")),
    )  # fmt: skip
    ours, few_ours = against(some, 2), dropped(against(few, 2))
    found = [dropped(ours), ours.result["against"]["examples_hit"]]
    kit.check(python is None or python.result == found, f"{found} documents and examples, a Python loop finds {python and python.result}")
    # It takes all numbers for the same: what is shared with them goes too.
    kit.check(trove is None or trove.result >= few_ours * 0.9, f"{few_ours} dropped, datatrove drops {trove and trove.result}")

    size, job = one.result["input"]["bytes"] / 1e6, "decontamination, to verdicts"
    kit.emit(job, "cram dedup --against", one, size)
    kit.emit(job, "cram dedup --against", two, size, threads=2)
    kit.emit(job, "Python, re, dict", python, some_bytes / 1e6, note=f"first {some_bytes / 1e6:.0f} MB")
    kit.emit(job, "datatrove", trove, few_bytes / 1e6, note=f"its filter; first {few_bytes / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
