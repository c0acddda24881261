"""Which days are pulled: those asked for that the source knows, that have ended, and that are new."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.sources import OpenSource
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import DayRefused, clip_days, pull

from ..builders import Row, changes, order


def day(number: int) -> date:
    return date(2024, 3, number)


class DiarySource:
    """A shop that knows some days and remembers what it was asked for."""

    name = "diary"

    def __init__(self, first: date, last: date, orders: Sequence[Row] = ()) -> None:
        self._first, self._last, self._orders = first, last, orders
        self.asked: list[tuple[date, date]] = []

    def first_day(self) -> date:
        return self._first

    def last_day(self) -> date:
        return self._last

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        self.asked.append((first, last))
        for offset in range((last - first).days + 1):
            yield changes(first + timedelta(days=offset), orders=self._orders)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(Settings(tmp_path), Params())


@pytest.fixture
def source() -> DiarySource:
    return DiarySource(day(1), day(10))


@pytest.mark.parametrize(
    ("first", "last", "clipped"),
    [
        (None, None, (1, 10)),
        (day(3), day(4), (3, 4)),
        (day(4), day(4), (4, 4)),
        (day(3), None, (3, 10)),
        (None, day(4), (1, 4)),
        (date(2020, 1, 1), date(2025, 1, 1), (1, 10)),
    ],
)
def test_the_days_are_those_asked_for_that_the_source_knows(
    source: DiarySource, first: date | None, last: date | None, clipped: tuple[int, int]
) -> None:
    assert clip_days(OpenSource(source, "1"), first, last) == (day(clipped[0]), day(clipped[1]))


@pytest.mark.parametrize(("first", "last"), [(day(11), day(12)), (day(5), day(4)), (None, date(2024, 2, 29))])
def test_a_range_without_a_day_is_refused_with_what_the_source_knows(
    source: DiarySource, first: date | None, last: date | None
) -> None:
    expected = f"there is nothing from {first or day(1)} to {last}: the source diary knows 2024-03-01 to 2024-03-10"
    with pytest.raises(DayRefused, match=expected):
        clip_days(OpenSource(source, "1"), first, last)


@pytest.mark.parametrize("days_after", [1, 2, 400])
def test_a_day_that_has_not_ended_is_refused_with_the_last_that_has(source: DiarySource, days_after: int) -> None:
    newest = yesterday()
    asked = newest + timedelta(days=days_after)
    expected = rf"{asked} has not ended in São Paulo yet: .* is {newest}\. Give --to {newest} or earlier\."
    with pytest.raises(DayRefused, match=expected):
        clip_days(OpenSource(source, "1"), None, asked)
    with pytest.raises(DayRefused, match=f"{asked} has not ended"):
        clip_days(OpenSource(source, "1"), asked, None)


def test_a_source_that_knows_the_future_is_pulled_up_to_yesterday() -> None:
    newest = yesterday()
    source = DiarySource(day(1), newest + timedelta(days=30))
    assert clip_days(OpenSource(source, "1"), None, None) == (day(1), newest)


def test_a_pull_asks_for_its_days_at_once(platform: Platform, source: DiarySource) -> None:
    report = pull(platform, OpenSource(source, "1"), day(2), day(5), only_new=False)
    assert source.asked == [(day(2), day(5))]
    assert report.days == 4
    assert platform.raw.days_pulled("diary") == {day(2), day(3), day(4), day(5)}


def test_only_new_days_are_asked_for_in_runs_and_all_days_are_counted(platform: Platform, source: DiarySource) -> None:
    opened = OpenSource(source, "1")
    for known in (3, 4, 7):
        pull(platform, opened, day(known), day(known), only_new=False)
    source.asked.clear()
    done: list[int] = []
    report = pull(platform, opened, day(1), day(8), only_new=True, on_days=done.append)
    assert source.asked == [(day(1), day(2)), (day(5), day(6)), (day(8), day(8))]
    assert report.days == 5
    assert sum(done) == 8


def test_nothing_is_asked_for_when_every_day_is_known(platform: Platform, source: DiarySource) -> None:
    opened = OpenSource(source, "1")
    pull(platform, opened, day(1), day(3), only_new=True)
    source.asked.clear()
    assert pull(platform, opened, day(1), day(3), only_new=True).days == 0
    assert source.asked == []


def test_days_pulled_from_another_input_are_new(platform: Platform, source: DiarySource) -> None:
    pull(platform, OpenSource(source, "1"), day(1), day(3), only_new=True)
    assert pull(platform, OpenSource(source, "2"), day(1), day(3), only_new=True).days == 3


def test_known_days_are_pulled_again_unless_only_new_ones_are_wanted(platform: Platform, source: DiarySource) -> None:
    opened = OpenSource(source, "1")
    pull(platform, opened, day(1), day(3), only_new=False)
    report = pull(platform, opened, day(1), day(3), only_new=False)
    assert (report.days, report.days_written) == (3, 0)


def test_force_takes_a_day_that_shrinks(platform: Platform) -> None:
    orders = [order(f"o{number}", ordered_at="2024-03-01 12:00:00") for number in range(30)]
    pull(platform, OpenSource(DiarySource(day(1), day(1), orders), "1"), day(1), day(1), only_new=False)
    shrunk = OpenSource(DiarySource(day(1), day(1), orders[:5]), "2")
    with pytest.raises(RawStoreError, match="would shrink from 30 rows to 5"):
        pull(platform, shrunk, day(1), day(1), only_new=False)
    assert pull(platform, shrunk, day(1), day(1), only_new=False, force=True).accepted["orders"] == 5
