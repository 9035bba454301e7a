"""Exact repeated substrings of at least 100 bytes, from compressed JSON lines to verdicts, nothing written; beside it a suffix array.

The array is libdivsufsort's, its common prefixes are Kasai's, the rest is NumPy: what the tool of Lee et al. does, in memory. What both find
has to be the same: documents, ranges and bytes."""
import kit

LENGTH, SEPARATOR = 100, 0xFF


def suffix_array(path):
    def work():
        import numpy
        import pydivsufsort

        text = bytearray()
        for document in kit.texts(path):
            text += document.encode()
            text.append(SEPARATOR)  # stands in no UTF-8: no window that repeats has one in it
        text = numpy.frombuffer(text, "u1")
        order = pydivsufsort.divsufsort(text)
        repeats = pydivsufsort.kasai(text, order)[:-1] >= LENGTH
        starts = numpy.zeros(len(text), "i1")
        starts[order[:-1][repeats]] = starts[order[1:][repeats]] = 1
        del order, repeats
        separators = numpy.flatnonzero(text == SEPARATOR)
        for separator in separators:
            starts[max(0, separator - LENGTH + 1) : separator + 1] = 0
        return covered(numpy, starts, separators)

    return work


def covered(numpy, starts, separators):
    """Documents, ranges and bytes that windows with these beginnings cover."""
    edges = numpy.pad(starts, (0, LENGTH))
    edges[LENGTH:] -= starts
    edges = numpy.diff(numpy.cumsum(edges, dtype="i4") > 0, prepend=False)
    edges = numpy.flatnonzero(edges)
    firsts, ends = edges[::2], edges[1::2]
    documents = numpy.unique(numpy.searchsorted(separators, firsts))
    return [len(documents), len(firsts), int((ends - firsts).sum())]


def main():
    corpus, work = kit.arguments().corpus, kit.arguments().work
    some, some_bytes = kit.head_of_corpus(128)

    def substring(path, threads, *options):
        return kit.cram("dedup", path, "--substring", LENGTH, "--dry-run", *options, "--threads", threads, "--output", work / "substring")

    def found(measure):
        return [measure.result["substring"][name] for name in ("documents", "ranges", "bytes")]

    one, two, whole, small, array = kit.in_turn(
        lambda: substring(some, 1), lambda: substring(some, 2), lambda: substring(corpus, 2), lambda: substring(corpus, 2, "--memory", "128M"),
        lambda: kit.peer(suffix_array(some)),
    )  # fmt: skip
    kit.check(found(one) == found(two), f"one thread finds {found(one)}, two find {found(two)}")
    kit.check(found(whole) == found(small), f"in memory it finds {found(whole)}, on disk {found(small)}")
    kit.check(array is None or array.result == found(one), f"{found(one)} found, the suffix array says {array and array.result}")

    size, job = whole.result["input"]["bytes"] / 1e6, "repeated substrings, to verdicts"
    first = f"first {some_bytes / 1e6:.0f} MB"
    kit.emit(job, "cram dedup --substring 100", one, some_bytes / 1e6, note=first)
    kit.emit(job, "cram dedup --substring 100", two, some_bytes / 1e6, threads=2, note=first)
    kit.emit(job, "cram dedup --substring 100", whole, size, threads=2)
    kit.emit(job, "cram dedup --substring 100 --memory 128M", small, size, threads=2, note="texts and positions on disk")
    kit.emit(job, "pydivsufsort", array, some_bytes / 1e6, note=f"suffix array, common prefixes; {first}")


if __name__ == "__main__":
    main()
