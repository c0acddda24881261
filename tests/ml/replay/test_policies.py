"""When a policy trains, on weeks counted by hand."""

from datetime import date, timedelta

import pytest

from eshop_dagster.ml.replay.policies import DriftRule, is_due, weeks_between

SUNDAY = date(2025, 1, 5)
RULE = DriftRule(features=3, weeks=2, of_weeks=3, rest_days=14)


def trained_days(policy: str, days: tuple[date, ...], drifted: tuple[int, ...] = ()) -> list[date]:
    """The days on which a policy trains, if that many features drift in each week."""
    found: list[date] = []
    since: list[int] = []
    for number, day in enumerate(days):
        since.append(drifted[number] if drifted else 0)
        if is_due(policy, day, found[-1] if found else None, since, RULE):
            found.append(day)
            since = []
    return found


def test_days_are_seven_apart_and_include_a_last_day_that_fits() -> None:
    assert weeks_between(SUNDAY, date(2025, 1, 19)) == (SUNDAY, date(2025, 1, 12), date(2025, 1, 19))
    assert weeks_between(SUNDAY, date(2025, 1, 18)) == (SUNDAY, date(2025, 1, 12))
    assert weeks_between(SUNDAY, SUNDAY) == (SUNDAY,)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="'2025-01-04'; expected 2025-01-05 or later"):
        weeks_between(SUNDAY, SUNDAY - timedelta(days=1))


def test_never_trains_once_weekly_every_week_and_monthly_on_the_first_replayed_day_of_a_month() -> None:
    days = weeks_between(SUNDAY, date(2025, 3, 9))

    assert trained_days("never", days) == [SUNDAY]
    assert trained_days("weekly", days) == list(days)
    assert trained_days("monthly", days) == [SUNDAY, date(2025, 2, 2), date(2025, 3, 2)]


def test_drift_trains_when_enough_of_the_last_weeks_were_drifted_and_then_rests() -> None:
    days = weeks_between(SUNDAY, date(2025, 2, 23))
    # Week 3 is the first drifted one (3 features), week 5 the second of three; then it rests 14 days.
    drifted = (0, 2, 3, 0, 3, 9, 9, 2)

    assert trained_days("drift", days, drifted) == [days[0], days[4], days[6]]


def test_one_odd_week_is_no_reason() -> None:
    days = weeks_between(SUNDAY, date(2025, 2, 23))
    assert trained_days("drift", days, (0, 0, 9, 0, 0, 9, 0, 0)) == [SUNDAY]


def test_an_unknown_policy_and_a_rule_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="policy is 'daily'; expected one of never, monthly, drift, weekly"):
        is_due("daily", SUNDAY, None, [])
    with pytest.raises(ValueError, match=r"DriftRule.weeks is 4; expected 1 to of_weeks \(3\)"):
        DriftRule(weeks=4, of_weeks=3)
