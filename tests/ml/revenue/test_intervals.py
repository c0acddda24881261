import numpy as np
import pytest

from eshop_dagster.ml.revenue.intervals import (
    NATION_GROWTH,
    Forecasts,
    Intervals,
    nation_groups,
    state_groups,
    walk_intervals,
)

DICE = np.random.default_rng(6)
ONE = (1.0,)


def rows(errors, horizon=7, groups=None):
    """Forecasts of 100 from an origin a week, each row of `errors` the relative errors of one look."""
    origins = np.repeat(np.arange(len(errors)) * 7, horizon)
    days = origins + np.tile(np.arange(1, horizon + 1), len(errors))
    size = len(origins)
    return Forecasts(
        origins,
        days,
        100 * (1 + np.ravel(errors)),
        np.full(size, 100.0),
        np.zeros(size, dtype=np.int64) if groups is None else groups,
    )


def held(found, forecasts, first=0, of=None):
    kept = np.isfinite(found[:, 0]) & (forecasts.origins >= first * 7)
    kept &= True if of is None else forecasts.groups == of
    inside = [
        (forecasts.actual >= found[:, low]) & (forecasts.actual <= found[:, high]) for low, high in ((1, 2), (0, 3))
    ]
    return [float(each[kept].mean()) for each in inside]


def test_eighty_and_ninety_five_percent_of_the_days_are_held():
    forecasts = rows(DICE.normal(0, 0.2, (200, 7)))
    found, _ = walk_intervals(forecasts, 1, ONE, 1400)
    assert held(found, forecasts, 20) == pytest.approx([0.80, 0.95], abs=0.03)


def test_after_a_change_of_the_spread_they_hold_again():
    errors = np.concatenate([DICE.normal(0, 0.1, (60, 7)), DICE.normal(0, 0.4, (60, 7))])
    forecasts = rows(errors)
    found, _ = walk_intervals(forecasts, 1, ONE, 840)
    assert held(found, forecasts, 75) == pytest.approx([0.80, 0.95], abs=0.06)


def test_only_errors_that_had_come_due_are_known():
    errors = DICE.normal(0, 0.1, (20, 7))
    changed = errors.copy()
    changed[10:] = 9.0
    mine, theirs = (walk_intervals(rows(each), 1, ONE, 140)[0] for each in (errors, changed))
    assert np.isnan(mine[:7]).all()
    assert mine[: 11 * 7].tobytes() == theirs[: 11 * 7].tobytes()
    assert mine[11 * 7 :].tobytes() != theirs[11 * 7 :].tobytes()


def test_bounds_are_nested_around_the_forecast():
    found, table = walk_intervals(rows(0.5 + DICE.normal(0, 0.1, (60, 7))), 1, ONE, 420)
    known = found[np.isfinite(found[:, 0])]
    assert (np.diff(known, axis=1) >= 0).all()
    assert (known[:, 1] <= 100).all() and (known[:, 2] >= 100).all()
    assert (np.diff(table.quantiles) >= 0).all()


def test_a_size_with_few_errors_takes_its_neighbours_too():
    groups = np.zeros(60 * 7, dtype=np.int64)
    groups[-3:] = 1
    errors = DICE.normal(0, 0.1, (60, 7))
    _, table = walk_intervals(rows(errors, groups=groups), 2, ONE, 420)
    assert table.quantiles[1] == pytest.approx(table.quantiles[0], abs=0.3)


def shops_of_fourteen_months(number):
    """Forecasts 91 days ahead by the level of the day, in shops whose level wanders: later days err more."""
    for seed in range(number):
        dice = np.random.default_rng(seed)
        levels = np.exp(np.cumsum(dice.normal(0, 0.02, 520)))
        days = np.arange(7, 421, 7)[:, None] + np.arange(1, 92)
        forecasts = rows(levels[days] / levels[days[:, :1] - 1] * dice.lognormal(0, 0.15, days.shape) - 1, 91)
        known = forecasts.days <= 413
        spans = nation_groups(forecasts.days - forecasts.origins)
        columns = (forecasts.origins, forecasts.days, forecasts.actual, forecasts.predicted, spans)
        yield Forecasts(*(each[known] for each in columns))


def test_days_far_ahead_of_a_young_shop_are_held_as_well_by_bounds_that_are_not_the_same_for_both_levels():
    shares, widths = [], []
    for forecasts in shops_of_fourteen_months(12):
        found, table = walk_intervals(forecasts, 1, NATION_GROWTH, 413)
        shares.append([held(found, forecasts, of=span) for span in (0, 3)])
        widths.append(table.quantiles)
        assert (table.quantiles[:, 0] < table.quantiles[:, 1]).all()
        assert (table.quantiles[:, 2] < table.quantiles[:, 3]).all()
    assert np.mean(shares, axis=0) == pytest.approx(np.array([[0.80, 0.95]] * 2), abs=0.05)
    # Errors 57 to 91 days ahead have a spread of 0.23 on the log scale: four fifths lie between -0.25 and 0.34.
    assert np.mean(widths, axis=0)[3, 1:3] == pytest.approx([-0.25, 0.34], abs=0.1)


def test_bounds_widen_with_the_days_ahead():
    errors = DICE.normal(0, np.where(np.arange(28) < 7, 0.1, 0.2), (60, 28))
    spans = np.tile(nation_groups(np.arange(1, 29)), 60)
    _, table = walk_intervals(rows(errors, 28, spans), 1, NATION_GROWTH[:2], 420)
    assert table.quantiles[1] / table.quantiles[0] == pytest.approx(2.0, rel=0.1)


def test_days_without_a_sale_stay_within_where_they_are_usual():
    errors = np.where(DICE.random((200, 7)) < 0.9, -1.0, 4.0)
    forecasts = rows(errors)
    found, _ = walk_intervals(forecasts, 1, ONE, 1400)
    assert (found[np.isfinite(found[:, 0]), 1] == 0).all()


def test_a_closed_day_teaches_nothing_and_has_no_width():
    closed = Forecasts(np.zeros(3, int), np.arange(1, 4), np.zeros(3), np.zeros(3), np.zeros(3, dtype=np.int64))
    _, table = walk_intervals(closed, 1, ONE, 10)
    assert np.isnan(table.quantiles).all()
    known = Intervals(np.array([[-1.5, -0.2, 0.5, 0.9]]))
    assert known.around(np.array([0.0, 10.0]), np.array([0, 0])).tolist() == [[0.0] * 4, [0.0, 8.0, 15.0, 19.0]]


def test_the_nations_groups_are_by_days_ahead():
    assert nation_groups(np.array([1, 7, 8, 28, 56, 91])).tolist() == [0, 0, 1, 1, 2, 3]


def test_the_states_groups_are_by_orders_and_days_ahead():
    assert state_groups(np.array([1, 29, 1]), np.array([0.2, 0.2, 1000.0])).tolist() == [0, 1, 20]
