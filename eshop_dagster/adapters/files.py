"""Writing files so that a reader sees the old one or the new one, never half of one."""

import hashlib
import io
import json
import os
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def parquet_bytes(table: pa.Table) -> bytes:
    """Return `table` as Parquet with fixed writer settings: the same rows give the same bytes."""
    buffer = io.BytesIO()
    pq.write_table(
        table, buffer, compression="zstd", row_group_size=122_880, store_schema=False, write_page_index=False
    )
    return buffer.getvalue()


def write_atomically(path: Path, content: bytes) -> None:
    """Write aside in the same folder tree and rename; a crash leaves the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def write_json(path: Path, content: object) -> None:
    """Write `content` as indented JSON with sorted keys, atomically."""
    write_atomically(path, json_bytes(content))


def json_bytes(content: object) -> bytes:
    """Return `content` as indented JSON with sorted keys."""
    return (json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def can_write(folder: Path) -> bool:
    """Return whether this process may write into a folder of a home; one that is not there yet can be made."""
    return not folder.exists() or os.access(folder, os.W_OK)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_file_of(path: Path, sha256: str) -> bool:
    """Return whether a file is there, can be read, and has this hash."""
    try:
        return file_sha256(path) == sha256
    except OSError:
        return False


def folder_sha256(folder: Path, pattern: str = "**/*") -> str:
    """Return one SHA-256 over the relative names and contents of a folder's files, in name order."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.glob(pattern) if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + file_sha256(path).encode() + b"\n")
    return digest.hexdigest()
