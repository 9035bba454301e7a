"""Training a vocabulary of 32,768 pieces, documents to files; beside it the reference trainer, which works on texts in memory."""
import itertools
import re
import shutil
import time

import kit

SPECIALS = ["<pad>", "<unk>", "<cls>", "<sep>", "<mask>"]
SIZE = 32768


def trained(path, threads):
    """A run into a folder that is not there: a finished one would be left as it is."""
    folder = kit.arguments().work / f"vocabulary-{path.name}-{threads}"

    def run():
        shutil.rmtree(folder, ignore_errors=True)
        return kit.cram("vocab", path, "--size", SIZE, "--threads", threads, "--output", folder)

    return run


def merged(path):
    """Our pieces as they arose, and how many of them are special tokens and characters."""
    folder = kit.arguments().work / f"vocabulary-{path.name}-merged"
    kit.cram("vocab", path, "--size", SIZE, "--order", "merge", "--output", folder)
    pieces = (folder / "vocab.txt").read_text().split("\n")[:-1]
    characters = itertools.takewhile(lambda piece: len(piece.removeprefix("##")) == 1, pieces[len(SPECIALS) :])
    return pieces, len(SPECIALS) + len(list(characters))


def reference(path):
    """The reference trainer, with our normalizer and splitter, and with our ids for the characters: then its ties fall as ours do."""
    ours, characters = merged(path)

    def work():
        import tokenizers

        # Ours leaves special tokens out of the words; the reference does not know them yet and would take them for words.
        texts = [re.sub("<(pad|unk|cls|sep|mask)>", " ", text) for text in kit.texts(path)]
        like = tokenizers.Tokenizer.from_file(str(kit.arguments().work / f"vocabulary-{path.name}-1/tokenizer.json"))
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="<unk>"))
        tokenizer.normalizer, tokenizer.pre_tokenizer = like.normalizer, like.pre_tokenizer
        trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=SIZE, min_frequency=0, special_tokens=ours[:characters], show_progress=False)
        begin = time.perf_counter()
        tokenizer.train_from_iterator(texts, trainer)
        seconds = time.perf_counter() - begin
        theirs = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
        return {"seconds": seconds, "same": sum(one == other for one, other in zip(ours, theirs))}

    def run():
        measured = kit.peer(work)
        return measured and measured._replace(seconds=measured.result["seconds"], cpu_seconds=0)

    return run


def main():
    head, size = kit.head_of_corpus(8 * kit.arguments().megabytes)
    one, two = kit.in_turn(trained(head, 1), trained(head, 2))
    theirs = kit.in_turn(reference(head), rounds=1)[0]
    kit.check(theirs is None or theirs.result["same"] == SIZE, f"only {theirs and theirs.result['same']} of {SIZE} pieces are the reference's")
    job = "training a vocabulary of 32,768"
    kit.emit(job, "cram vocab", one, size / 1e6)
    kit.emit(job, "cram vocab", two, size / 1e6, threads=2)
    kit.emit(job, "tokenizers", theirs, size / 1e6, threads=2, note="the same pieces")


if __name__ == "__main__":
    main()
