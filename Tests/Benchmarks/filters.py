"""The quality rules of Gopher, C4 and FineWeb together, from compressed JSON lines to verdicts, nothing written.

datatrove's four filters judge one after the other, as its pipelines have them, each what the one before kept and as C4 left it; that is what our presets do, and
what stays has to be the same. Dolma's taggers only measure: what they would be asked for is its Gopher and its C4 tagger."""
import sys
import types

import kit

PRESETS = "gopher-quality,gopher-repetition,c4,fineweb"


def ours(path, threads, *options):
    def run():
        folder = kit.arguments().work / "filtered"
        return kit.cram("filter", path, "--preset", PRESETS, *options, "--dry-run", "--threads", threads, "--output", folder)

    return run


def datatrove(path):
    """How many documents all four keep. The first call loads spaCy: it is made before the clock starts."""
    try:
        from datatrove.data import Document
        from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
    except ImportError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None
    judges = [GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter(), FineWebQualityFilter()]

    def stays(document):
        return all((answer := judge.filter(document)) is True or isinstance(answer, tuple) and answer[0] for judge in judges)

    stays(Document(text="The word splitter is loaded.", id=""))
    texts = [Document(text=text, id="") for text in kit.texts(path)]
    return kit.peer(lambda: sum(stays(document) for document in texts))


def dolma(path, module, tagger):
    """Its other taggers load fastText, which these two have no use for, and which does not build everywhere."""

    class Placeholder(types.ModuleType):
        def __getattr__(self, _):
            return object

    def work():
        for name in ("fasttext", "fasttext.FastText"):
            sys.modules[name] = Placeholder(name)
        from dolma.core.data_types import Document

        judge = getattr(__import__(f"dolma.taggers.{module}", fromlist=[tagger]), tagger)()
        return sum(len(judge.predict(Document(source="", id="", text=text)).spans) for text in texts)

    texts = list(kit.texts(path))
    return lambda: kit.peer(work)


def main():
    corpus = kit.arguments().corpus
    one, two, all_measured = kit.in_turn(ours(corpus, 1), ours(corpus, 2), ours(corpus, 1, "--measure-all"))
    kit.check(one.result["dropped"] == two.result["dropped"] == all_measured.result["dropped"], "threads or --measure-all change verdicts")
    size, job = one.result["input"]["bytes"] / 1e6, "quality rules, to verdicts"
    kit.emit(job, "cram filter, four presets", one, size)
    kit.emit(job, "cram filter, four presets", two, size, threads=2)
    kit.emit(job, "cram filter, --measure-all", all_measured, size, note="all quantities of all documents")

    head, size = kit.head_of_corpus(kit.arguments().megabytes / 8)
    theirs, kept = datatrove(head), ours(head, 1)().result["output"]["documents"]
    kit.check(theirs is None or theirs.result == kept, f"{kept} documents stay, datatrove keeps {theirs and theirs.result}")
    kit.emit(job, "datatrove, four filters", theirs, size / 1e6, note="same verdicts")
    gopher, c4, faster = kit.in_turn(dolma(head, "gopher", "GopherTaggerV2"), dolma(head, "c4", "C4Tagger"), dolma(head, "c4", "FasterC4Tagger"), rounds=1)
    kit.emit(job, "Dolma, gopher_v2 tagger", gopher, size / 1e6, note="measures only, words at white space")
    kit.emit(job, "Dolma, c4_v1 tagger", c4, size / 1e6, note="measures only")
    kit.emit(job, "Dolma, c4_v2 tagger", faster, size / 1e6, note="measures only")


if __name__ == "__main__":
    main()
