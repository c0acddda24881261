"""The marts on the public Olist orders, against figures counted from its files. No model is trained for it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.sources import OpenSource
from eshop_dagster.adapters.sources.olist import OlistSource
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.pull import pull


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory, olist_dir: Path) -> Platform:
    """A home with all Olist orders, built once."""
    platform = Platform(Settings(home=tmp_path_factory.mktemp("olist")), Params())
    source = OlistSource(olist_dir)
    opened = OpenSource(source, source.fingerprint())
    pull(platform, opened, source.first_day(), source.last_day(), only_new=True)
    report = build_warehouse(platform)
    assert [test.unique_id for test in report.tests if not test.is_ok] == []
    return platform


def one_row(of: Platform, sql: str) -> tuple[Any, ...]:
    return tuple(of.warehouse.read(sql).to_pylist()[0].values())


def test_orders_whose_payments_differ_are_listed_with_their_difference(olist: Platform) -> None:
    assert one_row(
        olist, "SELECT count(*), count(*) FILTER (WHERE abs(difference_brl) > 0.01) FROM rec_payment_reconciliation"
    ) == (576, 303)


def test_orders_without_payments_or_lines_are_seen_among_the_orders_and_not_among_the_differences(
    olist: Platform,
) -> None:
    assert one_row(
        olist,
        "SELECT count(*) FILTER (WHERE payment_count = 0), count(*) FILTER (WHERE line_count = 0) FROM fct_orders",
    ) == (1, 775)
    assert one_row(
        olist,
        """
        SELECT count(*) FROM rec_payment_reconciliation JOIN fct_orders USING (order_id)
        WHERE payment_count = 0 OR line_count = 0
        """,
    ) == (0,)


def test_late_deliveries_are_those_of_the_orders(olist: Platform) -> None:
    assert one_row(
        olist, "SELECT count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_late_by_instant) FROM fct_deliveries"
    ) == (6_535, 7_827)


def test_deliveries_show_what_delivered_orders_lack(olist: Platform) -> None:
    assert one_row(
        olist,
        """
        SELECT count(*) FILTER (WHERE is_missing_delivered_at), count(*) FILTER (WHERE is_missing_approved_at),
            count(*) FILTER (WHERE is_missing_shipped_at)
        FROM fct_deliveries
        """,
    ) == (8, 14, 2)


def test_every_order_has_a_promise_and_so_a_delivery(olist: Platform) -> None:
    assert one_row(olist, "SELECT count(*), count(seller_id), count(distance_km) FROM fct_deliveries") == (
        99_441,
        98_666,
        98_666,
    )


def test_late_deliveries_by_month_leave_out_only_orders_cancelled_before_they_arrived(olist: Platform) -> None:
    assert one_row(
        olist,
        "SELECT sum(delivery_count), sum(late_count), sum(late_by_instant_count) FROM agg_monthly_deliveries",
    ) == one_row(
        olist,
        """
        SELECT count(*), count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_late_by_instant)
        FROM fct_orders WHERE NOT is_cancelled OR delivered_at IS NOT NULL
        """,
    )


def test_a_review_stands_once_for_each_order_that_it_covers(olist: Platform) -> None:
    assert one_row(
        olist,
        "SELECT count(*), count(DISTINCT review_id), count(DISTINCT order_id), count(ordered_date) FROM fct_reviews",
    ) == (99_224, 98_410, 98_673, 99_224)


def test_the_months_of_sales_add_up_to_the_revenue_of_all_orders(olist: Platform) -> None:
    assert one_row(olist, "SELECT sum(revenue_brl) FROM agg_monthly_sales") == (Decimal("13494400.74"),)


def test_cohorts_hold_every_buyer_once_and_every_sale(olist: Platform) -> None:
    assert one_row(
        olist,
        """
        SELECT sum(customer_count) FILTER (WHERE months_since = 0), sum(order_count), sum(revenue_brl)
        FROM agg_cohort_retention
        """,
    ) == one_row(olist, "SELECT count(DISTINCT customer_key), count(*), sum(revenue_brl) FROM fct_orders WHERE is_sale")


def test_churn_counts_the_customers_whom_a_set_of_buyers_counts(olist: Platform) -> None:
    buyers = "SELECT DISTINCT customer_key FROM fct_orders WHERE is_sale AND ordered_date"
    active = f"{buyers} BETWEEN DATE '2018-03-01' - 90 AND DATE '2018-02-28'"
    still_active = f"{buyers} BETWEEN DATE '2018-04-01' - 90 AND DATE '2018-03-31'"
    bought = f"{buyers} BETWEEN DATE '2018-03-01' AND DATE '2018-03-31'"
    had_bought = f"{buyers} < DATE '2018-03-01'"
    assert one_row(
        olist,
        """
        SELECT active_customer_count, churned_customer_count, buyer_count, returning_customer_count
        FROM agg_churn WHERE ordered_month = DATE '2018-03-01'
        """,
    ) == one_row(
        olist,
        f"""
        SELECT (SELECT count(*) FROM ({active})), (SELECT count(*) FROM ({active} EXCEPT {still_active})),
            (SELECT count(*) FROM ({bought})), (SELECT count(*) FROM ({bought} INTERSECT {had_bought}))
        """,
    )


def test_customers_who_moved_have_a_span_for_each_address(olist: Platform) -> None:
    assert one_row(
        olist,
        """
        SELECT count(*), count(DISTINCT customer_key), count(*) FILTER (WHERE known_until_date IS NULL)
        FROM dim_customer_states
        """,
    ) == (96_341, 96_096, 96_096)
