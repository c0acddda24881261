"""Segments as files to take away: pseudonyms with scores, or hashes of those who agreed to advertising."""

import os
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.export_register import ExportEntry, ExportRegister, current_account
from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.full_disk import explains_full_disk
from eshop_dagster.adapters.release import OpenRelease, open_release
from eshop_dagster.stages.activation import AUDIENCES, Audience
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.spreadsheet import write_rows

FORMATS = ("csv", "parquet", *AUDIENCES)

_BATCH_ROWS = 20_000
_OF_A_PERSON = re.compile(
    r"@|\d{10,}|\d{3}[. ]\d{3}[. ]\d{3}[- ]?\d{2}|\(?\d{2}\)?[ -]?9?\d{4}[ -]\d{4}\b"
    r"|(?:\+|\b0)(?:\d[ ().-]{0,2}){9,}",
)
"""An e-mail address, a CPF or a telephone number, however it is written."""
_SCORES = """
    SELECT scores.customer_key, scores.as_of_date, scores.segment_id, segments.name_pt AS segment_name_pt,
        segments.name_en AS segment_name_en, scores.* EXCLUDE (customer_key, as_of_date, segment_id)
    FROM customer_scores AS scores
    LEFT JOIN customer_segments AS segments USING (segment_id)
    WHERE len($segments) = 0 OR list_contains($segments, scores.segment_id)
    ORDER BY scores.customer_key
"""
_CONSENTING = """
    SELECT scores.customer_key
    FROM customer_scores AS scores
    JOIN dim_customers AS customers USING (customer_key)
    WHERE customers.has_marketing_consent AND (len($segments) = 0 OR list_contains($segments, scores.segment_id))
    ORDER BY scores.customer_key
"""
_CHOSEN = """
    SELECT count(*) AS customers FROM customer_scores
    WHERE len($segments) = 0 OR list_contains($segments, segment_id)
"""


class ExportError(ValueError):
    """What was asked for cannot be exported; the message says why, and what to do."""


@explains_full_disk
def export_segments(
    platform: Platform,
    form: str,
    to: Path,
    *,
    segments: Sequence[int] = (),
    reason: str = "",
    who: str | None = None,
    is_excel: bool = False,
) -> ExportEntry:
    """Write the customers of some segments, or of all, to a file, note it in the register and return the entry.

    `csv` and `parquet` hold pseudonyms, segments and scores. `google-ads` and `meta` hold hashes of the address and
    the number of customers who agreed to marketing, and of nobody else. Memory is bounded whatever the number of
    customers.

    A home that is read-only keeps no entry: pseudonyms can be taken out of it all the same, an audience cannot.

    Args:
        platform: a home with a release.
        form: one of `FORMATS`.
        to: the file; its folder is there.
        segments: ids; none means every customer who was scored.
        reason: why; must be given for an activation file.
        who: account to note; default that of the operating system.
        is_excel: for `csv`: semicolons, decimal commas and Portuguese headings.

    Raises:
        ExportError: an unknown format or segment, no reason, or no scores in the release.
        NoRelease: nothing was published yet.
    """
    register = ExportRegister(platform.home)
    _refuse_unfit(form, to, reason, is_excel=is_excel)
    if form in AUDIENCES and not register.can_be_written():
        raise ExportError(
            f"{form} takes customers out of the platform, and the register of the home {platform.home} cannot be "
            "written to note it: make the home writable, or export from the home that this is a copy of"
        )
    release = open_release(platform.home)
    _refuse_unknown(release, segments)
    with _aside(to) as part:
        counts = _write(platform, release, form, part, list(segments), is_excel=is_excel)
        entry = ExportEntry(
            exported_at=datetime.now(UTC).isoformat(timespec="seconds"),
            who=who or current_account(),
            reason=reason.strip(),
            format=form,
            segments=tuple(segments),
            release=release.name,
            customer_count=counts["rows"],
            without_consent_count=counts["without_consent"],
            unreachable_count=counts["unreachable"],
            file=to.name,
            sha256=file_sha256(part),
        )
        # Before the file is in its place: an entry without a file is a riddle, a file without an entry a leak.
        if register.can_be_written():
            register.add(entry)
    return entry


def _write(
    platform: Platform, release: OpenRelease, form: str, part: Path, segments: list[int], *, is_excel: bool
) -> Counter[str]:
    """Write the file and return `rows`, `without_consent` and `unreachable`."""
    counts: Counter[str] = Counter()
    wanted: dict[str, object] = {"segments": segments}
    if form in AUDIENCES:
        chosen = int(release.query(_CHOSEN, wanted)["customers"][0].as_py())
        rows = _reachable(platform, release, wanted, AUDIENCES[form], counts)
        write_rows(part, AUDIENCES[form].header, rows)
        counts["without_consent"] = chosen - counts["rows"] - counts["unreachable"]
        return counts
    schema = release.query(f"{_SCORES} LIMIT 0", wanted).schema
    batches = _counted(release.stream(_SCORES, wanted, rows=_BATCH_ROWS), counts)
    if form == "csv":
        rows_of_all = (row for batch in batches for row in _rows_of(batch))
        names, window = schema.names, release.window_days
        write_rows(part, names, rows_of_all, is_excel=is_excel, window_days=window, shop=release.shop)
    else:
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
    return counts


def _reachable(
    platform: Platform, release: OpenRelease, wanted: dict[str, object], audience: Audience, counts: Counter[str]
) -> Iterator[tuple[str, ...]]:
    """Yield the file's row of each person who agreed and can be reached; who was forgotten is nowhere to be found."""
    for batch in release.stream(_CONSENTING, wanted, rows=_BATCH_ROWS):
        keys = batch["customer_key"].to_pylist()
        people = platform.vault.reveal_many(keys)
        for key in keys:
            row = audience.row({**people.get(key, {}), "country": release.shop.country})
            is_reachable = any(row[:2])
            counts["rows" if is_reachable else "unreachable"] += 1
            if is_reachable:
                yield row


def _rows_of(batch: pa.RecordBatch) -> Iterator[tuple[object, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _counted(batches: Iterator[pa.RecordBatch], counts: Counter[str]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        counts["rows"] += batch.num_rows
        yield batch


@contextmanager
def _aside(to: Path) -> Iterator[Path]:
    """Yield where to write, readable by its owner only; it takes its place when all of it is there."""
    # A name that nobody could have prepared in a shared folder.
    part = to.with_name(f".{to.name}.{uuid.uuid4().hex}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        os.replace(part, to)
    finally:
        part.unlink(missing_ok=True)


def _refuse_unfit(form: str, to: Path, reason: str, *, is_excel: bool) -> None:
    if form not in FORMATS:
        raise ExportError(f"there is no format {form!r}: expected one of {', '.join(FORMATS)}")
    if is_excel and form != "csv":
        raise ExportError(f"--excel is for csv, not for {form}: leave it out, or ask for --format csv")
    if form in AUDIENCES and not reason.strip():
        raise ExportError(f"{form} takes customers out of the platform: say why with --reason; the register keeps it")
    if _OF_A_PERSON.search(reason):
        raise ExportError("the reason seems to hold an address or a number of a person: say why without naming anybody")
    if not to.parent.is_dir() or to.is_dir():
        raise ExportError(f"{to} cannot be written: expected a file in a folder that is there")


def _refuse_unknown(release: OpenRelease, segments: Sequence[int]) -> None:
    if not {"customer_scores", "customer_segments"} <= set(release.manifest["tables"]):
        raise ExportError(f"release {release.name} has no scores: train and score with `eshop run`")
    known = release.query("SELECT segment_id, name_pt, name_en FROM customer_segments ORDER BY segment_id").to_pylist()
    unknown = sorted(set(segments) - {row["segment_id"] for row in known})
    if unknown:
        listed = ", ".join(f"{row['segment_id']} ({row['name_pt']}, {row['name_en']})" for row in known)
        raise ExportError(f"there is no segment {unknown[0]}: expected of {listed or 'none; no champion gave any yet'}")
