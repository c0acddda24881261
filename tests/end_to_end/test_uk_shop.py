"""A British shop's report from before 2015, from the file to the pages: its currency, its holidays, its regions."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from eshop_dagster.adapters.release import open_release
from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.api.app import create_app
from eshop_dagster.api.openapi import _document
from eshop_dagster.dashboard.navigation import PAGES
from eshop_dagster.settings import Settings
from eshop_dagster.shop import Shop
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from ..dashboard.drawing import drawn
from .conftest import Run, run_in
from .uk_report import write_uk_report

GB = Shop("GB", "ENG", "GBP", "Europe/London")
BRAZIL = re.compile(r"R\$|BRL|Bra[sz]il|Paulo|\bBR\b|-03:00|[Ee]stados?\b")


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


def protos(block: Any) -> Iterator[str]:
    """Yield what the browser is sent of each element: its texts, and the figures as they are drawn."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from protos(child)
        yield child.proto.SerializeToString().decode("utf-8", "replace") if child.proto else ""


@pytest.mark.parametrize("page", [one.name for one in PAGES])
def test_no_page_of_a_british_shop_says_anything_of_brazil(
    uk_run: Run, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("ESHOP_HOME", str(uk_run.home))
    test = drawn(page)
    said = " ".join(protos(test.main))
    assert not test.exception and len(said) > 200
    assert BRAZIL.findall(said) == []


def test_the_document_of_the_api_of_a_british_shop_says_nothing_of_brazil(uk_run: Run) -> None:
    app = create_app(Platform(Settings(uk_run.home), Params()))
    told = json.dumps(_document(app, "0" * 20, date(2024, 6, 1), GB), ensure_ascii=False)
    assert BRAZIL.findall(told) == [] and '"E-Shop"' in told
