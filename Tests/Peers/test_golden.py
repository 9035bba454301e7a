"""The golden files and the Unicode tables are what the scripts in the tree make of the reference implementations."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


SCRIPTS = [*sorted(path.name for path in (ROOT / "scripts").glob("golden-*")), "splitter-tables", "unicode-tables", "word-tables"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_generated_files_are_made_again(script):
    done = subprocess.run([sys.executable, ROOT / "scripts" / script, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
