"""Parquet as pyarrow writes it, every codec, page version and encoding with each other, against pyarrow's own rows."""
import itertools
import json
import random
import subprocess

import pyarrow
import pyarrow.parquet
import pytest
from conftest import cram

CODECS = ["none", "snappy", "gzip", "zstd", "lz4"]
STRINGS = [True, "PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]
PAGES = [{}, {"data_page_size": 512, "write_batch_size": 17, "row_group_size": 333, "dictionary_pagesize_limit": 4096}]


def table(documents):
    chance = random.Random(13)
    return pyarrow.table(
        {
            "id": [f"row-{number}" for number in range(len(documents))],
            "text": [f"{number}: {text}" for number, text in enumerate(documents)],
            "source": pyarrow.array([chance.choice([None, "web", "books", "a long name of a source"]) for _ in documents]),
            "count": pyarrow.array([chance.choice([None, chance.randrange(-(2**63), 2**63)]) for _ in documents], pyarrow.int64()),
            "small": pyarrow.array([chance.randrange(0, 300) for _ in documents], pyarrow.uint32()),
            "score": [chance.choice([chance.random(), chance.gauss(0, 1e9), 0.0]) for _ in documents],
            "half": pyarrow.array([chance.choice([None, 0.1, 2.5]) for _ in documents], pyarrow.float32()),
            "good": [chance.choice([None, True, False]) for _ in documents],
        }
    )


def read(path, folder):
    cram("dedup", path, "--exact", "--output", folder, "--overwrite", "--quiet")
    plain = subprocess.run(f"zstd -dcq {folder}/documents-*.zst", shell=True, capture_output=True, check=True).stdout
    return [json.loads(line) for line in plain.split(b"\n") if line]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("codec", CODECS)
def test_rows_are_those_of_pyarrow(documents, tmp_path, codec, version):
    given = table(documents)
    for strings, pages in itertools.product(STRINGS, PAGES):
        options = {"use_dictionary": True}
        if strings is not True:
            numbers = "PLAIN" if strings == "PLAIN" else "DELTA_BINARY_PACKED"
            floats = "PLAIN" if strings == "PLAIN" else "BYTE_STREAM_SPLIT"
            options = {"use_dictionary": False, "column_encoding": {**dict.fromkeys(["id", "text", "source"], strings), "count": numbers, "small": numbers, "score": floats, "half": floats}}
        pyarrow.parquet.write_table(given, tmp_path / "in.parquet", compression=codec, data_page_version=version, **options, **pages)
        assert read(tmp_path / "in.parquet", tmp_path / "out") == given.to_pylist(), (strings, pages)
