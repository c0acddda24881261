import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eshop_dagster.ml.revenue.backtest import Backtest, Look
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import MEAN, PARTS, RevenueParams
from eshop_dagster.ml.revenue.weights import forecast_by, mixed, weights_at

FEW = ("weekday_mean", "level")
IS_PART = np.array([name in FEW for name in PARTS])


def backtest(*errors, origins=(20, 30, 40), last=50, horizon=5):
    """A shop that sells 100 a day, and at each origin two parts that are so far off."""
    panel = Panel(1, ("SP",), np.full((last, 1), 100.0), np.full((last, 1), 2.0))
    looks = [
        Look(
            origin,
            dict(zip(FEW, (np.full(horizon, 100.0 + off) for off in pair), strict=True)),
            ("SP",),
            np.ones(1),
            np.ones(1),
            50.0,
            10.0,
            1.0,
        )
        for origin, pair in zip(origins, errors, strict=True)
    ]
    return Backtest(panel, tuple(looks), horizon)


def weights(found, now, **params):
    shares = weights_at(found, now, IS_PART, RevenueParams(**params))
    return dict(zip(PARTS, shares.tolist(), strict=True))


def test_a_part_of_half_the_error_weighs_two_to_the_power_of_the_sharpness():
    found = weights(backtest((20, 10), (20, 10), (20, 10)), 50, sharpness=3.0, prior_origins=0.0)
    assert found["level"] / found["weekday_mean"] == pytest.approx(8)
    assert sum(found.values()) == pytest.approx(1)
    assert found["year_ago"] == 0


def test_origins_without_a_difference_draw_the_weights_together():
    found = weights(backtest((20, 10), (20, 10), (20, 10)), 50, sharpness=2.0, prior_origins=3.0)
    # Three origins at a quarter of the squared error and three at the whole: five eighths.
    assert found["weekday_mean"] / found["level"] == pytest.approx(5 / 8)


def test_neither_later_origins_nor_later_days_weigh():
    early, other = backtest((20, 10), (1, 50), (1, 50)), backtest((20, 10), (90, 9), (3, 7))
    assert weights(early, 30) == weights(other, 30)
    assert weights(early, 20)["level"] == weights(early, 20)["weekday_mean"]


def test_the_mean_weighs_at_each_origin_what_was_due_and_a_model_what_it_was_trained_on():
    found = backtest((20, 0), (20, 0), (20, 0))
    walked = forecast_by(found, MEAN, RevenueParams())
    assert walked[0] == pytest.approx(110.0)
    # One origin without an error beside four without a difference: four fifths of the squared error.
    assert walked[1] == pytest.approx(100 + 20 / (1 + 0.8**-4))
    assert (walked[2] < walked[1]).all()
    old = forecast_by(found, MEAN, RevenueParams(), until=20)
    assert old == pytest.approx(np.full((3, 5), 110.0))


def test_a_baseline_that_knows_nothing_yet_is_the_weekday_mean():
    found = backtest((20, 10), (20, 10), (20, 10))
    assert forecast_by(found, "year_ago", RevenueParams()) == pytest.approx(np.full((3, 5), 120.0))


@settings(max_examples=50)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=2), st.floats(1, 1e6))
def test_a_mean_lies_between_its_parts_in_any_unit(shares, unit):
    parts = {"weekday_mean": np.array([10.0, 30.0]) * unit, "level": np.array([20.0, 20.0]) * unit}
    found = mixed(parts, dict(zip(FEW, shares, strict=True))) / unit
    assert 10 - 1e-9 <= found[0] <= 20 + 1e-9 and 20 - 1e-9 <= found[1] <= 30 + 1e-9
