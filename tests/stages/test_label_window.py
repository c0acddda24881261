"""The label's window is declared in one place: another one gives other labels, and is never taken for this one."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from eshop_dagster.ml.cutoffs import Cutoffs
from eshop_dagster.ml.features import LABEL
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import Plan, build_features, build_warehouse
from eshop_dagster.stages.parameters import CutoffParams, Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.snapshot import SnapshotError, write_snapshot

from ..builders import Row, changes, order, order_item

FIRST_DAY = date(2024, 1, 1)
DAYS = [FIRST_DAY + timedelta(days=30 * n) for n in range(14)]
SCORING = DAYS[-1] + timedelta(days=1)


def bought(customer_id: str, day: date) -> tuple[Row, Row]:
    """An order of one line of 10 BRL."""
    order_id = f"{customer_id} {day}"
    placed = order(order_id, customer_id=customer_id, ordered_at=f"{day} 12:00:00-03:00")
    return placed, order_item(order_id, unit_price_brl="10.00")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of two customers: one buys for 10 BRL every 30 days, the other bought on the first day only."""
    platform = Platform(Settings(home=tmp_path_factory.mktemp("window"), pseudonym_seed="test"), Params())
    chunks = []
    for day in DAYS:
        rows = [bought("often", day), *([bought("once", day)] if day == FIRST_DAY else [])]
        chunks.append(changes(day, orders=[one for one, _ in rows], order_items=[line for _, line in rows]))
    assert sum(platform.raw.write("shop", "1", chunks).quarantined.values()) == 0
    build_warehouse(platform)
    return platform.home


def platform_of(home: Path, window_days: int) -> Platform:
    return Platform(Settings(home, pseudonym_seed="test"), Params(cutoffs=CutoffParams(horizon_days=window_days)))


def plan(window_days: int) -> Plan:
    holdout = SCORING - timedelta(days=window_days)
    training = (holdout - timedelta(days=window_days),)
    return Plan(SCORING, Cutoffs(training=training, judging=(holdout,), scoring=SCORING), last_complete_day=DAYS[-1])


def test_labels_of_60_90_and_120_days_are_the_orders_of_just_these_days_in_one_living_home(home: Path) -> None:
    for window_days in (60, 120, 90):
        platform = platform_of(home, window_days)
        build_features(platform, plan(window_days))
        snapshot = write_snapshot(platform, plan(window_days))
        # The one customer ordered for 10 BRL two, four or three times, the other never.
        mean = {60: 10.0, 120: 20.0, 90: 15.0}[window_days]
        assert snapshot.train()[LABEL].mean() == snapshot.holdout()[LABEL].mean() == mean
        assert snapshot.description["horizon_days"] == window_days


def test_a_snapshot_refuses_labels_of_another_window_and_says_how_to_build_them(home: Path) -> None:
    message = r"labels in the warehouse are of 90 days, and params.yaml asks for 60 .*build the features again first"
    with pytest.raises(SnapshotError, match=message):
        write_snapshot(platform_of(home, 60), plan(60))
