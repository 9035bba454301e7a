"""Shards against the zstd program, python-zstandard, numpy, and the reader that docs/ has."""
import importlib.util
import io
import json
import struct
import subprocess

import numpy
import pytest
import zstandard
from conftest import ROOT, cram, cram_json


@pytest.fixture(scope="module")
def many(road, tmp_path_factory):
    """The same text in several small shards with parity, of 64 sequences of 32 tokens each, frames of 16."""
    folder = tmp_path_factory.mktemp("many")
    small = ["--length", 32, "--shard-sequences", 64, "--frame-sequences", 16, "--parity", 3]
    cram("tokenize", road / "corpus.jsonl", "--tokenizer", road / "vocabulary", "--output", folder / "shards", *small, "--quiet")
    return folder / "shards/train"


def shards(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    return [folder / each["file"] for each in manifest["shards"]]


def unpacked(path):
    return subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout


def test_any_zstd_reader_gives_the_tokens_that_inspect_decodes(road):
    shard = next((road / "shards/train").glob("*.tok.zst"))
    plain = unpacked(shard)
    tokens = numpy.frombuffer(plain, "<u2").reshape(-1, 128)
    reader = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(shard.read_bytes()), read_across_frames=True)
    assert reader.read() == plain
    for sequence in (0, len(tokens) // 2, len(tokens) - 1):
        assert cram_json("inspect", shard, "--decode", sequence)["ids"] == tokens[sequence].tolist()


def test_the_zstd_program_tests_and_lists_a_shard(many):
    for shard in shards(many)[:3]:
        assert subprocess.run(["zstd", "-q", "-t", shard]).returncode == 0
        listed = subprocess.run(["zstd", "-lv", shard], capture_output=True, text=True, check=True).stdout
        frames = -(-cram_json("inspect", shard)["sequences"] // 16)
        assert f"Zstandard Frames: {frames}" in listed and "Skippable Frames: 3" in listed, listed


def test_the_reader_of_the_documentation_reads_every_sequence(many):
    path = ROOT / "docs/read_shard.py"
    assert len(path.read_text().splitlines()) <= 40
    spec = importlib.util.spec_from_file_location("read_shard", path)
    reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reader)
    for path in shards(many):
        shard, plain = reader.Shard(path), numpy.frombuffer(unpacked(path), "<u2").reshape(-1, 32)
        assert shard.sequences == len(plain)
        assert all((shard[sequence] == plain[sequence]).all() for sequence in range(len(plain)))
    good = path.read_bytes()
    for damaged in (good[:-5], good[:4110] + good[4111:], good[:4100] + bytes([good[4100] ^ 1]) + good[4101:]):
        (bad := many.parent / "bad.tok.zst").write_bytes(damaged)
        with pytest.raises((ValueError, struct.error)):
            reader.Shard(bad)[0]


def test_the_lz4_program_unpacks_the_same(road, tmp_path):
    cram("tokenize", road / "corpus.jsonl", "--tokenizer", road / "vocabulary", "--heldout", 0.1, "--codec", "lz4", "--output", tmp_path, "--quiet")
    (packed,), (shard,) = shards(tmp_path / "train"), shards(road / "shards/train")
    assert subprocess.run(["lz4", "-dc", packed], capture_output=True, check=True).stdout == unpacked(shard)


def test_manifest_counts_what_numpy_counts(road):
    for side in ("train", "heldout"):
        folder = road / "shards" / side
        manifest = json.loads((folder / "manifest.json").read_text())
        plain = b"".join(map(unpacked, shards(folder)))
        assert manifest["tokens"] == len(plain) // 2 == 128 * manifest["sequences"]
