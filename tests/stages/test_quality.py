"""What the warehouse holds is judged by its own history, and each source by the day that should be there."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from eshop_dagster.stages.quality import Freshness, due_day, freshness, recent_verdicts

from .sales_home import FIRST, build, days, note_pulls, platform_of

NOON = datetime(2025, 5, 10, 15, tzinfo=UTC)
"""Noon in São Paulo: 9 May must be there."""

YESTERDAY = date(2025, 5, 9)


def orders(count: int) -> dict[date, int]:
    return dict.fromkeys(days(count), 100)


def test_the_last_days_that_were_built_are_judged(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    build(platform, {**orders(100), days(100)[-3]: 31})
    found = recent_verdicts(platform)

    assert [one.day for one in found] == days(100)[-14:]
    assert [one.day for one in found if one.orders.is_anomaly] == [days(100)[-3]]
    assert not any(one.revenue.is_anomaly for one in found)
    assert (found[-1].orders.expected, found[-1].revenue.observed) == (pytest.approx(100), 5000)


def test_days_up_to_another_one_are_judged_as_they_were_then(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    build(platform, orders(90))
    before = recent_verdicts(platform, days=5)
    build(platform, {**orders(90), **dict.fromkeys(days(100)[90:], 10)})

    assert recent_verdicts(platform, days=5, until=days(90)[-1]) == before
    assert [one.day for one in before] == days(90)[-5:]


def test_a_day_that_was_built_and_has_no_order_at_all_is_unusual(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    build(platform, orders(80), built=days(81))
    last = recent_verdicts(platform)[-1]

    assert (last.day, last.orders.observed, last.orders.is_anomaly) == (days(81)[-1], 0, True)


def test_a_day_that_was_pulled_but_not_built_is_not_judged(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    build(platform, orders(80))
    note_pulls(platform, "simulated", days(85))

    assert recent_verdicts(platform)[-1].day == days(80)[-1]


def test_a_verdict_is_the_same_however_long_the_history(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    wavy = {day: 100 + number % 23 for number, day in enumerate(days(400))}
    build(platform, wavy)
    found = recent_verdicts(platform, days=30)
    build(platform, {day: count for day, count in wavy.items() if day >= days(400)[370 - 91 - 56]})

    assert recent_verdicts(platform, days=30) == found
    assert all(one.orders.is_judged for one in found)


def test_black_friday_and_a_given_special_date_are_no_alarm(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    black_friday, campaign = date(2025, 11, 28), date(2025, 11, 18)
    build(platform, {**dict.fromkeys(days(100, date(2025, 8, 23)), 100), black_friday: 600, campaign: 300})

    assert [one.day for one in recent_verdicts(platform) if one.orders.is_anomaly] == [campaign]
    assert not any(one.orders.is_anomaly for one in recent_verdicts(platform, special_dates=[campaign]))


def test_nothing_is_judged_before_the_first_build_and_after_one_that_did_not_end(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    assert recent_verdicts(platform) == []
    build(platform, orders(80))
    assert recent_verdicts(platform)
    platform.warehouse.mark_building("killed in the middle")
    assert recent_verdicts(platform) == []


def test_a_warehouse_without_an_order_and_one_with_its_first_day_are_not_judged(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    build(platform, {}, built=days(3))
    assert recent_verdicts(platform) == []
    build(platform, orders(1))
    assert [(one.day, one.orders.is_judged) for one in recent_verdicts(platform)] == [(FIRST, False)]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2025-05-10T15:00+00:00", "2025-05-09"),
        ("2025-05-10T06:00+00:00", "2025-05-09"),
        ("2025-05-10T05:59+00:00", "2025-05-08"),
        ("2025-05-10T00:30+00:00", "2025-05-08"),
        ("2025-05-10T03:30-03:00", "2025-05-09"),
    ],
)
def test_yesterday_is_due_from_three_in_the_morning_in_sao_paulo(now: str, due: str) -> None:
    assert due_day(datetime.fromisoformat(now)) == date.fromisoformat(due)


def test_a_source_that_has_every_day_to_yesterday_is_fresh(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    note_pulls(platform, "simulated", days(124))

    assert freshness(platform, NOON) == [
        Freshness("simulated", YESTERDAY, YESTERDAY, 0, "simulated is fresh: it has every day to 2025-05-09")
    ]
    assert freshness(platform, NOON)[0].is_fresh


def test_a_source_that_ends_too_early_or_lacks_days_is_stale(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    note_pulls(platform, "simulated", [day for day in days(122) if day.day != 3 or day.month < 3])
    [found] = freshness(platform, NOON)

    assert (found.is_fresh, found.last_day, found.due_day, found.missing_days) == (
        False,
        date(2025, 5, 7),
        YESTERDAY,
        5,
    )
    assert found.reason == (
        "simulated is stale: it ends at 2025-05-07, 2 days before 2025-05-09 and lacks 3 days in between, the first on "
        "2025-03-03"
    )


def test_a_day_pulled_before_it_is_due_is_no_fault(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    note_pulls(platform, "simulated", days(124))
    [found] = freshness(platform, NOON - timedelta(hours=10))

    assert (found.is_fresh, found.last_day, found.due_day) == (True, YESTERDAY, YESTERDAY)


@pytest.mark.parametrize(
    "kind, reason",
    [
        ("olist", "olist is a closed set that ends at 2018-10-17: it is never stale"),
        (
            "report",
            "report ends at 2018-10-17, as far as it was loaded: a newer report brings the days after, so it is never "
            "stale",
        ),
    ],
)
def test_what_brings_no_day_by_itself_is_never_stale_and_says_why(tmp_path: Path, kind: str, reason: str) -> None:
    platform = platform_of(tmp_path, kind)
    note_pulls(platform, kind, [date(2018, 10, 17), date(2018, 1, 1)])
    [found] = freshness(platform, NOON)

    assert found == Freshness(kind, date(2018, 10, 17), None, 0, reason)
    assert found.is_fresh


def test_each_source_of_a_home_is_looked_at_on_its_own(tmp_path: Path) -> None:
    platform = platform_of(tmp_path)
    note_pulls(platform, "simulated", days(100))
    note_pulls(platform, "lojas-do-sul", days(3))

    assert [(one.source, one.is_fresh) for one in freshness(platform, NOON)] == [
        ("lojas-do-sul", True),
        ("simulated", False),
    ]


def test_a_home_without_a_pull_has_no_source(tmp_path: Path) -> None:
    assert freshness(platform_of(tmp_path), NOON) == []
