"""Segments to take away: pseudonyms for analysis, hashes of those who agreed for advertising, each in the register."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.export_register import ExportRegister
from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.release import NoRelease
from eshop_dagster.settings import Settings
from eshop_dagster.stages import exports
from eshop_dagster.stages.activation import hashed
from eshop_dagster.stages.exports import ExportError, export_segments
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from .registration_home import write_release

PEOPLE = ("ana", "bia", "caio", "davi", "eva")
"""ana, bia and caio agreed, and of caio nothing is known; ana and davi are in segment 0, the others in 3."""

REASON = "win-back campaign"


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    platform = Platform(Settings(tmp_path / "home", pseudonym_seed="test"), Params())
    known = [{"customer_id": name, "email": f"{name}@example.com", "phone": "(11) 98765-4321"} for name in PEOPLE]
    known[2] = {"customer_id": "caio", "email": "?", "phone": None}
    platform.vault.store(known)
    key = platform.vault.pseudonyms(PEOPLE)
    keys, segments = [key[name] for name in PEOPLE], [0, 3, 3, 0, 3]
    write_release(
        platform.home,
        customer_scores=pa.table(
            {
                "customer_key": keys,
                "as_of_date": [date(2024, 3, 4)] * 5,
                "expected_spend_brl": [1.5, 2.0, 3.0, 4.0, 5.0],
                "segment_id": pa.array(segments, pa.int32()),
            }
        ),
        customer_segments=pa.table(
            {"segment_id": pa.array([0, 3], pa.int32()), "name_pt": ["Premium", "Novos"], "name_en": ["Premium", "New"]}
        ),
        dim_customers=pa.table({"customer_key": keys, "has_marketing_consent": [True, True, True, False, False]}),
    )
    return platform


def rows_of(path: Path) -> list[list[str]]:
    return [*csv.reader(path.read_text().splitlines())]


def test_analysts_get_pseudonyms_segments_and_scores_sorted_by_key(platform: Platform, tmp_path: Path) -> None:
    entry = export_segments(platform, "csv", tmp_path / "all.csv")
    head, *rows = rows_of(tmp_path / "all.csv")
    assert head == [
        *("customer_key", "as_of_date", "segment_id", "segment_name_pt", "segment_name_en"),
        "expected_spend_brl",
    ]
    key = platform.vault.pseudonyms(PEOPLE)
    assert [row[0] for row in rows] == sorted(key.values())
    assert [key["bia"], "2024-03-04", "3", "Novos", "New", "2.0"] in rows
    assert (entry.customer_count, entry.segments, entry.sha256) == (5, (), file_sha256(tmp_path / "all.csv"))


def test_parquet_holds_the_same_rows_with_their_types(platform: Platform, tmp_path: Path) -> None:
    assert export_segments(platform, "parquet", tmp_path / "x.parquet", segments=[0]).customer_count == 2
    table = pq.read_table(tmp_path / "x.parquet")
    assert table["segment_name_pt"].to_pylist() == ["Premium", "Premium"]
    assert table.schema.field("as_of_date").type == pa.date32()


@pytest.mark.parametrize("batch", [1, 20_000])
@pytest.mark.parametrize(("form", "rows"), [("google-ads", 2), ("meta", 2)])
def test_an_audience_holds_who_agreed_and_can_be_reached_and_nobody_else(
    platform: Platform, tmp_path: Path, form: str, rows: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_BATCH_ROWS", batch)
    entry = export_segments(platform, form, tmp_path / "x.csv", reason=REASON)
    assert {row[0] for row in rows_of(tmp_path / "x.csv")[1:]} == {
        hashed(f"{who}@example.com") for who in ("ana", "bia")
    }
    assert (entry.customer_count, entry.without_consent_count, entry.unreachable_count) == (rows, 2, 1)
    only = export_segments(platform, form, tmp_path / "y.csv", segments=[3], reason=REASON)
    assert [row[0] for row in rows_of(tmp_path / "y.csv")[1:]] == [hashed("bia@example.com")]
    assert (only.customer_count, only.without_consent_count, only.unreachable_count) == (1, 1, 1)


def test_who_was_forgotten_is_in_no_audience(platform: Platform, tmp_path: Path) -> None:
    import sqlite3

    key = platform.vault.pseudonyms(["ana"])["ana"]
    with sqlite3.connect(platform.home / "vault" / "vault.db") as connection:
        connection.execute("DELETE FROM persons WHERE customer_key = ?", (key,))
    connection.close()
    entry = export_segments(platform, "meta", tmp_path / "x.csv", reason=REASON)
    assert (entry.customer_count, entry.unreachable_count) == (1, 2)


def test_no_address_or_number_is_in_a_file_or_in_the_register(platform: Platform, tmp_path: Path) -> None:
    for form in exports.FORMATS:
        export_segments(platform, form, tmp_path / f"out-{form}", reason=REASON)
    for path in [*tmp_path.glob("out-*"), platform.home / "exports" / "register.jsonl"]:
        content = path.read_bytes()
        assert not [word for word in (b"example.com", b"98765", b"ana", b"bia") if word in content], path


def test_the_register_tells_who_took_what_and_why_and_only_grows(platform: Platform, tmp_path: Path) -> None:
    first = export_segments(platform, "meta", tmp_path / "x.csv", segments=[3, 0], reason=f" {REASON} ", who="maria")
    again = export_segments(platform, "csv", tmp_path / "x.csv")
    assert ExportRegister(platform.home).entries() == [first, again]
    assert (first.who, first.reason, first.segments, first.file) == ("maria", REASON, (3, 0), "x.csv")
    assert first.release == "2024-03-03-test"
    assert replace(again, who="") != again


def test_a_file_that_could_not_be_written_leaves_nothing_behind(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(keys: Sequence[str]) -> dict[str, Any]:
        raise OSError("the disk is gone")

    monkeypatch.setattr(platform.vault, "reveal_many", fails)
    (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match="the disk is gone"):
        export_segments(platform, "meta", tmp_path / "out" / "x.csv", reason=REASON)
    assert not [*(tmp_path / "out").iterdir()]
    assert ExportRegister(platform.home).entries() == []


def test_only_its_owner_can_read_an_audience(platform: Platform, tmp_path: Path) -> None:
    export_segments(platform, "meta", tmp_path / "x.csv", reason=REASON)
    assert (tmp_path / "x.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("form", "options", "words"),
    [
        ("xlsx", {}, "no format 'xlsx': expected one of csv, parquet, google-ads, meta"),
        ("meta", {}, "meta takes customers out of the platform: say why with --reason"),
        *(
            ("meta", {"reason": f"for {whom}"}, "seems to hold an address or a number of a person")
            for whom in ("ana@example.com", "+55 11 98765-4321", "(11) 98765-4321", "1198765432", "123 456 789-09")
        ),
        ("csv", {"segments": [7]}, r"no segment 7: expected of 0 \(Premium, Premium\), 3 \(Novos, New\)"),
        ("parquet", {"is_excel": True}, "--excel is for csv, not for parquet"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    platform: Platform, tmp_path: Path, form: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ExportError, match=words):
        export_segments(platform, form, tmp_path / "x", **options)
    assert not (tmp_path / "x").exists()


def test_days_and_years_in_a_reason_are_nobodys_number(platform: Platform, tmp_path: Path) -> None:
    export_segments(platform, "meta", tmp_path / "x", reason="win-back 2026-01-01 to 2026-03-31, as in 2024, 2025")
    assert (tmp_path / "x").exists()


def test_a_home_without_scores_or_release_says_what_to_do(platform: Platform, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written: expected a file in a folder that is there"):
        export_segments(platform, "csv", tmp_path / "none" / "x.csv")
    write_release(platform.home, dim_customers=pa.table({"customer_key": ["a"]}))
    with pytest.raises(ExportError, match="has no scores: train and score with `eshop run`"):
        export_segments(platform, "csv", tmp_path / "x")
    with pytest.raises(NoRelease, match="fill it first"):
        export_segments(Platform(Settings(tmp_path / "other"), Params()), "csv", tmp_path / "x")
