from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from .builders import FIRST, calendar, last_of, noisy


def is_open(day):
    return day.weekday() != 6 and (day.month, day.day) != (12, 25)


def test_newer_history_moves_the_level_and_changes_nothing_fitted(revenue_result, closed_on_sundays):
    forecaster = revenue_result.forecaster
    longer = noisy(480, is_open=is_open)
    doubled = longer.assign(revenue_brl=longer["revenue_brl"] * np.where(longer["date"] > "2024-02-25", 2, 1))
    before = repr((forecaster.weights, forecaster.effects))
    usual, high = (forecaster.predict(frame, calendar(), last_of(frame), 28) for frame in (longer, doubled))
    assert repr((forecaster.weights, forecaster.effects)) == before
    share = high["revenue_brl"].sum() / usual["revenue_brl"].sum()
    assert 1.5 < share < 2.2
    assert usual["date"].min() == pd.Timestamp(last_of(longer)) + pd.Timedelta(days=1)


def test_without_a_calendar_and_a_last_day_those_of_the_data_are_taken(revenue_result, closed_on_sundays):
    forecaster = revenue_result.forecaster
    explicit = forecaster.predict(closed_on_sundays, calendar(), last_of(closed_on_sundays))
    pd.testing.assert_frame_equal(forecaster.predict(closed_on_sundays), explicit, check_exact=True)


def test_every_state_has_every_day(revenue_result, closed_on_sundays):
    forecast = revenue_result.forecaster.predict(closed_on_sundays, horizon_days=28)
    assert forecast.groupby("state")["horizon_days"].apply(list).to_dict() == {
        state: list(range(1, 29)) for state in ("AC", "RJ", "SP", "all")
    }


def test_a_state_that_is_new_since_the_training_is_forecast(revenue_result):
    longer = noisy(480, is_open=is_open)
    newcomer = longer[(longer["state"] == "AC") & (longer["date"] > "2024-03-01")].assign(state="RR")
    forecast = revenue_result.forecaster.predict(pd.concat([longer, newcomer]))
    assert (forecast.loc[forecast["state"] == "RR", "revenue_brl"] > 0).any()


def test_under_two_weeks_of_history_is_refused(revenue_result):
    with pytest.raises(ValueError, match="history has 3 days up to 2023-01-04; expected 14 or more"):
        revenue_result.forecaster.predict(noisy(3))


def test_a_calendar_that_ends_too_early_is_refused(revenue_result, closed_on_sundays):
    last = last_of(closed_on_sundays)
    short = calendar(last=last + timedelta(days=10))
    with pytest.raises(ValueError, match="the calendar ends on 2024-03-05, the forecast on 2024-05-26"):
        revenue_result.forecaster.predict(closed_on_sundays, short, last)


def test_no_day_ahead_is_refused(revenue_result, closed_on_sundays):
    with pytest.raises(ValueError, match="horizon_days is 0; expected 1 or more"):
        revenue_result.forecaster.predict(closed_on_sundays, horizon_days=0)


def test_the_forecaster_starts_where_it_was_fitted(revenue_result, closed_on_sundays):
    assert revenue_result.forecaster.trained_until == last_of(closed_on_sundays).toordinal()
    assert FIRST.toordinal() < revenue_result.forecaster.trained_until
