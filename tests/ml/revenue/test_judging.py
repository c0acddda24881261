import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.revenue.judging import choose, coverages, metrics_of, with_choice, with_intervals


def rows(origins=(0, 10, 20), horizon=20, **candidates):
    """Days whose revenue is 100, and candidates that forecast a number, or one by origin."""
    parts = []
    for origin in origins:
        values = {f"revenue {name}": value(origin) for name, value in candidates.items()}
        steps = np.arange(1, horizon + 1)
        head = {"origin": origin, "day": origin + steps, "steps": steps, "group": 0, "revenue": 100.0}
        parts.append(pd.DataFrame({**head, "revenue_scale": 10.0, **values}))
    return pd.concat(parts, ignore_index=True)


def test_the_candidate_of_lowest_mase_is_chosen():
    name, errors = choose(rows(good=lambda _: 101.0, bad=lambda _: 120.0), "revenue", 100)
    assert name == "good"
    assert errors == pytest.approx({"good": 0.1, "bad": 2.0})


def test_neither_later_origins_nor_later_days_choose():
    table = rows(early=lambda origin: 100.0 if origin < 20 else 900.0, late=lambda origin: 110.0)
    table.loc[table["day"] > 15, "revenue early"] = 900.0
    assert choose(table, "revenue", 15)[0] == "early"
    assert choose(table, "revenue", 100)[0] == "late"


def test_with_nothing_due_the_calm_candidate_is_taken():
    table = rows(calendar_level=lambda _: 90.0, best=lambda _: 100.0)
    chosen = with_choice(table, "revenue", "predicted").groupby("origin")["predicted_by"].first()
    assert chosen.to_dict() == {0: "calendar_level", 10: "best", 20: "best"}


def test_a_candidate_that_could_not_always_be_fitted_is_not_chosen():
    table = rows(holed=lambda origin: np.nan if origin == 0 else 100.0, whole=lambda _: 110.0)
    assert choose(table, "revenue", 100)[0] == "whole"


def test_intervals_know_only_errors_that_had_come_due():
    table = rows(best=lambda _: 100.0).assign(predicted=100.0)
    table.loc[table["day"] > 10, "revenue"] = 500.0
    judged = with_intervals(table, 1, "revenue", "predicted")
    assert judged.loc[judged["origin"] == 0, "revenue_upper_95"].isna().all()
    assert judged.loc[judged["origin"] == 10, "revenue_upper_95"].unique() == pytest.approx([100.0])
    assert judged.loc[judged["origin"] == 20, "revenue_upper_95"].min() > 300


def test_coverage_leaves_out_days_forecast_as_closed():
    table = rows(origins=(0,), horizon=4).assign(predicted=[0.0, 100.0, 100.0, 100.0])
    bounds = {"lower_95": 0.0, "lower_80": 0.0, "upper_80": [9.0, 99.0, 100.0, 101.0], "upper_95": [9.0, 100, 100, 100]}
    table = table.assign(**{f"revenue_{name}": value for name, value in bounds.items()})
    assert coverages(table, "revenue") == pytest.approx({"coverage_80": 2 / 3, "coverage_95": 1.0})


def test_metrics_of_the_first_28_days_are_apart():
    table = rows(origins=(0,), horizon=56, best=lambda _: 100.0)
    table.loc[table["steps"] > 28, "revenue best"] = 120.0
    found = metrics_of(table, "revenue", "revenue best")
    assert (found["mase"], found["mase_28_days"]) == pytest.approx((1.0, 0.0))
    assert found["bias_share"] == pytest.approx(0.1)
