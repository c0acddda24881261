"""What newcomers spent at first, from the release alone."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from eshop_dagster.adapters.newcomers import FEWEST, Newcomers, newcomers_of
from eshop_dagster.adapters.release import open_release

from .published import AS_OF, Row, customer, key, publish

REGISTERED = datetime(2024, 1, 10, 12, tzinfo=UTC)


def order(number: int, days_after: float = 1, brl: float = 100) -> Row:
    at = REGISTERED + timedelta(days=days_after)
    return {"customer_key": key(number), "ordered_at": at, "ordered_date": at.date(), "net_revenue_brl": brl}


def told(home: Path, customers: list[Row], orders: list[Row], window_days: int = 90) -> Newcomers:
    publish(home, "r", window_days=window_days, dim_customers=customers, fct_orders=orders)
    return newcomers_of(open_release(home), AS_OF)


def newcomers(count: int) -> list[Row]:
    return [customer(number, registered_at=REGISTERED) for number in range(count)]


def test_it_is_the_mean_over_all_who_registered_buyers_or_not_in_their_first_window(tmp_path: Path) -> None:
    # A quarter buys twice for 100, once more too late; one more customer is too new to be counted.
    buys = [order(number, days) for number in range(0, 100, 4) for days in (0, 89.9, 90.1)]
    too_new = customer(999, registered_at=datetime(2024, 5, 1, tzinfo=UTC))
    found = told(tmp_path, [*newcomers(100), too_new], buys)

    assert found.customer_count == 100
    assert found.mean_brl == pytest.approx(50)
    assert (found.purchase_probability, found.if_buying_brl) == (0.25, pytest.approx(200))
    assert found.ends_brl == pytest.approx((200, 200, 200, 200))


def test_the_window_is_the_releases_own(tmp_path: Path) -> None:
    buys = [order(number, days) for number in range(FEWEST) for days in (0, 59.9, 60.1, 119.9)]
    for window_days, expected in ((60, 200), (90, 300), (120, 400)):
        found = told(tmp_path / str(window_days), newcomers(FEWEST), buys, window_days)
        assert found.mean_brl == pytest.approx(expected)


def test_what_came_back_takes_nobody_below_zero(tmp_path: Path) -> None:
    found = told(tmp_path, newcomers(100), [order(number, brl=-10) for number in range(100)])
    assert (found.mean_brl, found.purchase_probability, found.if_buying_brl, found.ends_brl) == (0, 0, None, None)


def test_the_year_begins_and_ends_at_midnight_in_sao_paulo(tmp_path: Path) -> None:
    until = datetime.combine(AS_OF, time(), ZoneInfo("America/Sao_Paulo")) - timedelta(days=90)
    before, after = (
        [customer(first + number, registered_at=at) for number in range(FEWEST)]
        for first, at in ((0, until - timedelta(minutes=1)), (FEWEST, until + timedelta(minutes=1)))
    )
    found = told(tmp_path, [*before, *after], [order(0)])
    assert found.customer_count == FEWEST


def test_of_few_newcomers_nothing_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, newcomers(FEWEST - 1), [order(1)])
    assert found == Newcomers(FEWEST - 1, None, None)
