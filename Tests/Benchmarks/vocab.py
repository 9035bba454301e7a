"""Training a vocabulary of 32,768 pieces, documents to files; beside it the reference trainer, which works on texts in memory."""
import shutil

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


def reference(path):
    """The pieces of the reference trainer, with our normalizer and splitter."""

    def work():
        import tokenizers

        like = tokenizers.Tokenizer.from_file(str(kit.arguments().work / f"vocabulary-{path.name}-1/tokenizer.json"))
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="<unk>"))
        tokenizer.normalizer, tokenizer.pre_tokenizer = like.normalizer, like.pre_tokenizer
        trainer = tokenizers.trainers.WordPieceTrainer(vocab_size=SIZE, min_frequency=0, special_tokens=SPECIALS, show_progress=False)
        tokenizer.train_from_iterator(kit.texts(path), trainer)
        same = set(tokenizer.get_vocab()) & set(like.get_vocab())
        return len(same) / SIZE

    return lambda: kit.peer(work)


def main():
    head, size = kit.head_of_corpus(8 * kit.arguments().megabytes)
    one, two = kit.in_turn(trained(head, 1), trained(head, 2))
    theirs = kit.in_turn(reference(head), rounds=1)[0]
    kit.check(theirs is None or theirs.result >= 0.99, f"{theirs and theirs.result:.2%} of the pieces are the reference's")
    job = "training a vocabulary of 32,768"
    kit.emit(job, "cram vocab", one, size / 1e6)
    kit.emit(job, "cram vocab", two, size / 1e6, threads=2)
    kit.emit(job, "tokenizers", theirs, size / 1e6, threads=2, note=f"{theirs.result:.2%} of its pieces are ours" if theirs else "")


if __name__ == "__main__":
    main()
