"""The files of a report: which ones there are, and whether their bytes are whole text in the declared encoding."""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.workbook import check_workbook

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
EXCEL = ".xlsx"
SUFFIXES = (*TEXT_SUFFIXES, ".parquet", EXCEL)
CHUNK_BYTES = 1 << 20
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The longer marks come first: UTF-32's starts with UTF-16's."""
NOT_A_TABLE = {
    b"PK\x03\x04": ("an Excel workbook or another zip archive", "give a workbook a name that ends in .xlsx"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save it as .xlsx or as CSV"),
    b"\x1f\x8b": ("a gzip archive", "unpack it"),
    b"%PDF": ("a PDF", "export the report as CSV"),
    b"PAR1": ("a Parquet file", "give it a name that ends in .parquet"),
    b"<": ("a web page or XML", "open it in a spreadsheet program and save it as .xlsx or CSV"),
    b"{": ("JSON", "export the report as CSV"),
    b"[{": ("JSON", "export the report as CSV"),
}
"""What starts so, and what to do."""


@dataclass(frozen=True)
class ReportFile:
    """One file of the report, found readable.

    Attributes:
        encoding: the encoding to open it with; None for Parquet and Excel.
        ends_in_newline: whether the last line of a text file is closed.
        digest: SHA-256 of the bytes.
        state: size and time of change when it was checked.
    """

    path: Path
    encoding: str | None
    ends_in_newline: bool
    digest: str
    state: tuple[int, int]

    def notes(self, declared: str) -> list[str]:
        """What should be known about how the file was opened."""
        notes = []
        if self.encoding and self.encoding.removesuffix("-sig") != declared.removesuffix("-sig"):
            notes.append(f"{self.path.name}: read as {self.encoding}, as its byte-order mark says, not as {declared}.")
        return notes


def list_files(path: Path) -> tuple[list[Path], list[str]]:
    """The report files of a file or folder by name, and notes on what was left aside.

    Hidden files, editors' locks (`~$…`) and names with any other suffix (also `.part`, `.tmp`) are left aside.
    """
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise SourceError(f"{path} is no {', '.join(SUFFIXES)} file: save the report as CSV, .xlsx or Parquet.")
        return [path], []
    if not path.is_dir():
        raise SourceError(f"{path} does not exist: give the report file, or the folder that holds the report files.")
    visible = [entry for entry in sorted(path.iterdir()) if not entry.name.startswith((".", "~", "_"))]
    found = [entry for entry in visible if entry.is_file() and entry.suffix.lower() in SUFFIXES]
    others = [entry.name for entry in sorted(path.iterdir()) if entry not in found]
    if not found:
        held = f"it holds {', '.join(others[:10])}" if others else "it is empty"
        raise SourceError(f"{path} has no {', '.join(SUFFIXES)} file ({held}): put the report there.")
    return found, [f"{name}: left aside, no visible {', '.join(SUFFIXES)} file." for name in others]


def spread(files: list[Path], most: int) -> list[Path]:
    """At most so many of the files, evenly spread over all of them, the first and the last among them."""
    if len(files) <= most:
        return files
    return [files[round(place * (len(files) - 1) / (most - 1))] for place in range(most)]


def check_file(path: Path, encoding: str) -> ReportFile:
    """A file whose bytes were all read once: hashed and, if it is text, decoded without an error.

    Raises:
        SourceError: an empty file, another kind of file, NUL characters, or bytes that the encoding does not have.
    """
    state = file_state(path)
    if state[0] == 0:
        raise SourceError(f"{path} is empty (0 bytes), expected a header and order lines: export the report again.")
    digest = hashlib.sha256()
    if path.suffix.lower() not in TEXT_SUFFIXES:
        if path.suffix.lower() == EXCEL:
            check_workbook(path)
        for chunk in _chunks(path):
            digest.update(chunk)
        return ReportFile(path, None, True, digest.hexdigest(), state)
    head = next(_chunks(path))
    for start, (kind, remedy) in NOT_A_TABLE.items():
        if head.startswith(start) or head.removeprefix(codecs.BOM_UTF8).lstrip()[:2].startswith(start):
            raise SourceError(f"{path} is {kind}, expected text: {remedy}.")
    marked = mark_of(head)
    actual = marked or encoding
    decoder = codecs.getincrementaldecoder(actual)()
    lines, offset, last, has_high_bytes = 1, 0, "\n", False
    for chunk in _chunks(path):
        digest.update(chunk)
        text = _decode(decoder, chunk, path, actual, offset, lines)
        if "\0" in text:
            line = lines + text[: text.index("\0")].count("\n")
            raise SourceError(
                f"{path} holds a NUL character on line {line}: the export is damaged, or its encoding is utf-16 "
                f"and not {actual}. Export it again, or set format.encoding."
            )
        lines, offset = lines + text.count("\n"), offset + len(chunk)
        last = text[-1:] or last
        has_high_bytes = has_high_bytes or not chunk.isascii()
    last = _decode(decoder, b"", path, actual, offset, lines, final=True) or last
    if has_high_bytes and not marked and _is_one_byte(actual) and fits(path, "utf-8"):
        raise SourceError(
            f"{path} is valid UTF-8, and its accented letters would be garbled as {actual}: set format.encoding: utf-8."
        )
    return ReportFile(path, actual, last in "\r\n", digest.hexdigest(), state)


def file_state(path: Path) -> tuple[int, int]:
    """Size and time of last change, to tell whether a file is still being written."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def mark_of(head: bytes) -> str | None:
    """The encoding that a file's byte-order mark tells, if it starts with one."""
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


def fits(path: Path, encoding: str) -> bool:
    """Whether every byte of the file is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_mostly_utf8(path: Path) -> bool:
    """Whether a file has accents in UTF-8, and but a few bytes that are none."""
    broken = whole = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                text = line.decode("utf-8", "replace")
                broken += text.count("\ufffd")
                whole += sum(not letter.isascii() and letter != "\ufffd" for letter in text)
    return whole > broken


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    path: Path,
    encoding: str,
    offset: int,
    line: int,
    *,
    final: bool = False,
) -> str:
    pending = decoder.getstate()[0]
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        if final:
            raise SourceError(
                f"{path} is cut short inside a character: its last bytes are no whole {encoding}. Nothing was loaded: "
                "export or copy the file again, or set format.encoding if it is in another one."
            ) from error
        fitting = [name for name in ("utf-8", "cp1252", "latin-1") if name != encoding and fits(path, name)]
        remedy = f"the file is valid {fitting[0]}: set format.encoding: {fitting[0]}" if fitting else "export it again"
        if encoding.startswith("utf-8") and is_mostly_utf8(path):
            remedy = "its other accents are UTF-8: correct that line, or export the report again in one encoding"
        line += error.object[: error.start].count(b"\n")
        raise SourceError(
            f"{path} is not {encoding}: byte 0x{error.object[error.start]:02x} at offset "
            f"{offset - len(pending) + error.start} (line {line}); {remedy}."
        ) from error


def _is_one_byte(encoding: str) -> bool:
    return "utf" not in encoding and len("é".encode(encoding, "ignore")) == 1
