from datetime import date

import numpy as np
import pytest

from eshop_dagster.ml.revenue.effects import learn_effects, moving_mean
from eshop_dagster.ml.revenue.feast_days import black_friday, weekdays
from eshop_dagster.ml.revenue.panel import holidays_of
from eshop_dagster.ml.revenue.params import RevenueParams

from .builders import FIRST, WEEKDAYS, calendar, ordinals

HOLIDAYS = holidays_of(calendar())
DICE = np.random.default_rng(4)


def effects_of(values, first=FIRST, orders=100.0):
    days = ordinals(first, len(values))
    return learn_effects(days, values, np.where(values > 0, orders, 0.0), HOLIDAYS, RevenueParams().gift_days)


def days_of(count, first=FIRST):
    return [date.fromordinal(int(day)) for day in ordinals(first, count)]


def test_weekdays_are_learned_from_ordinary_days():
    values = np.array(WEEKDAYS)[weekdays(ordinals(FIRST, 200))]
    learned = effects_of(values).weekday
    assert learned == pytest.approx(np.log(WEEKDAYS) - np.log(WEEKDAYS).mean(), abs=0.01)


def test_a_weekday_without_trade_for_eight_weeks_is_closed():
    values = np.array([0.0 if day.weekday() == 6 else 100.0 for day in days_of(100)])
    learned = effects_of(values)
    assert learned.closed_weekdays == (6,)
    ahead = ordinals(date(2026, 3, 2), 14)
    assert learned.is_closed(ahead, HOLIDAYS).tolist() == [False] * 6 + [True] + [False] * 6 + [True]


def test_a_weekday_that_opened_two_weeks_ago_is_open():
    days = days_of(98)
    values = np.array([0.0 if day.weekday() == 6 and day < days[-14] else 100.0 for day in days])
    assert effects_of(values).closed_weekdays == ()


def test_a_silent_weekday_of_a_shop_with_few_orders_may_be_chance():
    values = np.array([0.0 if day.weekday() == 6 else 100.0 for day in days_of(100)])
    assert effects_of(values, orders=1.0).closed_weekdays == ()


def test_a_feast_without_trade_in_the_past_is_closed_in_the_future():
    values = np.array([0.0 if (day.month, day.day) == (12, 25) else 100.0 for day in days_of(400)])
    learned = effects_of(values)
    assert learned.closed_events == ("12-25",)
    assert learned.is_closed(np.array([date(2027, 12, 25).toordinal()]), HOLIDAYS).all()


def test_a_shop_closed_on_every_holiday_is_closed_on_one_not_seen_yet():
    days = days_of(200, date(2023, 4, 1))
    values = np.array([0.0 if day.toordinal() in HOLIDAYS else 100.0 for day in days])
    learned = effects_of(values, date(2023, 4, 1))
    assert learned.closes_on_holidays
    assert learned.is_closed(np.array([date(2024, 11, 15).toordinal()]), HOLIDAYS).all()


def test_black_friday_is_learned_and_leaves_its_neighbours_alone():
    friday = black_friday(2023)
    values = np.array([600.0 if day == friday else 100.0 for day in days_of(400)]) * DICE.lognormal(0, 0.03, 400)
    learned = effects_of(values)
    next_one = ordinals(black_friday(2024), 30)
    lift = learned.on(next_one, HOLIDAYS)
    assert lift[0] == pytest.approx(np.log(6), abs=0.1)
    assert np.abs(lift[7:9]).max() < 0.1
    assert np.abs(learned.weekday).max() < 0.05


def test_what_chance_explains_is_no_feast():
    values = 100 * DICE.lognormal(0, 0.1, 500)
    effects = effects_of(values).events
    assert np.mean([effect == 0 for effect in effects.values()]) > 0.8


def test_the_run_up_to_a_gift_day_is_learned_from_the_last_one():
    first = date(2023, 8, 1)
    lifted = [1.4 if date(2023, 12, 10) <= day <= date(2023, 12, 22) else 1.0 for day in days_of(200, first)]
    values = 100 * np.array(lifted) * DICE.lognormal(0, 0.03, 200)
    learned = effects_of(values, first)
    assert learned.on(ordinals(date(2024, 12, 12), 5), HOLIDAYS) == pytest.approx(np.log(1.4), abs=0.08)
    assert learned.on(ordinals(date(2024, 10, 20), 5), HOLIDAYS) == pytest.approx(0, abs=0.02)


def test_a_weekday_counts_its_days_without_sales_too():
    days = days_of(200)
    values = np.array([0.0 if day.weekday() == 6 and day.toordinal() % 2 else 100.0 for day in days])
    learned = effects_of(values, orders=1.0)
    levels = learned.levels(ordinals(FIRST, 200), values, HOLIDAYS)
    sundays = weekdays(ordinals(FIRST, 200)) == 6
    assert learned.closed_weekdays == ()
    assert levels[sundays].mean() == pytest.approx(levels[~sundays].mean(), rel=0.1)


def test_the_level_of_an_open_day_without_sales_is_zero_and_of_a_closed_one_unknown():
    days = days_of(100)
    values = np.array([0.0 if day.weekday() == 6 or day == days[60] else 100.0 for day in days])
    levels = effects_of(values).levels(ordinals(FIRST, 100), values, HOLIDAYS)
    assert levels[60] == 0
    assert np.isnan(levels[6::7]).all() and np.isfinite(np.delete(levels, np.arange(6, 100, 7))).all()


def test_a_moving_mean_leaves_out_what_is_unknown():
    values = np.array([1.0, np.nan, 3.0, np.nan, np.nan])
    assert moving_mean(values, 1, 0) == pytest.approx([1, 1, 3, 3, np.nan], nan_ok=True)
