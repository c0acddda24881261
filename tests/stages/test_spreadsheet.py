"""CSV files: exact for programs; for Excel in Portuguese, nothing runs and nothing is rounded in silence."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from eshop_dagster.stages.spreadsheet import write_rows

ROW = ("ab12", date(2026, 1, 31), 1234.5, Decimal("-0.10"), True, None, "a;b")


def test_a_plain_file_has_commas_points_and_iso_days(tmp_path: Path) -> None:
    write_rows(tmp_path / "x.csv", [*"abcdefg"], [ROW])
    assert (tmp_path / "x.csv").read_bytes() == b"a,b,c,d,e,f,g\nab12,2026-01-31,1234.5,-0.10,True,,a;b\n"


def test_a_file_for_excel_is_written_as_brazilians_write(tmp_path: Path) -> None:
    write_rows(tmp_path / "x.csv", ["customer_key", *"bcdefg"], [ROW], is_excel=True)
    content = (tmp_path / "x.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfcliente;b;c")
    assert content.decode().endswith('\r\nab12;31/01/2026;1234,5;-0,10;sim;;"a;b"\r\n')


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "12345678901234567890", "12e45"])
def test_text_that_excel_would_run_or_round_gets_an_apostrophe(tmp_path: Path, text: str) -> None:
    write_rows(tmp_path / "x.csv", ["a"], [(text,)], is_excel=True)
    assert f"'{text}" in (tmp_path / "x.csv").read_text(encoding="utf-8-sig")


def test_other_text_stays_as_it_is(tmp_path: Path) -> None:
    write_rows(tmp_path / "x.csv", ["a"], [("Uma compra",), ("0a1b",)], is_excel=True)
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").split() == ["a", "Uma", "compra", "0a1b"]
