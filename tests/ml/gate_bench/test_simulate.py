"""Made-up shops whose future can be worked out by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from eshop_dagster.ml.gate_bench import DESIGN, SETS, TEST, ShopSpec, simulate
from eshop_dagster.ml.gate_bench.simulate import CANCELLED_SHARE, demand_by_day

CLOCKWORK = ShopSpec(
    "clockwork",
    customers=1,
    days=100,
    process="regular",
    regularity=float("inf"),
    rate_shape=float("inf"),
    orders_a_year=365.25 / 20,
    life_days=float("inf"),
    ticket_brl=50.0,
    ticket_spread=0.0,
    basket_spread=0.0,
    opening_share=0.0,
)
"""Everybody orders every twentieth day, for 50 BRL, for ever."""


def gaps(days: np.ndarray) -> set[int]:
    return set(np.diff(np.sort(days)).tolist())


def test_a_clockwork_customer_orders_every_twentieth_day_beyond_the_end_of_the_history() -> None:
    orders = simulate(CLOCKWORK, seed=3)

    assert gaps(orders["day"].to_numpy()) == {20}
    assert orders["day"].max() >= 170 and orders["day"].max() < 190
    kept = orders[~orders["is_cancelled"]]
    assert set(kept["revenue_brl"]) == {50.0} and (orders.loc[orders["is_cancelled"], "revenue_brl"] == 0).all()


def test_demand_that_halves_doubles_the_gaps_and_a_price_shock_moves_every_later_ticket() -> None:
    shocked = replace(CLOCKWORK, shock_day=0, shock_demand=0.5, shock_price=1.5)
    orders = simulate(shocked, seed=3)

    assert gaps(orders["day"].to_numpy()) == {40}
    assert set(orders.loc[~orders["is_cancelled"], "revenue_brl"]) == {75.0}


def test_the_weeks_before_christmas_are_busier() -> None:
    spec = replace(CLOCKWORK, first_day=date(2023, 11, 19), december=3.0)
    demand = demand_by_day(spec, 38)

    # 19 November, then 35 days to Christmas Eve, then the first two days of the feast.
    assert demand.tolist() == [1.0, *[3.0] * 35, 1.0, 1.0]


def test_customers_who_live_for_no_time_order_once() -> None:
    spec = replace(CLOCKWORK, customers=40, life_days=1e-9)

    assert simulate(spec, seed=1)["customer"].value_counts().eq(1).all()


def test_the_same_seed_gives_the_same_orders_and_another_seed_others() -> None:
    spec = replace(DESIGN[0], customers=200)

    assert simulate(spec, seed=1).equals(simulate(spec, seed=1))
    assert not simulate(spec, seed=1)["revenue_brl"].equals(simulate(spec, seed=2)["revenue_brl"])


def test_no_shop_is_in_both_sets_and_each_has_as_many_as_the_full_run_needs() -> None:
    names = [spec.name for specs in SETS.values() for spec in specs]

    assert len(set(names)) == len(names)
    assert len(DESIGN) >= 8 and len(TEST) >= 8
    assert {spec.process for spec in DESIGN} == {spec.process for spec in TEST} == {"pareto_nbd", "regular", "spells"}
    assert min(spec.days for spec in TEST) <= 300 and max(spec.days for spec in (*DESIGN, *TEST)) >= 900
    assert min(spec.customers for spec in TEST) == 500 and max(spec.customers for spec in TEST) == 5000


def test_about_as_many_orders_are_cancelled_as_is_said() -> None:
    orders = simulate(DESIGN[0], seed=1)

    assert orders["is_cancelled"].mean() == pytest.approx(CANCELLED_SHARE, abs=0.005)
    assert orders["customer"].nunique() == DESIGN[0].customers


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ShopSpec\.process is 'yearly'; expected one of pareto_nbd, regular, spells"):
        ShopSpec("x", process="yearly")
