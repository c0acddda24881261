"""Scenarios bend the simulated shop from their day on, and leave every day before it as it was."""

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.simulated import Scenario, ShopConfig, SimulatedSource
from eshop_dagster.contract import TABLES

START = date(2024, 8, 1)
LAST_DAY = date(2024, 12, 20)


def pulled(first: date, last: date, *scenarios: Scenario) -> dict[str, pa.Table]:
    config = ShopConfig(customers=8_000, orders_per_day=100.0, dirty_share=0.01, scenarios=scenarios)
    chunks = list(SimulatedSource(config, LAST_DAY).changes(first, last))
    return {name: pa.concat_tables([chunk.tables[name] for chunk in chunks]).combine_chunks() for name in TABLES}


def bent(name: str) -> dict[str, pd.DataFrame]:
    tables = pulled(START, date(2024, 11, 15), Scenario(name, START))
    return {table: rows.to_pandas() for table, rows in tables.items()}


@pytest.fixture(scope="module")
def before() -> dict[str, pa.Table]:
    return pulled(START - timedelta(days=40), START - timedelta(days=1))


@pytest.fixture(scope="module")
def usual() -> dict[str, pd.DataFrame]:
    return {table: rows.to_pandas() for table, rows in pulled(START, date(2024, 11, 15)).items()}


def clean_orders(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    orders = tables["orders"][tables["orders"].order_id.str.startswith("S")]
    return orders.drop_duplicates("order_id", keep="last")


def placed_count(tables: dict[str, pd.DataFrame], first: date, last: date) -> int:
    placed = clean_orders(tables).ordered_at.dt.tz_convert("America/Sao_Paulo").dt.date
    return int(placed.between(first, last).sum())


def late_share(tables: dict[str, pd.DataFrame]) -> float:
    orders = clean_orders(tables)
    orders = orders[(orders.channel != "store") & orders.delivered_at.notna()]
    orders = orders[orders.shipped_at >= pd.Timestamp(START, tz="America/Sao_Paulo")]
    return float((orders.delivered_at.dt.tz_convert("America/Sao_Paulo").dt.date > orders.promised_date).mean())


@pytest.mark.parametrize("name", ["price_shock", "new_region", "late_carrier", "black_friday"])
def test_days_before_the_start_are_equal_to_the_byte(before, name):
    same = pulled(START - timedelta(days=40), START - timedelta(days=1), Scenario(name, START))
    assert all(same[table].equals(before[table]) for table in TABLES)


def test_a_price_shock_raises_prices_by_a_quarter_and_lowers_demand(usual):
    shocked = bent("price_shock")
    assert len(shocked["products"][shocked["products"].changed_date == START]) > 1_500
    first, last = START, date(2024, 11, 15)
    assert 0.75 < placed_count(shocked, first, last) / placed_count(usual, first, last) < 0.9
    paid = [
        tables["order_items"].drop_duplicates(["order_id", "line_number"]).unit_price_brl.astype(float).mean()
        for tables in (usual, shocked)
    ]
    assert paid[1] / paid[0] == pytest.approx(1.25, abs=0.08)


def test_a_late_carrier_triples_the_late_share(usual):
    ratio = late_share(bent("late_carrier")) / late_share(usual)
    assert 2.4 < ratio < 4


def test_a_new_region_brings_customers_of_the_north_and_northeast_with_other_tastes(usual):
    region = {"AC", "AL", "AM", "AP", "BA", "CE", "MA", "PA", "PB", "PE", "PI", "RN", "RO", "RR", "SE", "TO"}
    opened = bent("new_region")
    usual_share, share = (
        tables["customers"].drop_duplicates("customer_id").state.isin(region).mean() for tables in (usual, opened)
    )
    assert usual_share < 0.15
    assert share > 0.4
    categories = pulled(date(2024, 1, 1), date(2024, 1, 1))["products"].to_pandas().set_index("product_id").category
    phones = [(tables["order_items"].product_id.map(categories) == "telefonia").mean() for tables in (usual, opened)]
    assert phones[1] > 1.3 * phones[0]


def test_a_black_friday_comes_on_its_day(usual):
    bargain = bent("black_friday")
    assert placed_count(bargain, START, START) > 4 * placed_count(usual, START, START)
    quiet = date(2024, 10, 1), date(2024, 10, 31)
    assert placed_count(bargain, *quiet) == pytest.approx(placed_count(usual, *quiet), rel=0.05)


def test_half_the_strength_has_about_half_the_effect(usual):
    half = pulled(START, date(2024, 8, 31), Scenario("price_shock", START, strength=0.5))["orders"].to_pandas()
    ratio = placed_count({"orders": half}, START, date(2024, 8, 31)) / placed_count(usual, START, date(2024, 8, 31))
    assert 0.84 < ratio < 0.97


def test_a_scenario_is_read_from_its_text():
    assert Scenario.parse("late_carrier@2025-06-01") == Scenario("late_carrier", date(2025, 6, 1), 1.0)
    assert Scenario.parse("price_shock@2025-06-01:0.5") == Scenario("price_shock", date(2025, 6, 1), 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flood@2025-06-01", "Unknown scenario 'flood': expected one of price_shock, new_region, late_carrier"),
        ("late_carrier", "'late_carrier' has no start day: expected name@YYYY-MM-DD"),
        ("late_carrier@June", "'late_carrier@June' cannot be read"),
        ("late_carrier@2025-06-01:much", "cannot be read"),
        ("late_carrier@2025-06-01:-1", "strength -1.0: expected a number above 0 and at most 3"),
        ("late_carrier@2025-06-01:nan", "strength nan"),
    ],
)
def test_a_scenario_that_cannot_be_read_is_refused(text, message):
    with pytest.raises(SourceError, match=message):
        Scenario.parse(text)
