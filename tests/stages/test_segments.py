"""What scoring publishes of segments: figures of the release's own customers, or nothing and the reason."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from eshop_dagster.dashboard.gate_words import decision_words
from eshop_dagster.dashboard.texts import CATALOGUE, Texts
from eshop_dagster.stages.kinds.segmentation.training import segment_misfits
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.register import last_decisions, retrain, store_snapshot
from eshop_dagster.stages.score import score_customers
from eshop_dagster.stages.score_files import read_scores

from ..ml.builders import SCORING
from .retrain_home import fill, retrain_home, snapshot_of


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A home whose segmentation was trained, in the state in which a test has left its features."""
    platform = retrain_home(tmp_path_factory.mktemp("segments") / "home")
    snapshot = snapshot_of(platform)
    done = retrain(platform, "segmentation", snapshot, store_snapshot(platform, snapshot), asked_by={})
    assert done.decision.is_promoted, done.decision.reason
    yield platform


def published(platform: Platform, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(read_scores(platform.home).tables[table]).to_pylist()
    return rows


def test_a_segments_text_and_columns_state_the_figures_of_the_customers_scored(platform: Platform) -> None:
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute(
            "UPDATE customer_features SET net_revenue_brl = net_revenue_brl * 1.01 WHERE as_of_date = ?", [SCORING]
        )
    scores = score_customers(platform, SCORING)
    assert scores.withheld == {} and scores.versions["segmentation"] == 1
    rows, segments = published(platform, "customer_scores"), published(platform, "customer_segments")
    features = {row["customer_key"]: row for row in published(platform, "customer_features")}
    assert sum(segment["customer_count"] for segment in segments) == scores.rows
    for segment in segments:
        own = [features[row["customer_key"]] for row in rows if row["segment_id"] == segment["segment_id"]]
        mean = sum(row["net_revenue_brl"] for row in own) / len(own)
        assert segment["customer_count"] == len(own)
        assert segment["net_revenue_brl_mean"] == pytest.approx(mean)
        assert f"{len(own):,.0f} customer" in segment["description_en"]
        assert f"is worth R$\u00a0{mean:,.2f} in all" in segment["description_en"]


def test_a_champion_that_does_not_fit_the_customers_of_the_day_gives_nobody_a_segment(platform: Platform) -> None:
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute("UPDATE customer_features SET tenure_days = tenure_days * 9 WHERE as_of_date = ?", [SCORING])
    scores = score_customers(platform, SCORING)
    assert any("resemble none of their segment" in reason for reason in scores.withheld["segmentation"])
    assert scores.versions["segmentation"] == 0 and read_scores(platform.home).models["segmentation"] is None
    rows = published(platform, "customer_scores")
    columns = ("segment_id", "segment_typicality", "is_outlier", "segmentation_model_version")
    assert {row[name] for row in rows for name in columns} == {None}
    assert published(platform, "customer_segments") == []
    reason = last_decisions(platform.home)["segmentation"]
    assert reason.startswith("the segments do not fit today's customers: ")
    assert not decision_words(reason, Texts("pt")).startswith(CATALOGUE["models.original"][0].partition("{")[0])
    champion = platform.registry.load("segmentation").pipeline
    assert (
        segment_misfits(champion, snapshot_of(platform).scoring(), platform.params) == scores.withheld["segmentation"]
    )
    fill(platform)
    assert score_customers(platform, SCORING).withheld == {}


def test_segments_are_fitted_on_the_customers_of_the_scoring_day(platform: Platform) -> None:
    fill(platform)
    snapshot = snapshot_of(platform)
    champion = platform.registry.load("segmentation").pipeline
    assert champion.customer_count_ == len(snapshot.scoring())
    assert str(snapshot.scoring()["as_of_date"].iloc[0]) == str(SCORING)
