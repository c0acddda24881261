"""A British shop's report from before 2015, from the file to the release: its currency, its holidays, its regions."""

from datetime import date
from decimal import Decimal

import pytest

from eshop_dagster.adapters.release import open_release
from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.shop import Shop

from .conftest import Run, run_in
from .uk_report import write_uk_report

GB = Shop("GB", "ENG", "GBP", "Europe/London")


@pytest.fixture(scope="module")
def uk_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("uk")
    report, mapping = write_uk_report(folder)
    given = ("--source", "report", "--path", str(report), "--mapping", str(mapping))
    return run_in(folder / "home", *given, "--only-refresh")


def test_the_home_is_a_british_shops_and_its_amounts_are_the_files_to_the_cent(uk_run: Run) -> None:
    release = open_release(uk_run.home)
    lines = (uk_run.home.parent / "sales.csv").read_text(encoding="utf-8").splitlines()[1:]
    sold = sum((int(line.split(",")[4]) * Decimal(line.split(",")[5][1:]) for line in lines), Decimal(0))

    assert read_shop(uk_run.home) == release.shop == GB
    assert release.manifest["shop"]["nation"] == "GB"
    assert uk_run.summary["shop"]["currency"] == "GBP"
    assert uk_run.summary["quarantined_rows"] == {}
    assert release.query("SELECT sum(revenue_brl) AS sold FROM fct_orders")["sold"].to_pylist() == [sold]
    assert release.query("SELECT DISTINCT customer_state FROM dim_customers ORDER BY 1")[
        "customer_state"
    ].to_pylist() == [
        *("England", "Scotland", "Wales"),
    ]


def test_the_calendar_has_englands_holidays_and_none_of_brazils(uk_run: Run) -> None:
    release = open_release(uk_run.home)
    rows = release.query("SELECT calendar_date FROM dim_dates WHERE is_holiday AND calendar_year = 2014 ORDER BY ALL")

    assert rows["calendar_date"].to_pylist() == [
        date(2014, month, day)
        for month, day in ((1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26))
    ]
    assert release.query("SELECT count(*) AS days FROM dim_dates WHERE is_optional_holiday")["days"].to_pylist() == [0]
