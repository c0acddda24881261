from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.revenue.effects import Effects, learn_effects
from eshop_dagster.ml.revenue.panel import Panel, read_panel
from eshop_dagster.ml.revenue.params import PARTS
from eshop_dagster.ml.revenue.parts import parts_ahead

from .builders import FIRST, history, last_of

NONE: frozenset[int] = frozenset()


def parts_of(days, revenue, horizon=28, effects=None):
    panel = read_panel(history(days, revenue), FIRST + timedelta(days=days - 1))
    return parts_ahead(panel, effects or Effects(), NONE, horizon)


def day_number(day):
    return (day - FIRST).days


def test_the_weekday_mean_is_that_of_four_weeks_and_last_week_is_repeated():
    found = parts_of(35, lambda day: 100.0 * (1 + day_number(day) // 7) + day.weekday(), 14)
    assert found["weekday_mean"] == pytest.approx([350.0 + weekday for weekday in range(7)] * 2)
    assert found["last_week"] == pytest.approx([500.0 + weekday for weekday in range(7)] * 2)


def test_a_year_ago_is_last_years_day_times_the_growth_since():
    found = parts_of(400, lambda day: 100.0 if day_number(day) < 372 else 300.0)
    assert found["year_ago"] == pytest.approx([300.0] * 28)
    assert "year_ago" not in parts_of(391, lambda day: 100.0)


def test_the_levels_are_the_means_of_four_and_of_eight_weeks():
    found = parts_of(84, lambda day: 200.0 if day_number(day) >= 56 else 100.0)
    assert found["level"] == pytest.approx([200.0] * 28)
    assert found["long_level"] == pytest.approx([150.0] * 28)


def test_the_drift_goes_on_at_half_the_slope():
    found = parts_of(100, lambda day: 1000.0 + day_number(day))
    # The level is that of the middle of four weeks, 13.5 days before the last; the first day ahead is at number 100.
    assert found["drift"][0] == pytest.approx(1000 + 85.5 + 15 / 2)
    assert np.diff(found["drift"]) == pytest.approx([0.5] * 27)


def test_a_falling_line_stays_above_a_fifth_of_the_level():
    found = parts_of(100, lambda day: max(1000.0 - 10.05 * day_number(day), 1.0), 91)
    assert found["drift"].min() == pytest.approx(found["level"][0] * 0.2)


def test_the_shape_of_last_year_carries_the_level_on():
    found = parts_of(500, lambda day: 200.0 if 150 <= day_number(day) < 300 else 100.0)
    # A year before the last day is number 135: the level doubles two weeks later, smoothed over ten days each side.
    assert found["year_shape"][0] == pytest.approx(100.0, rel=0.3)
    assert found["year_shape"][27] == pytest.approx(200.0)
    assert "year_shape" not in parts_of(454, lambda day: 100.0)


def test_every_part_is_zero_on_a_closed_day():
    frame = history(500, lambda day: 0.0 if day.weekday() == 6 else 100.0)
    panel = read_panel(frame, last_of(frame))
    effects = learn_effects(panel.days, panel.revenue.sum(axis=1), panel.orders.sum(axis=1), NONE)
    found = parts_ahead(panel, effects, NONE, 28)
    ahead = pd.date_range(pd.Timestamp(last_of(frame)) + pd.Timedelta(days=1), periods=28)
    assert set(found) == set(PARTS)
    for part in found.values():
        assert (part[ahead.day_of_week == 6] == 0).all()
        assert part[ahead.day_of_week != 6] == pytest.approx([100.0] * 24)


def test_no_part_is_too_high_in_the_mean_of_many_shops_of_an_order_a_day():
    dice, totals = np.random.default_rng(5), []
    for _ in range(1000):
        orders = dice.poisson(1.0, 500).astype(float)
        panel = Panel(
            FIRST.toordinal(), ("SP",), 100 * dice.lognormal(-0.125, 0.5, (500, 1)) * orders[:, None], orders[:, None]
        )
        totals.append({name: part.mean() for name, part in parts_ahead(panel, Effects(), NONE, 28).items()})
    found = pd.DataFrame(totals)
    errors = found.std() / np.sqrt(len(found))
    assert set(found) == set(PARTS)
    assert (abs(found.mean() - 100.0) < 2.5 * errors).all(), found.mean()
    # The quotient of two such means alone is 5 % too high: more than three standard errors.
    assert (errors[["year_ago", "year_shape"]] < 1.6).all(), errors
