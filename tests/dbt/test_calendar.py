"""dim_dates is what a calendar says, from the first needed year to the last, with the holidays of Brazil."""

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from eshop_dagster.adapters.dbt import raise_on_failure, run_dbt
from eshop_dagster.contract import STATES
from eshop_dagster.settings import DBT_PROJECT_DIR

SEEDS = DBT_PROJECT_DIR / "seeds"


def ordered_on(home: Path, *days: str) -> None:
    """Let the home's facts hold an order on each of these days and nothing else; raw ends with the last of them."""
    (home / "raw" / "orders" / f"changed_date={max(days)}").mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM fct_orders")
        connection.executemany(
            "INSERT INTO fct_orders (order_id, ordered_date) VALUES (?, ?)",
            [(day, date.fromisoformat(day)) for day in days],
        )


def build_calendar(home: Path, *options: str) -> None:
    raise_on_failure("run", run_dbt(["run", "--select", "dim_dates", *options], home=home))


def rows_of(home: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute("FROM dim_dates ORDER BY calendar_date").fetchall()


@pytest.fixture(scope="module")
def dated_home(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with orders from 2016 to 2024, and so a calendar from 2016 to 2025."""
    home = tmp_path_factory.mktemp("dated") / "home"
    shutil.copytree(empty_home, home)
    ordered_on(home, "2016-09-04", "2024-05-06")
    build_calendar(home)
    return home


@pytest.fixture(scope="module")
def calendar(dated_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(dated_home / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def dates_where(calendar: duckdb.DuckDBPyConnection, condition: str) -> list[str]:
    rows = calendar.execute(f"SELECT calendar_date::VARCHAR FROM dim_dates WHERE {condition} ORDER BY 1").fetchall()
    return [day for (day,) in rows]


def one_date(calendar: duckdb.DuckDBPyConnection, day: str) -> dict[str, Any]:
    rows = calendar.sql(f"FROM dim_dates WHERE calendar_date = DATE '{day}'").to_arrow_table().to_pylist()
    row: dict[str, Any] = rows[0]
    return row


def test_the_states_are_those_of_the_raw_contract() -> None:
    with (SEEDS / "brazilian_states.csv").open(newline="", encoding="utf-8") as file:
        states = [row["state"] for row in csv.DictReader(file)]

    assert states == STATES


def test_the_calendar_has_every_date_from_the_first_orders_year_to_the_one_after_the_last_once(
    calendar: duckdb.DuckDBPyConnection,
) -> None:
    row = calendar.execute("SELECT min(calendar_date)::VARCHAR, max(calendar_date)::VARCHAR, count(*) FROM dim_dates")
    # Ten years, of which 2016, 2020 and 2024 are leap years.
    assert row.fetchall() == [("2016-01-01", "2025-12-31", 10 * 365 + 3)]


def test_a_shop_without_orders_has_no_calendar(empty_home: Path) -> None:
    assert rows_of(empty_home) == []


def test_orders_before_2015_have_their_calendar_and_its_holidays(empty_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "old"
    shutil.copytree(empty_home, home)
    ordered_on(home, "1999-12-31", "2001-03-02")
    build_calendar(home)

    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        assert dates_where(connection, "is_holiday AND calendar_year = 1999 AND calendar_month = 9") == ["1999-09-07"]
        assert len(dates_where(connection, "calendar_date < DATE '2000-01-01'")) == 365


def test_a_calendar_that_grows_and_shrinks_day_by_day_is_that_of_a_full_refresh(
    empty_home: Path, tmp_path: Path
) -> None:
    home = tmp_path / "growing"
    shutil.copytree(empty_home, home)
    states = {
        ("2013-12-01",): 2 * 365,
        ("2013-12-01", "2014-02-03"): 3 * 365,
        # 2012 is a leap year.
        ("2012-06-07", "2014-02-03"): 4 * 365 + 1,
        ("2014-02-03",): 2 * 365,
    }
    for days, count in states.items():
        ordered_on(home, *days)
        build_calendar(home)
        by_day = rows_of(home)
        build_calendar(home, "--full-refresh")
        assert rows_of(home) == by_day
        assert len(by_day) == count


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
