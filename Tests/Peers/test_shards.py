"""Shards against numpy and python-zstandard."""
import io
import json
import subprocess

import numpy
import zstandard
from conftest import cram_json


def test_any_zstd_reader_gives_the_tokens_that_inspect_decodes(road):
    shard = next((road / "shards/train").glob("*.tok.zst"))
    plain = subprocess.run(["zstd", "-dc", shard], capture_output=True, check=True).stdout
    tokens = numpy.frombuffer(plain, "<u2").reshape(-1, 128)
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(shard.read_bytes()), read_across_frames=True)
    assert reader.read() == plain
    for sequence in (0, len(tokens) // 2, len(tokens) - 1):
        assert cram_json("inspect", shard, "--decode", sequence)["ids"] == tokens[sequence].tolist()


def test_manifest_counts_what_numpy_counts(road):
    for side in ("train", "heldout"):
        folder = road / "shards" / side
        manifest = json.loads((folder / "manifest.json").read_text())
        plain = b"".join(subprocess.run(["zstd", "-dc", folder / each["file"]], capture_output=True, check=True).stdout for each in manifest["shards"])
        assert manifest["tokens"] == len(plain) // 2 == 128 * manifest["sequences"]
