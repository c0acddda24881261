"""Files appear whole or not at all, and the same content gives the same bytes and hashes."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.files import file_sha256, folder_sha256, parquet_bytes, write_atomically, write_json

from ..children import finish, start

DIE_BEFORE_RENAME = """
import os, signal, sys
from pathlib import Path
from eshop_dagster.adapters import files

os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
files.write_atomically(Path(sys.argv[1]), b"new")
"""


def test_a_file_is_replaced_and_its_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    finish(start(DIE_BEFORE_RENAME, path), expected_status=-9)
    assert path.read_bytes() == b"old"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").touch()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_json_is_readable_sorted_and_ends_its_last_line(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": "São Paulo", "a": [1]})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "a": [\n    1\n  ],\n  "b": "São Paulo"\n}\n'


def test_the_same_rows_give_the_same_parquet_bytes_however_they_are_chunked() -> None:
    whole = pa.table({"a": list(range(1000))})
    parts = pa.concat_tables([whole.slice(0, 300), whole.slice(300)])
    assert parquet_bytes(parts) == parquet_bytes(whole)
    assert parquet_bytes(whole.slice(1)) != parquet_bytes(whole)


def test_parquet_bytes_hold_the_rows(tmp_path: Path) -> None:
    table = pa.table({"a": ["x", None], "b": pa.array([1, 2], pa.int32())})
    (tmp_path / "a.parquet").write_bytes(parquet_bytes(table))
    assert pq.read_table(tmp_path / "a.parquet").equals(table)


def test_a_files_hash_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert file_sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_folders_hash_tells_names_contents_and_places_apart(tmp_path: Path) -> None:
    def hashed(**files: str) -> str:
        folder = tmp_path / hashlib.sha256(repr(files).encode()).hexdigest()[:8]
        for name, text in files.items():
            write_atomically(folder / name.replace("__", "/"), text.encode())
        return folder_sha256(folder)

    variants = [
        hashed(a="1", b="2"),
        hashed(a="2", b="1"),
        hashed(a="1", c="2"),
        hashed(a="12", b=""),
        hashed(a="1", sub__b="2"),
        hashed(a="1"),
    ]
    assert len(set(variants)) == 6


def test_a_folders_hash_counts_only_what_the_pattern_names(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.py", b"1")
    before = folder_sha256(tmp_path, "**/*.py")
    write_atomically(tmp_path / "a.pyc", b"2")
    assert folder_sha256(tmp_path, "**/*.py") == before
