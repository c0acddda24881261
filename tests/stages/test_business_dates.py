"""Every order falls on exactly one business date of São Paulo, whatever its clock does: in staging, facts and features.

Summer time began at midnight, so that 2018-11-04 has no 00:00, and it ended at midnight, so that the last hour of
2018-02-17 came twice; since 2019 there is none.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eshop_dagster.ml.cutoffs import Cutoffs
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import Plan, build_features, build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from ..builders import Row, changes, order, order_item

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

MIDNIGHTS = {
    date(2018, 2, 18): datetime(2018, 2, 18, 3, tzinfo=UTC),  # the hour before 24:00 had come twice
    date(2018, 11, 4): datetime(2018, 11, 4, 3, tzinfo=UTC),  # the clock went from 23:59:59 to 01:00
    date(2018, 11, 5): datetime(2018, 11, 5, 2, tzinfo=UTC),  # the first midnight of summer time
    date(2024, 1, 1): datetime(2024, 1, 1, 3, tzinfo=UTC),
    date(2024, 2, 1): datetime(2024, 2, 1, 3, tzinfo=UTC),
    date(2024, 2, 29): datetime(2024, 2, 29, 3, tzinfo=UTC),
    date(2024, 3, 1): datetime(2024, 3, 1, 3, tzinfo=UTC),
}
"""The first instant of each business date, by the decrees on summer time; the second before is of the day before."""

EDGES = {edge: day for day, at in MIDNIGHTS.items() for edge, day in ((at - SECOND, day - DAY), (at, day))}

HOURS_OF_THE_DAY = {date(2018, 2, 17): 25, date(2018, 2, 18): 24, date(2018, 11, 4): 23, date(2024, 2, 29): 24}


def hours_about(day: date) -> dict[datetime, date]:
    """The middle of each hour of a day and of the days beside it, each with its date in São Paulo."""
    start = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC) - DAY
    hours = [start + n * HOUR for n in range(75)]
    return {hour: hour.astimezone(ZoneInfo("America/Sao_Paulo")).date() for hour in hours}


HOURS = {hour: falls_on for day in HOURS_OF_THE_DAY for hour, falls_on in hours_about(day).items()}

SCORING = date(2024, 6, 1)
CUTOFFS = (date(2018, 2, 18), date(2018, 11, 4), SCORING - timedelta(days=182))
"""The last one's 90 days end with 2024-02-29."""

REGULAR = "regular"
PRICES = {instant: 2**n for n, instant in enumerate(EDGES)}
"""What the regular customer pays at each edge: a sum tells which orders were added up."""


def name_of(instant: datetime) -> str:
    return f"{instant:%Y%m%dT%H%M%S}"


def placed_at(instant: datetime, order_id: str, customer_id: str) -> Row:
    """An order placed and handed over at one instant, promised for the date of the second before it."""
    promised = EDGES.get(instant - SECOND) or {**HOURS, **EDGES}[instant]
    times = {"ordered_at": str(instant), "delivered_at": str(instant), "promised_date": str(promised)}
    return order(order_id, customer_id=customer_id, status="delivered", **times)


def sold_on(day: date) -> tuple[list[Row], list[Row]]:
    """The orders of a business date, and their lines: of a customer of their own, and at an edge also the regular's."""
    instants = [instant for instant, falls_on in {**HOURS, **EDGES}.items() if falls_on == day]
    orders = [placed_at(instant, name_of(instant), f"only {name_of(instant)}") for instant in instants]
    lines = [order_item(one["order_id"]) for one in orders]
    for instant in set(instants) & set(EDGES):
        orders.append(placed_at(instant, f"{REGULAR} {name_of(instant)}", REGULAR))
        lines.append(order_item(orders[-1]["order_id"], unit_price_brl=str(PRICES[instant])))
    return orders, lines


EXPECTED = {name_of(instant): [day] for instant, day in {**HOURS, **EDGES}.items()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A shop whose orders were all placed at odd times, each known from its business date on."""
    platform = Platform(Settings(home=tmp_path_factory.mktemp("dates"), pseudonym_seed="test"), Params())
    days = {day: sold_on(day) for day in sorted({*HOURS.values(), *EDGES.values()})}
    chunks = [changes(day, orders=orders, order_items=lines) for day, (orders, lines) in days.items()]
    # A day on which nothing is known of any order: the labels of the last cut-off can be computed.
    chunks.append(changes(SCORING - DAY, orders=[placed_at(min(HOURS), "guest", "guest") | {"customer_id": None}]))
    assert sum(platform.raw.write("shop", "1", chunks).quarantined.values()) == 0
    build_warehouse(platform)
    build_features(platform, Plan(SCORING, Cutoffs(training=CUTOFFS[:2], judging=CUTOFFS[2:], scoring=SCORING)))
    return platform


def dates_of_single_orders(platform: Platform, table: str, day: str = "ordered_date") -> dict[str, list[date]]:
    """The dates under which a table has each order that is not the regular's."""
    found: dict[str, list[date]] = {}
    rows = platform.warehouse.read(f"SELECT order_id, {day} AS day FROM {table} WHERE order_id LIKE '20%'")
    for row in rows.to_pylist():
        found.setdefault(row["order_id"], []).append(row["day"])
    return found


def of_the_regular(platform: Platform, table: str, amount: str) -> dict[date, float]:
    """One amount of the regular customer at each cut-off."""
    [key] = platform.warehouse.read(
        f"SELECT DISTINCT customer_key FROM fct_orders WHERE order_id LIKE '{REGULAR}%'"
    ).to_pylist()
    rows = platform.warehouse.read(
        f"SELECT as_of_date, {amount} AS brl FROM {table} WHERE customer_key = $customer_key", key
    )
    return {row["as_of_date"]: row["brl"] for row in rows.to_pylist()}


def test_the_odd_days_have_as_many_hours_as_the_clock_showed() -> None:
    assert {day: list(HOURS.values()).count(day) for day in HOURS_OF_THE_DAY} == HOURS_OF_THE_DAY


@pytest.mark.parametrize("table", ["stg_raw__orders", "int_orders__versions", "fct_orders", "fct_order_items"])
def test_every_order_falls_on_one_business_date(home: Platform, table: str) -> None:
    assert dates_of_single_orders(home, table) == EXPECTED


def test_every_business_date_sells_what_was_placed_on_it(home: Platform) -> None:
    rows = home.warehouse.read("SELECT ordered_date, sum(order_count)::INT AS orders FROM agg_daily_sales GROUP BY ALL")
    days = [*EDGES.values(), *{**HOURS, **EDGES}.values()]

    assert {row["ordered_date"]: row["orders"] for row in rows.to_pylist()} == {day: days.count(day) for day in days}


def test_features_count_the_days_since_the_business_date(home: Platform) -> None:
    features = f"(FROM customer_features JOIN fct_orders USING (customer_key) WHERE as_of_date = DATE '{SCORING}')"

    assert dates_of_single_orders(home, features, "(as_of_date - recency_days::INT)") == EXPECTED


def test_features_know_what_was_placed_before_the_first_instant_of_the_cutoff(home: Platform) -> None:
    assert of_the_regular(home, "customer_features", "net_revenue_brl") == {
        cutoff: sum(price for instant, price in PRICES.items() if EDGES[instant] < cutoff)
        for cutoff in (*CUTOFFS, SCORING)
    }


def test_labels_count_what_was_placed_from_the_first_instant_of_the_cutoff_to_the_last_of_90_days(
    home: Platform,
) -> None:
    assert of_the_regular(home, "customer_spend_labels", "spend_in_window_brl") == {
        cutoff: sum(price for at, price in PRICES.items() if cutoff <= EDGES[at] < cutoff + timedelta(days=90))
        for cutoff in CUTOFFS
    }


def test_a_parcel_is_late_from_the_first_instant_after_the_promised_date(home: Platform) -> None:
    late = home.warehouse.read(
        "SELECT order_id FROM customer_features JOIN fct_orders USING (customer_key) "
        f"WHERE as_of_date = DATE '{SCORING}' AND late_delivery_count = 1"
    )

    assert sorted(late["order_id"].to_pylist()) == sorted(name_of(midnight) for midnight in MIDNIGHTS.values())
