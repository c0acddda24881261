"""When segments start again: an outgrown champion gives way, a calm shop keeps its ids for ever."""

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd
import pytest

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.segmentation import SEGMENT_FEATURES, SegmentationParams, assign_segments, fit_segments, migrate
from eshop_dagster.ml.segmentation.model import SegmentModel
from eshop_dagster.ml.segmentation.restart import restart_reason

from .trading_shop import trading_shop

PARAMS = SegmentationParams.from_mapping(
    {"least_segments": 4, "most_segments": 4, "bootstraps": 1, "n_init": 2, "judged_rows": 200, "fit_rows": 1000}
)
BETTER, WORSE = Interval(0.2, 0.1, 0.3), Interval(-0.2, -0.3, -0.1)


class Retrain(NamedTuple):
    moved_share: float
    restart: str
    is_promoted: bool
    outlier_share: float


@pytest.fixture(scope="module")
def champion() -> SegmentModel:
    return fit_segments(trading_shop(300, customers=600), PARAMS, 3).pipeline


def matrix(day: int, customers: int) -> pd.DataFrame:
    return feature_matrix(trading_shop(day, customers=customers), SEGMENT_FEATURES)


def retrains(frames: Iterable[pd.DataFrame]) -> list[Retrain]:
    """A chain of retrains: as the gate has it, a challenger follows where few move or segments start again."""
    champion, done = None, []
    for frame in frames:
        fitted = fit_segments(frame, PARAMS, 3, champion)
        moved = migrate(champion, fitted.pipeline, frame).moved_share if champion is not None else 0.0
        is_promoted = moved <= GateRules().most_moved_share or bool(fitted.restart)
        done.append(Retrain(moved, fitted.restart, is_promoted, fitted.metrics["outlier_share"]))
        champion = fitted.pipeline if is_promoted else champion
    return done


def test_a_champion_keeps_its_ids_while_few_would_move(champion: SegmentModel):
    assert restart_reason(champion, matrix(700, 4000), 0.3, WORSE, PARAMS) == ""


def test_a_champion_of_this_very_shop_keeps_its_ids_although_many_would_move(champion: SegmentModel):
    assert restart_reason(champion, matrix(300, 600), 0.9, BETTER, PARAMS) == ""


def test_a_champion_of_a_shop_with_less_than_half_the_customers_gives_way(champion: SegmentModel):
    count = champion.customer_count_
    today = matrix(300, 600)
    twice = pd.concat([today, today], ignore_index=True)
    assert restart_reason(champion, twice, 0.9, BETTER, PARAMS) == ""
    more = pd.concat([twice, today.head(1)], ignore_index=True)
    assert restart_reason(champion, more, 0.9, BETTER, PARAMS) == (
        "90.0% of customers would change segment, and of the champion holds: it was fitted on "
        f"{count} customers, and there are {2 * count + 1} now"
    )


def test_a_champion_of_a_shop_less_than_half_as_old_gives_way(champion: SegmentModel):
    days = champion.shop_days_
    older = matrix(300, 600)
    older.loc[0, "tenure_days"] = 2 * days + 1
    assert f"when the shop was {days} days old, and it is {2 * days + 1} days old now" in restart_reason(
        champion, older, 0.9, BETTER, PARAMS
    )


def test_a_champion_that_tells_customers_apart_worse_than_quintile_groups_gives_way(champion: SegmentModel):
    assert "worse than quintile groups do (silhouette -0.200, surely below -0.100)" in restart_reason(
        champion, matrix(300, 600), 0.9, WORSE, PARAMS
    )


def test_segments_that_start_again_take_ids_never_used_before_and_retire_all_of_the_champion():
    young = fit_segments(trading_shop(120, customers=900), PARAMS, 3).pipeline.remember_used_ids([9])
    old = trading_shop(540, customers=900)
    fitted = fit_segments(old, PARAMS, 3, young)
    assert "% of customers would change segment" in fitted.restart
    assert fitted.pipeline.segment_ids_.tolist() == [10, 11, 12, 13]
    assert fitted.matching.retired_ids == (0, 1, 2, 3) and not fitted.matching.distances
    moves = migrate(young, fitted.pipeline, old)
    assert moves.moved_share == 1.0 and moves.table["customer_count"].sum() == len(old)


def test_the_ids_of_a_fourth_month_do_not_hold_for_ever_and_a_calm_shop_never_starts_again():
    chain = retrains(trading_shop(day, customers=1200) for day in range(120, 541, 60))
    young, calm = chain[1:4], chain[4:]
    assert any(one.restart for one in young)
    assert not any(one.restart for one in calm) and all(one.is_promoted for one in calm)
    assert all(one.outlier_share < 2 * PARAMS.outlier_share for one in chain)


def test_customers_of_today_are_no_outliers_of_their_own_segments_as_they_are_of_last_years():
    # Few come back, and all came in one quarter, as a CD seller's did: half a year later nobody is where he was.
    then, now = (trading_shop(day, customers=1200, days=90, growth=1.0) for day in (120, 300))
    last_years = fit_segments(then, PARAMS, 3).pipeline
    assert assign_segments(last_years, now)["is_outlier"].mean() > 0.1
    fitted = fit_segments(now, PARAMS, 3, last_years)
    assigned = assign_segments(fitted.pipeline, now)
    assert assigned["is_outlier"].mean() < 2 * PARAMS.outlier_share
    sizes = assigned["segment_id"].value_counts()
    assert set(sizes.index) == set(fitted.pipeline.segment_ids_.tolist()) and sizes.min() > 0
    assert fitted.restart
