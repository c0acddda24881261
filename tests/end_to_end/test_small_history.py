"""A shop with too little history to learn from: everything but the models is there, and the reason is said."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from eshop_dagster.adapters.sources.simulated import ShopConfig

from .conftest import run_in


def test_a_shop_of_two_months_is_published_without_expected_spend_and_says_why(tmp_path: Path) -> None:
    assert ShopConfig().first_day.isoformat() == "2024-01-01"
    run = run_in(tmp_path / "home", "--customers", "800", "--orders-per-day", "40", "--to", "2024-02-29")
    for model in ("segmentation", "spend"):
        assert run.summary["models"][model]["version"] is None
        assert "the champion, if any, stays" in run.summary["models"][model]["reason"]
        assert "day" in run.summary["models"][model]["reason"]
    manifest = json.loads((run.home / "published" / "current" / "manifest.json").read_text())
    assert {model for model, origin in manifest["models"].items() if origin} <= {"revenue"}
    assert set(manifest["models"]) == {"segmentation", "spend", "revenue"}
    scores = pq.read_table(run.home / "published" / "current" / "customer_scores.parquet").to_pandas()
    assert len(scores) > 50
    assert scores["spend_model_version"].isna().all()
    assert scores["expected_spend_brl"].isna().all()
    assert "expected at least 118" in manifest["without_model"]["spend"]
    forecast = pq.read_table(run.home / "published" / "current" / "revenue_forecast.parquet").to_pandas()
    nation = forecast[forecast["state"] == "BR"]
    assert len(nation) == 92 and (nation["expected_revenue_brl"] > 0).all()
    assert manifest["models"]["revenue"] is not None
    assert (nation["revenue_lower_80_brl"] < nation["expected_revenue_brl"]).all()
    assert forecast["revenue_model_version"].notna().all()
