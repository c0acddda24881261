"""Drift is measured day by day against the champion's training cut-offs, and kept; past predictions are held to."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.registry import RegistryUnavailable
from eshop_dagster.ml.drift_alarm import WATCHED, DriftParams
from eshop_dagster.ml.drift_distance import distances, reference_of
from eshop_dagster.settings import Settings
from eshop_dagster.stages.drift import measure_drift, read_drift, recent_buyers
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.predictions import keep_predictions, realised
from eshop_dagster.stages.register import retrain, store_snapshot
from eshop_dagster.stages.score import score_customers

from ..ml.builders import HOLDOUT
from .retrain_home import retrain_home, snapshot_of

LEARNED_AT = date(2025, 3, 1)
DAY = date(2025, 9, 10)
DRIFT = {"least_customers": 100, "sample_customers": 600}
PARAMS = DriftParams.from_mapping(DRIFT)


class Registry:
    """A registry with one champion, or none, or none that answers."""

    def __init__(self, version: int | None = 3, rmse: float = 50.0, *, is_away: bool = False) -> None:
        self.version, self.rmse, self.is_away = version, rmse, is_away

    def champion(self, name: str) -> Any:
        if self.is_away:
            raise RegistryUnavailable("MLflow is away")
        return self.version and SimpleNamespace(version=self.version, run_id="r", tags={})

    def report(self, version: Any, name: str) -> Any:
        told = {"training_cutoffs": [str(LEARNED_AT)]}
        return {"data": {"snapshot": told}, "metrics": {"rmse_brl": self.rmse}}


def orders(dearer_from: date | None = None, customers: int = 1200, *, rises: bool = False) -> pd.DataFrame:
    """Everybody buys every 30 days, each on a day of its own; from a day on at much higher prices, or ever dearer."""
    rng = np.random.default_rng(3)
    rows = []
    for number in range(customers):
        for day in pd.date_range(date(2024, 6, 1) + timedelta(days=number % 30), DAY + timedelta(days=20), freq="30D"):
            factor = 1.4 if dearer_from and day.date() >= dearer_from else 1.0
            factor *= 1.001 ** (day.date() - LEARNED_AT).days if rises else 1.0
            rows.append((f"c{number:04}", day.date(), round(float(rng.lognormal(5, 0.6)) * factor, 2)))
    frame = pd.DataFrame(rows, columns=["customer_key", "ordered_date", "revenue_brl"])
    frame = frame.assign(order_id=[f"o{number}" for number in range(len(frame))], known_from_date=frame["ordered_date"])
    return frame.assign(known_until_date=None, channel="app", state="SP", is_cancelled=False, is_late=False)


def home(folder: Path, rows: pd.DataFrame, registry: Registry | None = None, **drift: Any) -> Platform:
    platform = Platform(Settings(home=folder), Params(drift={**DRIFT, **drift}))
    platform.__dict__["registry"] = registry or Registry()
    fill_orders(platform, rows)
    return platform


def fill_orders(platform: Platform, rows: pd.DataFrame) -> None:
    platform.warehouse.path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute(
            "CREATE OR REPLACE TABLE int_orders__versions AS SELECT * REPLACE ("
            "known_from_date::DATE AS known_from_date, known_until_date::DATE AS known_until_date, "
            "ordered_date::DATE AS ordered_date, "
            "revenue_brl::DECIMAL(18, 2) AS revenue_brl), 1::BIGINT AS item_count, 0::BIGINT AS returned_item_count, "
            "0::DECIMAL(18, 2) AS returned_brl, 0::DECIMAL(18, 2) AS freight_brl FROM rows"
        )


def test_a_shop_that_goes_on_as_before_asks_for_nothing(tmp_path: Path) -> None:
    platform = home(tmp_path / "home", orders())
    found = [measure_drift(platform, DAY - timedelta(days=ago)) for ago in (2, 1, 0)]
    assert [one.has_fired for one in found] == [False] * 3
    assert found[-1].reason == "0 of the last 5 days drifted; 3 up to today raise the alarm"
    assert found[-1].customers == 560 and found[-1].champion == 3


def test_dearer_tickets_ask_once_and_the_third_day_says_why(tmp_path: Path) -> None:
    platform = home(tmp_path / "home", orders(dearer_from=DAY - timedelta(days=20)))
    found = [measure_drift(platform, DAY - timedelta(days=ago)) for ago in (4, 3, 2, 1, 0)]
    assert [one.has_fired for one in found] == [False, False, True, False, False]
    assert found[2].reason.startswith("drift: 3 of the last 5 days drifted: last_ticket_brl (PSI 0.")
    assert "was answered" in found[3].reason


def test_what_came_about_little_by_little_since_a_young_champion_learned_is_no_alarm(tmp_path: Path) -> None:
    platform = home(tmp_path / "home", orders(rises=True))
    found = [measure_drift(platform, DAY - timedelta(days=ago)) for ago in (2, 1, 0)]
    # Prices are a fifth higher than when it learned, and three in a hundred higher than a month before.
    learned = reference_of(recent_buyers(platform, LEARNED_AT, PARAMS), ["last_ticket_brl"])
    psi, _ = distances([learned], recent_buyers(platform, DAY, PARAMS))
    assert psi["last_ticket_brl"] > PARAMS.largest_psi
    assert [one.has_fired for one in found] == [False] * 3
    assert max(one.measurement.psi["last_ticket_brl"] for one in found) < PARAMS.largest_psi


def test_a_day_measured_again_replaces_itself_and_says_the_same(tmp_path: Path) -> None:
    platform = home(tmp_path / "home", orders(dearer_from=DAY - timedelta(days=20)))
    for ago in (2, 1, 0):
        once = measure_drift(platform, DAY - timedelta(days=ago))
    kept = (platform.home / "drift" / "measurements.json").read_bytes()
    assert once.has_fired and measure_drift(platform, DAY) == once
    assert (platform.home / "drift" / "measurements.json").read_bytes() == kept
    assert [one.measurement.day for one in read_drift(platform.home)] == [DAY - timedelta(days=n) for n in (2, 1, 0)]


@pytest.mark.parametrize(
    ("registry", "reason"),
    [
        (Registry(version=None), "no champion to compare with"),
        (Registry(is_away=True), "no champion to compare with: MLflow is away"),
    ],
)
def test_without_a_champion_a_day_is_kept_and_asks_for_nothing(tmp_path: Path, registry: Registry, reason: str) -> None:
    platform = home(tmp_path / "home", orders(dearer_from=LEARNED_AT), registry)
    for ago in (2, 1, 0):
        measured = measure_drift(platform, DAY - timedelta(days=ago))
    assert (measured.has_fired, measured.champion, measured.reason) == (False, None, reason)
    assert len(read_drift(platform.home)) == 3


def test_too_few_buyers_are_not_judged(tmp_path: Path) -> None:
    rows = orders()
    rare = rows[(rows["ordered_date"] < LEARNED_AT) | (rows["customer_key"] < "c0100")]
    measured = measure_drift(home(tmp_path / "home", rare), DAY)
    assert measured.reason == "50 customers bought in 14 days; 100 are needed"
    assert not measured.measurement.psi


def test_the_sample_is_of_fixed_size_and_the_same_whatever_comes_later(tmp_path: Path) -> None:
    params = DriftParams(sample_customers=50)
    platform = home(tmp_path / "home", orders())
    once = recent_buyers(platform, DAY, params)
    assert len(once) == 50 and once["recency_days"].max() <= 14
    rows = orders()
    later = rows["ordered_date"] >= DAY
    again = recent_buyers(home(tmp_path / "home", rows.assign(channel=np.where(later, "web", "app"))), DAY, params)
    pd.testing.assert_frame_equal(once, again)


def test_predictions_are_held_against_what_was_spent_once_their_days_have_passed(tmp_path: Path) -> None:
    rows = pd.concat([orders(customers=1)] * 3, ignore_index=True).iloc[:4]
    as_of = date(2025, 1, 1)
    rows = rows.assign(
        order_id=["a", "b", "c", "d"],
        customer_key=["ana", "ana", "bia", "bia"],
        ordered_date=[as_of, as_of + timedelta(days=89), as_of + timedelta(days=90), as_of - timedelta(days=1)],
        revenue_brl=[30.0, 10.0, 500.0, 500.0],
    ).assign(known_from_date=lambda frame: frame["ordered_date"])
    platform = home(tmp_path / "home", rows, Registry(rmse=10.0))
    scores = pd.DataFrame(
        {
            "customer_key": ["cid", "ana", "bia"],
            "as_of_date": as_of,
            "expected_spend_brl": [0.0, 10.0, 30.0],
            "spend_model_version": 3,
        }
    )
    champion = platform.registry.champion("spend")
    path = keep_predictions(platform, pa.Table.from_pandas(scores), champion)
    assert path is not None and pq.read_table(path)["customer_key"].to_pylist() == ["ana", "bia", "cid"]
    assert realised(platform, as_of + timedelta(days=89)) is None
    found = realised(platform, as_of + timedelta(days=90))
    assert found is not None
    # ana spent 40 of 10 expected, bia 0 of 30, cid 0 of 0: the squares are 900, 900 and 0.
    assert found.rmse_brl == pytest.approx(600**0.5)
    assert (found.calibration, found.version) == (1.0, 3)
    assert found.error_ratio == pytest.approx(600**0.5 / 10)


def test_only_a_champions_predictions_are_kept_and_never_more_than_the_sample(tmp_path: Path) -> None:
    platform = home(tmp_path / "home", orders(customers=1), sample_customers=5)
    scores = pd.DataFrame({"customer_key": [f"c{n}" for n in range(40)], "as_of_date": DAY, "spend_model_version": 3})
    scores = scores.assign(expected_spend_brl=1.0)
    assert keep_predictions(platform, pa.Table.from_pandas(scores), None) is None
    champion = platform.registry.champion("spend")
    path = keep_predictions(platform, pa.Table.from_pandas(scores), champion)
    assert path is not None
    kept = pq.read_table(path)
    assert kept.num_rows == 5
    keep_predictions(platform, pa.Table.from_pandas(scores.iloc[::-1]), champion)
    assert pq.read_table(path).equals(kept)


def test_a_registered_champion_is_compared_with_and_its_predictions_are_kept(tmp_path: Path) -> None:
    params = {"least_customers": 100}
    platform = retrain_home(tmp_path / "home", drift=params)
    snapshot = snapshot_of(platform)
    assert retrain(platform, "spend", snapshot, store_snapshot(platform, snapshot), asked_by={}).version is not None
    score_customers(platform, HOLDOUT)
    fill_orders(platform, orders())

    measured = measure_drift(platform, DAY)
    assert (measured.champion, measured.has_fired) == (1, False)
    # Four training cut-offs have not seen a year: what follows the season is not compared.
    assert set(measured.measurement.psi) == {name for name in WATCHED if not name.startswith("order_last_")}

    [path] = (platform.home / "drift" / "predictions").iterdir()
    kept = pq.read_table(path)
    champion = platform.registry.champion("spend")
    assert champion is not None and path.name == f"as_of_date={HOLDOUT}.parquet"
    metrics = platform.registry.report(champion, "record")["metrics"]
    assert set(kept["holdout_rmse_brl"].to_pylist()) == {metrics["rmse_brl"]}
    later = measure_drift(platform, HOLDOUT + timedelta(days=90))
    assert later.realised is not None and later.realised.customers == kept.num_rows > 100
