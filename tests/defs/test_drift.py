"""The asset `drift` shows what it measured; the sensor asks for one retraining and says why."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from eshop_dagster.defs import drift as drift_module
from eshop_dagster.defs.drift import days_table, drift, features_table
from eshop_dagster.defs.drift_sensor import drift_sensor
from eshop_dagster.defs.evidence import WHY_TAG, asked_by
from eshop_dagster.ml.drift_alarm import DriftParams, Measurement
from eshop_dagster.stages import drift as stage
from eshop_dagster.stages.drift import DriftDay

DAY = date(2025, 6, 10)
REASON = "drift: 3 of the last 5 days drifted: last_ticket_brl (PSI 0.050, moved 4.0% of its spread)"


def day(ago: int = 0, *, has_fired: bool = False) -> DriftDay:
    measured = Measurement(DAY - timedelta(days=ago), {"last_ticket_brl": 0.05}, {"last_ticket_brl": 0.04}, 1.25)
    return DriftDay(measured, 5000, 3, None, has_fired, REASON if has_fired else "calm")


def ask(home: Path, *days: DriftDay, cursor: str | None = None) -> Any:
    for one in days:
        stage._keep(home, one)
    with dg.DagsterInstance.ephemeral() as instance:
        return drift_sensor.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor))


def test_nothing_measured_asks_for_nothing(environment: Path) -> None:
    assert ask(environment).skip_message.startswith("no day was measured yet")


def test_a_calm_day_asks_for_nothing_and_says_why(environment: Path) -> None:
    assert ask(environment, day()).skip_message == "2025-06-10: calm"


def test_an_alarm_asks_for_one_retraining_and_says_why(environment: Path) -> None:
    tick = ask(environment, day(1), day(has_fired=True))
    [request] = tick.run_requests
    assert (request.run_key, request.tags[WHY_TAG]) == ("drift 2025-06-10", f"2025-06-10: {REASON}")
    again = ask(environment, cursor=tick.cursor)
    assert not again.run_requests
    assert again.skip_message == "the alarm of 2025-06-10 was answered with a retraining"


def test_the_alarm_of_a_day_that_the_sensor_slept_through_is_answered_and_one_of_weeks_ago_is_not(
    environment: Path,
) -> None:
    assert ask(environment, day(3, has_fired=True), day(0)).run_requests[0].run_key == "drift 2025-06-07"
    assert ask(environment, replace(day(-30), reason="calm")).skip_message == "2025-07-10: calm"


def test_the_version_of_such_a_run_says_what_triggered_it(environment: Path) -> None:
    [request] = ask(environment, day(has_fired=True)).run_requests
    run = dg.DagsterRun("retrain", tags={**request.tags, "dagster/sensor_name": drift_sensor.name})
    told = asked_by(run)
    assert (told["trigger"], told["trigger_reason"]) == ("sensor drift", f"2025-06-10: {REASON}")


def test_the_asset_shows_the_days_and_the_features(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from eshop_dagster.settings import Settings
    from eshop_dagster.stages.parameters import Params
    from eshop_dagster.stages.platform import Platform

    platform = Platform(Settings(home=environment), Params())
    stage._keep(environment, day(1))
    stage._keep(environment, day(has_fired=True))
    monkeypatch.setattr(drift_module, "measure_drift", lambda platform: day(has_fired=True))
    result = dg.materialize(
        [dg.AssetSpec("int_orders__versions"), drift], resources={"platform": platform}, selection=[drift]
    )
    [made] = result.asset_materializations_for_node("drift")
    assert made.metadata["asks_for_retraining"].value is True and made.metadata["reason"].value == REASON
    assert "| last_ticket_brl | 0.050 | 0.040 | **drifted** |" in str(made.metadata["features"].value)
    assert "| 2025-06-10 | 0.050 | last_ticket_brl | 1.25 | **asks** |" in str(made.metadata["last_28_days"].value)


def test_a_day_without_a_champion_is_shown_too() -> None:
    bare = replace(day(), measurement=Measurement(DAY))
    assert features_table(bare, DriftParams()).count("\n") == 2
    assert days_table([bare], DriftParams()).splitlines()[-1] == "| 2025-06-10 | 0.000 | – | – |  |"


def test_the_sensor_runs_from_the_start_and_asks_for_the_job_that_retrains() -> None:
    assert drift_sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert drift_sensor.job_name == "retrain"
