"""The spend model as the retraining has it: of a young shop, and beside a champion."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from eshop_dagster.ml.cutoffs import Cutoffs
from eshop_dagster.stages.build import Plan
from eshop_dagster.stages.evidence import predictions_of_a_fresh_process
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.snapshot import Snapshot, write_snapshot

from ..ml.builders import HOLDOUT, SCORING
from .retrain_home import retrain_home

SPEND = KINDS["spend"]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return retrain_home(tmp_path_factory.mktemp("kind") / "home", customers=600)


def young(platform: Platform, label_days: int = 90) -> Snapshot:
    """A snapshot without any training cut-off; its labels are said to be of so many days."""
    plan = Plan(SCORING, Cutoffs((), (HOLDOUT,), SCORING), last_complete_day=SCORING - timedelta(days=1))
    snapshot = write_snapshot(platform, plan)
    return replace(snapshot, description={**snapshot.description, "label_days": label_days})


def test_the_labels_of_a_shorter_window_are_scaled_to_the_horizon_and_it_is_said(platform: Platform) -> None:
    snapshots = young(platform), young(platform, 45)
    whole, short = (SPEND.train(one, platform.params, None) for one in snapshots)
    assert [one.caveat for one in snapshots] == ["", "judged on 45 days, scaled to 90"]
    for trained in (whole, short):
        assert set(trained.pipeline.weights) == {"bg_nbd_of_the_day"}
        assert "only what needs none serves" in trained.reason
    ratios = [one.tables["candidates"].set_index("candidate")["calibration_ratio"] for one in (whole, short)]
    assert ratios[1]["bg_nbd_of_the_day"] == pytest.approx(ratios[0]["bg_nbd_of_the_day"] / 2)
    # How many buy, and what buyers spend, does not double with the days: nothing is said of it.
    assert {"chances", "coverage"} <= set(whole.tables) and not {"chances", "coverage"} & set(short.tables)
    assert not {"chances", "coverage"} & set(short.figures)
    found = short.pipeline.figures(snapshots[1].scoring()[list(short.feature_names)])
    assert np.isnan(found["purchase_probability"]).all() and np.isfinite(found["expected_spend_brl"]).all()


def test_predictions_to_be_made_again_cover_the_day_of_scoring_and_the_holdout(platform: Platform) -> None:
    snapshot = young(platform)
    model = SPEND.train(snapshot, platform.params, None).pipeline
    assert len(SPEND.predict(model, snapshot)) == len(snapshot.scoring()) + len(snapshot.holdout())


def test_a_fresh_process_that_has_not_answered_in_time_counts_as_one_that_fails(platform: Platform) -> None:
    snapshot = young(platform)
    model = SPEND.train(snapshot, platform.params, None).pipeline
    assert predictions_of_a_fresh_process(platform, SPEND, model, snapshot, timeout=0.01) == ""


def test_a_first_model_is_held_against_the_best_baseline_and_a_later_one_against_the_champion_too(
    platform: Platform,
) -> None:
    snapshot = young(platform)
    trained = SPEND.train(snapshot, platform.params, None)
    first = SPEND.compare(trained, None, snapshot, platform.params)
    assert (first.champion, first.difference, first.champion_against_baseline) == (None, None, None)
    assert first.against_baseline is not None and first.baseline_name == trained.stand_in.candidate  # type: ignore[union-attr]
    later = SPEND.compare(trained, trained.pipeline, snapshot, platform.params)
    assert later.difference is not None and later.difference.value == pytest.approx(0.0, abs=1e-9)
    assert later.champion_against_baseline is not None
    assert later.champion_against_baseline.value == pytest.approx(first.against_baseline.value)
