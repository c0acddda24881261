"""Tenths of customers by predicted spend."""

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.spend import spend_deciles


def holdout(actual: list[float], predicted: list[float]) -> pd.DataFrame:
    keys = [f"{number:03}" for number in range(len(actual))]
    columns = {"customer_key": keys, "actual_brl": actual, "predicted_brl": predicted}
    return pd.DataFrame({**columns, "baseline_brl": 0.0})


def test_a_perfect_ranking_holds_all_spend_in_the_tenths_that_spent() -> None:
    spent = [100.0, 300.0, *[0.0] * 18]
    found = spend_deciles(holdout(spent, spent))
    assert found["customer_count"].tolist() == [2] * 10
    assert found["lift"].iloc[0] == 10.0
    assert found["gain_share"].tolist() == [1.0] * 10
    assert found["actual_mean_brl"].tolist() == [200.0, *[0.0] * 9]


def test_a_worst_ranking_finds_the_spend_last() -> None:
    spent = [100.0, *[0.0] * 9]
    found = spend_deciles(holdout(spent, [-one for one in spent]))
    assert found["gain_share"].tolist() == [0.0] * 9 + [1.0]
    assert found["perfect_gain_share"].tolist() == [1.0] * 10


def test_the_order_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    frame = holdout(list(rng.exponential(size=55)), list(rng.integers(0, 3, size=55).astype(float)))
    shuffled = frame.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(spend_deciles(frame), spend_deciles(shuffled))


def test_where_nobody_spent_shares_and_lift_are_nan() -> None:
    found = spend_deciles(holdout([0.0] * 10, [float(number) for number in range(10)]))
    assert found[["lift", "gain_share"]].isna().to_numpy().all()
    assert found["predicted_mean_brl"].iloc[0] == pytest.approx(9.0)
