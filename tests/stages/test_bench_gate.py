"""The gate's benchmark reads made-up shops by the platform's own features and labels."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from eshop_dagster.ml.features import FEATURES, LABEL
from eshop_dagster.ml.gate_bench import DESIGN, ShopSpec, simulate
from eshop_dagster.stages.bench_gate import origins_of
from eshop_dagster.stages.bench_gate_shops import StoredShop, store_shop
from eshop_dagster.stages.parameters import load_params

CLOCKWORK = ShopSpec(
    "clockwork",
    customers=30,
    days=200,
    process="regular",
    regularity=float("inf"),
    rate_shape=float("inf"),
    orders_a_year=365.25 / 20,
    life_days=float("inf"),
    ticket_brl=50.0,
    ticket_spread=0.0,
    basket_spread=0.0,
    opening_share=1.0,
)
"""Thirty customers of the first sixty days order every twentieth day, for 50 BRL."""


def test_the_truth_after_the_end_of_the_history_is_what_was_simulated(tmp_path: Path) -> None:
    rows = pd.read_parquet(store_shop(CLOCKWORK, 5, tmp_path, horizon_days=90).rows(CLOCKWORK.day(200)))
    orders = simulate(CLOCKWORK, 5)
    later = orders[(orders["day"] >= 200) & (orders["day"] < 290)]
    net = (later["revenue_brl"] - later["returned_brl"]).groupby(later["customer"]).sum()

    assert {*FEATURES} <= {*rows.columns}
    assert len(rows) == 30
    assert rows.set_index("customer_key")[LABEL].tolist() == pytest.approx([net.get(n, 0.0) for n in range(30)])
    # Four or five orders of 50 BRL, less what was cancelled or returned.
    assert rows[LABEL].median() in (200.0, 250.0)
    # A cancelled order is no purchase: its customer seems to have waited longer.
    assert rows["interpurchase_days"].median() == pytest.approx(20.0, abs=0.5)


def test_the_window_beyond_what_was_simulated_has_no_truth(tmp_path: Path) -> None:
    rows = pd.read_parquet(store_shop(CLOCKWORK, 5, tmp_path, horizon_days=90).rows(CLOCKWORK.day(201)))

    assert rows[LABEL].isna().all()


def test_a_shop_of_four_months_is_judged_on_a_short_window_scaled_to_the_horizon(tmp_path: Path) -> None:
    spec = replace(CLOCKWORK, name="young", customers=300, days=130, regularity=6.0)
    history = store_shop(spec, 5, tmp_path, horizon_days=90)
    trained = StoredShop(history, load_params(), spec.first_day).training(spec.day(130))
    orders = simulate(spec, 5)
    later = orders[(orders["day"] >= 90) & (orders["day"] < 130)]

    assert trained is not None
    known = (later["revenue_brl"] - later["returned_brl"]).sum()
    assert trained.walk.actual.sum() == pytest.approx(known * 90 / 40)


def test_origins_rise_to_the_end_of_the_history() -> None:
    spec = replace(DESIGN[0], days=200, origin_days=30)

    assert origins_of(spec, None) == [spec.day(number) for number in (140, 170, 200)]
    assert origins_of(spec, 2) == [spec.day(number) for number in (170, 200)]
