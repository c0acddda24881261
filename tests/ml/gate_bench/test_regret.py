"""Regret worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.gate_bench import mean_difference, origin_regret, summary

ACTUAL = np.array([0.0, 0.0, 100.0, 100.0])
FLAT, SHARP, HIGH = np.full(4, 50.0), np.array([10.0, 10.0, 90.0, 90.0]), np.full(4, 80.0)


def test_regret_is_the_error_over_the_lowest_of_all_options() -> None:
    found = origin_regret(ACTUAL, FLAT, {"flat": FLAT, "sharp": SHARP})

    # RMSE 50 against 10, MAE 50 against 10, Gini 0 against 1; the total is right.
    assert found.regret == pytest.approx(4.0)
    assert found.mae_regret == pytest.approx(4.0)
    assert found.gini_lost == pytest.approx(1.0)
    assert found.log_ratio == 0.0
    assert (found.is_off, found.is_right, found.best) == (False, False, "sharp")


def test_a_total_off_by_more_than_half_as_much_again_is_off() -> None:
    found = origin_regret(ACTUAL, HIGH, {"high": HIGH})

    # 320 for 200.
    assert found.log_ratio == pytest.approx(np.log(1.6)) and found.is_off
    assert (found.regret, found.is_right) == (0.0, True)
    assert origin_regret(ACTUAL, np.zeros(4), {"high": HIGH}).log_ratio == float("inf")


def test_what_serves_may_itself_be_the_best() -> None:
    assert origin_regret(ACTUAL, SHARP, {"flat": FLAT}).regret == 0.0


def origins(**columns: object) -> pd.DataFrame:
    base = {"mae_regret": 0.0, "gini_lost": 0.0, "log_ratio": 0.0, "is_off": False, "is_right": True}
    return pd.DataFrame(base | columns)


def made() -> pd.DataFrame:
    """Shop a has two origins, shop b one; the second origin of a explodes under `other`."""
    rule = origins(shop=["a", "a", "b"], policy="rule", regret=[0.0, 0.1, 0.02], is_off=[True, False, False])
    other = origins(shop=["a", "a", "b"], policy="other", regret=[0.1, 9.0, 0.02])
    return pd.concat([rule, other], ignore_index=True)


def test_the_mean_is_over_shops_and_no_origin_counts_more_than_half() -> None:
    table = summary(made(), "rule", seed=1).set_index("policy")

    assert table.loc["rule", "regret"] == pytest.approx((0.05 + 0.02) / 2)
    assert table.loc["other", "regret"] == pytest.approx((0.3 + 0.02) / 2)
    assert table.loc["other", "regret_p90"] == pytest.approx(0.1 + 0.8 * 8.9)
    assert table.loc["rule", "off_share"] == pytest.approx(0.25)
    assert table.loc["other", "against_rule"] == pytest.approx(0.125)
    assert table.loc["rule", ["against_rule", "against_rule_lower", "against_rule_upper"]].eq(0).all()
    # Draws of shop b alone, or of shop a alone.
    assert table.loc["other", "against_rule_lower"] == 0.0
    assert table.loc["other", "against_rule_upper"] == pytest.approx(0.25)


def test_the_order_of_rows_and_of_shops_changes_nothing() -> None:
    shuffled = made().iloc[::-1].reset_index(drop=True)

    one, other = (summary(rows, "rule", seed=1).set_index("policy").sort_index() for rows in (made(), shuffled))
    pd.testing.assert_frame_equal(one, other)


def test_one_shop_alone_has_an_interval_of_no_width() -> None:
    found = mean_difference(pd.Series({"a": 0.3}), pd.Series({"a": 0.1}), seed=0)

    assert (found.value, found.lower, found.upper) == pytest.approx((0.2, 0.2, 0.2))
