"""How often a person is called for something, and how often for nothing: on made shops, simulated ones and Olist's.

docs/data-quality.md gives the numbers of more seeds, measured with these very functions.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import duckdb
import pytest

from eshop_dagster.adapters.sources.simulated import Scenario, ShopConfig, SimulatedSource
from eshop_dagster.ml.anomalies import DayVerdict, Sales, Verdict, judge
from eshop_dagster.ml.feasts import shop_feasts

from .daily_sales import History, each_day_changed, noisy, with_last

FEASTS = shop_feasts(range(2017, 2026))
LAST = date(2025, 2, 28)

DAILY_SALES = """
    WITH newest AS (SELECT order_id, max(changed_date) AS changed_date FROM orders GROUP BY order_id),
    worth AS (
        SELECT order_id, sum(quantity * unit_price_brl) AS sold_brl
        FROM order_items JOIN newest USING (order_id, changed_date)
        WHERE quantity > 0 GROUP BY order_id
    )
    SELECT
        timezone('America/Sao_Paulo', ordered_at)::DATE, count(*),
        coalesce(sum(sold_brl) FILTER (WHERE status <> 'cancelled'), 0)::DOUBLE
    FROM orders JOIN newest USING (order_id, changed_date) LEFT JOIN worth USING (order_id)
    GROUP BY 1
"""

OLIST_DAILY_SALES = """
    WITH worth AS (SELECT order_id, sum(price::DECIMAL(18, 2)) AS sold_brl FROM items GROUP BY order_id)
    SELECT
        order_purchase_timestamp::TIMESTAMP::DATE, count(*),
        coalesce(sum(sold_brl) FILTER (WHERE order_status NOT IN ('canceled', 'unavailable')), 0)::DOUBLE
    FROM orders LEFT JOIN worth USING (order_id)
    GROUP BY 1
"""


@cache
def simulated(orders_per_day: float, seed: int, *scenarios: Scenario, last: date = LAST) -> History:
    """Each day's orders and revenue of a simulated shop, as the warehouse has them in the end."""
    customers = round(250 / 3 * orders_per_day)
    shop = ShopConfig(seed=seed, customers=customers, orders_per_day=orders_per_day, dirty_share=0, scenarios=scenarios)
    with duckdb.connect() as connection:
        for changes in SimulatedSource(shop, last).changes(shop.first_day, last):
            for table in ("orders", "order_items"):
                connection.register("chunk", changes.tables[table])
                connection.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM chunk LIMIT 0")
                connection.execute(f"INSERT INTO {table} FROM chunk")
        return {day: Sales(count, brl) for day, count, brl in connection.execute(DAILY_SALES).fetchall()}


def olist(folder: Path) -> History:
    """Each day's orders and revenue of the public Olist data set, from 2017 on."""
    with duckdb.connect() as connection:
        for view, name in (("orders", "orders"), ("items", "order_items")):
            path = folder / f"olist_{name}_dataset.csv"
            connection.execute(f"CREATE VIEW {view} AS FROM read_csv('{path}', all_varchar = true)")
        rows = connection.execute(OLIST_DAILY_SALES).fetchall()
    return {day: Sales(count, brl) for day, count, brl in rows if day >= date(2017, 1, 5)}


def share_flagged(verdicts: list[Verdict]) -> float:
    return sum(one.is_anomaly for one in verdicts) / len(verdicts)


def unusual(sales: History, until: date | None = None) -> tuple[list[DayVerdict], int]:
    """The judged days on which orders or revenue are unusual, and how many days were judged."""
    verdicts = judge(sales, [day for day in sales if day <= (until or max(sales))], special_dates=FEASTS)
    judged = [one for one in verdicts if one.orders.is_judged]
    return [one for one in judged if one.orders.is_anomaly or one.revenue.is_anomaly], len(judged)


def test_a_day_at_half_of_its_orders_is_flagged() -> None:
    verdicts = [one for seed in range(5) for one in each_day_changed(noisy(170, seed=seed), orders=0.5, revenue=0.5)]

    assert share_flagged([one.orders for one in verdicts]) > 0.95
    assert share_flagged([one.revenue for one in verdicts]) < 0.01


def test_a_day_sent_twice_is_flagged() -> None:
    verdicts = [one for seed in range(5) for one in each_day_changed(noisy(170, seed=seed), orders=2, revenue=2)]

    assert share_flagged([one.orders for one in verdicts]) > 0.95
    assert share_flagged([one.revenue for one in verdicts]) < 0.01


@pytest.mark.parametrize("slip", [10, 0.1])
@pytest.mark.parametrize("rate", [15, 130, 3000])
def test_prices_that_slip_by_a_digit_are_flagged_though_the_orders_are_usual(slip: float, rate: float) -> None:
    verdicts = each_day_changed(noisy(170, rate=rate), revenue=slip)

    assert share_flagged([one.revenue for one in verdicts]) > 0.95
    assert share_flagged([one.orders for one in verdicts]) < 0.05


@pytest.mark.parametrize("rate", [15, 130, 3000])
def test_ordinary_days_are_usual(rate: float) -> None:
    shop = noisy(56 + 365, rate=rate, seed=7)
    verdicts = judge(shop, list(shop)[56:])

    assert sum(one.orders.is_anomaly for one in verdicts) <= 3
    assert sum(one.revenue.is_anomaly for one in verdicts) <= 3


def test_a_low_day_alarms_sooner_than_a_high_one() -> None:
    shop = noisy()
    low, high = with_last(shop, orders=1 / 1.45).orders, with_last(shop, orders=1.45).orders

    assert (low.is_anomaly, high.is_anomaly) == (True, False)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("orders_per_day", [20, 300])
def test_an_ordinary_year_of_the_simulated_shop_gives_few_false_alarms(orders_per_day: float, seed: int) -> None:
    found, judged = unusual(simulated(orders_per_day, seed))

    assert judged > 365
    assert len(found) * 365 / judged <= 3.5


def test_half_a_day_of_the_simulated_shop_is_missed_rarely_and_a_doubled_one_too() -> None:
    shop = simulated(300, 1)
    days = [day for day in shop if day.year == 2025 and day not in FEASTS]
    until = [{day: sales for day, sales in shop.items() if day <= last} for last in days]

    for orders in (0.5, 2):
        assert share_flagged([with_last(one, orders, orders).orders for one in until]) > 0.95


def test_a_black_friday_out_of_season_is_seen() -> None:
    rush = date(2025, 2, 18)
    [found] = judge(simulated(300, 1, Scenario("black_friday", rush)), [rush], special_dates=FEASTS)

    assert found.orders.is_anomaly
    assert found.orders.observed > 5 * (found.orders.expected or 0)
    assert not found.revenue.is_anomaly


def test_on_olist_an_outage_and_the_truckers_strike_are_seen_and_little_else(olist_dir: Path) -> None:
    """On the evening of 26 June 2017 no order came in for 14 hours, on the 21st hardly any for 12.

    From 21 May 2018 truck drivers blocked Brazil's roads for ten days. The extract thins out from 23 August 2018 on.
    """
    found, judged = unusual(olist(olist_dir), until=date(2018, 8, 22))
    low = {str(one.day) for one in found if one.orders.is_anomaly}
    strike = {"2018-05-21", "2018-05-23", "2018-05-24", "2018-05-25"}

    assert judged == 539
    assert {"2017-06-21", "2017-06-26"} | strike <= low
    assert len(found) - len(low & strike) - 2 <= 6


def test_the_end_of_an_extract_that_thins_out_is_seen(olist_dir: Path) -> None:
    sales = olist(olist_dir)
    thin = [date(2018, 8, 23) + timedelta(days=number) for number in range(14)]

    assert [one.day for one in judge(sales, thin) if one.orders.is_anomaly] == thin
