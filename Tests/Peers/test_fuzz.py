"""Random tokenizers and random Unicode, a short and always the same part of what scripts/fuzz-tokenizer tries."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_random_texts_have_the_ids_of_tokenizers():
    done = subprocess.run([sys.executable, ROOT / "scripts/fuzz-tokenizer", "--rounds", "40", "--seed", "4"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
