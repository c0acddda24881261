"""CSV files that a Brazilian Excel opens, and that run nothing."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.dashboard.downloads import csv_bytes


def lines(frame: pd.DataFrame, language: str = "pt") -> list[str]:
    content = csv_bytes(frame, language=language)
    assert content.startswith(b"\xef\xbb\xbf")
    return content.decode("utf-8-sig").split("\r\n")


def test_cells_are_separated_by_semicolons_and_numbers_have_a_decimal_comma() -> None:
    frame = pd.DataFrame({"Estado": ["SP"], "Receita (R$)": [1234567.89], "Pedidos": [12]})
    assert lines(frame) == ["Estado;Receita (R$);Pedidos", "SP;1234567,89;12", ""]
    assert lines(frame, "en")[1] == "SP;1234567.89;12"


def test_cents_survive_large_sums_and_decimals_their_places() -> None:
    assert lines(pd.DataFrame({"a": [98765432101.99], "b": [Decimal("0.10")]}))[1] == "98765432101,99;0,10"


def test_dates_are_iso_and_what_is_missing_is_empty() -> None:
    frame = pd.DataFrame({"a": [pd.Timestamp("2025-12-31")], "b": [date(2025, 1, 2)], "c": [np.nan], "d": [None]})
    assert lines(frame)[1] == "2025-12-31;2025-01-02;;"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_text_that_a_spreadsheet_would_run_is_led_by_an_apostrophe(start: str) -> None:
    assert lines(pd.DataFrame({"a": [f"{start}cmd|' /C calc'!A0"]}))[1] == f"'{start}cmd|' /C calc'!A0"


def test_a_carriage_return_before_a_formula_is_neutralised_and_quoted() -> None:
    assert csv_bytes(pd.DataFrame({"a": ["\r=1"]}), language="pt").endswith(b'"\'\r=1"\r\n')


def test_a_header_is_neutralised_too_and_a_negative_number_is_not() -> None:
    assert lines(pd.DataFrame({"=a": [-1.5]}))[:2] == ["'=a", "-1,5"]


def test_semicolons_quotes_and_line_ends_are_quoted() -> None:
    assert lines(pd.DataFrame({"a": ['x;"y"']}))[1] == '"x;""y"""'


def test_cents_survive_a_hundred_million_and_more() -> None:
    assert lines(pd.DataFrame({"a": [100_000_000.01], "b": [1_234_567_890.12], "c": [0.1]}))[1] == (
        "100000000,01;1234567890,12;0,1"
    )
