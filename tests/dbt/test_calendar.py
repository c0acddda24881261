"""The seed of holidays is what its package says, and dim_dates is what a calendar says."""

import csv
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from eshop_dagster.contract import STATES
from eshop_dagster.settings import DBT_PROJECT_DIR

SEEDS = DBT_PROJECT_DIR / "seeds"


@pytest.fixture(scope="module")
def calendar(empty_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(empty_home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def dates_where(calendar: duckdb.DuckDBPyConnection, condition: str) -> list[str]:
    rows = calendar.execute(f"SELECT calendar_date::VARCHAR FROM dim_dates WHERE {condition} ORDER BY 1").fetchall()
    return [day for (day,) in rows]


def one_date(calendar: duckdb.DuckDBPyConnection, day: str) -> dict[str, Any]:
    rows = calendar.sql(f"FROM dim_dates WHERE calendar_date = DATE '{day}'").to_arrow_table().to_pylist()
    row: dict[str, Any] = rows[0]
    return row


def test_the_seed_of_holidays_is_what_the_package_says() -> None:
    maker = runpy.run_path(str(DBT_PROJECT_DIR / "make_holidays.py"))
    with (SEEDS / "brazilian_holidays.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)

    assert tuple(header) == maker["HEADER"]
    assert [tuple(row) for row in rows] == maker["holiday_rows"]()


def test_the_states_are_those_of_the_raw_contract() -> None:
    with (SEEDS / "brazilian_states.csv").open(newline="", encoding="utf-8") as file:
        states = [row["state"] for row in csv.DictReader(file)]

    assert states == STATES


def test_the_calendar_has_every_date_of_its_years_once(calendar: duckdb.DuckDBPyConnection) -> None:
    row = calendar.execute("SELECT min(calendar_date)::VARCHAR, max(calendar_date)::VARCHAR, count(*) FROM dim_dates")
    # 26 years, of which 2016, 2020, 2024, 2028, 2032, 2036 and 2040 are leap years.
    assert row.fetchall() == [("2015-01-01", "2040-12-31", 26 * 365 + 7)]


def test_a_date_is_named_in_portuguese_and_english_and_belongs_to_its_iso_week(
    calendar: duckdb.DuckDBPyConnection,
) -> None:
    assert one_date(calendar, "2024-12-31") == {
        "calendar_date": one_date(calendar, "2024-12-31")["calendar_date"],
        "calendar_year": 2024,
        "calendar_quarter": 4,
        "calendar_month": 12,
        "month_name_pt": "dezembro",
        "month_name_en": "December",
        "iso_year": 2025,
        "iso_week": 1,
        "weekday_number": 2,
        "weekday_name_pt": "terça-feira",
        "weekday_name_en": "Tuesday",
        "is_weekend": False,
        "is_holiday": False,
        "is_optional_holiday": False,
        "holiday_name_pt": None,
        "holiday_name_en": None,
        "is_business_day": True,
        "is_black_friday": False,
    }


def test_black_friday_is_the_day_after_the_fourth_thursday_of_november(calendar: duckdb.DuckDBPyConnection) -> None:
    assert dates_where(calendar, "is_black_friday AND calendar_year BETWEEN 2016 AND 2025") == [
        *("2016-11-25", "2017-11-24", "2018-11-23", "2019-11-29", "2020-11-27"),
        *("2021-11-26", "2022-11-25", "2023-11-24", "2024-11-29", "2025-11-28"),
    ]


def test_carnival_and_corpus_christi_are_kept_without_being_holidays(calendar: duckdb.DuckDBPyConnection) -> None:
    assert dates_where(calendar, "is_optional_holiday AND calendar_year = 2024") == [
        *("2024-02-12", "2024-02-13", "2024-05-30"),
    ]
    assert one_date(calendar, "2024-02-13")["holiday_name_pt"] == "Carnaval"


def test_zumbi_is_a_national_holiday_from_2024_on(calendar: duckdb.DuckDBPyConnection) -> None:
    assert dates_where(calendar, "is_holiday AND calendar_month = 11 AND calendar_year IN (2023, 2024)") == [
        *("2023-11-02", "2023-11-15", "2024-11-02", "2024-11-15", "2024-11-20"),
    ]


def test_business_days_are_neither_on_weekends_nor_on_holidays(calendar: duckdb.DuckDBPyConnection) -> None:
    # The week of Good Friday 2024, from Monday to Sunday.
    days = "calendar_date BETWEEN DATE '2024-03-25' AND DATE '2024-03-31'"
    assert dates_where(calendar, f"is_business_day AND {days}") == [
        *("2024-03-25", "2024-03-26", "2024-03-27", "2024-03-28"),
    ]
    assert dates_where(calendar, f"is_weekend AND {days}") == ["2024-03-30", "2024-03-31"]
