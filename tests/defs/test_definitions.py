"""The code location, loaded as the server does."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from eshop_dagster.contract import TABLES
from eshop_dagster.defs.instance import prepare_instance
from eshop_dagster.settings import PROJECT_DIR, load_settings


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    from eshop_dagster.definitions import defs

    return defs


@pytest.fixture(scope="module")
def graph(defs: dg.Definitions) -> Any:
    return defs.resolve_asset_graph()


def ancestors(graph: Any, name: str) -> set[str]:
    found: set[dg.AssetKey] = set()
    waiting = [dg.AssetKey(name)]
    while waiting:
        for key in graph.get(waiting.pop()).parent_keys - found:
            found.add(key)
            waiting.append(key)
    return {key.to_user_string() for key in found}


def test_the_location_loads_and_every_group_is_a_stage_of_the_business_flow(graph: Any) -> None:
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert groups == {
        *("raw", "staging", "intermediate", "marts", "features", "training", "segmentation", "spend"),
        *("revenue", "publishing", "monitoring"),
    }


def test_lineage_runs_from_raw_orders_to_the_models_and_the_release(graph: Any) -> None:
    assert {"raw/orders", "stg_raw__orders", "customer_features", "training_snapshot"} <= ancestors(
        graph, "spend_model"
    )
    assert {"raw/orders", "training_snapshot"} <= ancestors(graph, "segmentation_model")
    models = {"spend_model", "segmentation_model", "revenue_model"}
    assert {*models, "revenue_forecast", "fct_orders", "customer_scores"} <= ancestors(graph, "release")


def test_each_model_has_the_gates_word_and_the_proof_that_it_can_be_made_again_as_checks(graph: Any) -> None:
    for model in ("spend_model", "segmentation_model", "revenue_model"):
        names = {key.name for key in graph.asset_check_keys if key.asset_key == dg.AssetKey(model)}
        assert names == {"gate", "can_be_reproduced"}


def test_a_retraining_does_not_make_its_champions_again_a_job_of_its_own_does(defs: dg.Definitions) -> None:
    steps = {job: {node.name for node in defs.resolve_job_def(job).nodes} for job in ("retrain", "reproduce_champions")}
    assert "champions_can_be_reproduced" not in steps["retrain"]
    assert steps["reproduce_champions"] == {"champions_can_be_reproduced"}


def test_every_raw_table_is_an_asset_with_one_partition_a_business_day(graph: Any) -> None:
    for table in TABLES:
        partitions = graph.get(dg.AssetKey(["raw", table])).partitions_def
        assert isinstance(partitions, dg.DailyPartitionsDefinition)
        assert partitions.timezone == "America/Sao_Paulo"


def test_every_asset_is_described_and_has_a_kind(graph: Any) -> None:
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.kinds, key


def test_dbt_tests_are_asset_checks(graph: Any) -> None:
    checked = {key.asset_key.to_user_string() for key in graph.asset_check_keys}
    assert {"fct_orders", "fct_order_items", "dim_customers", "customer_features"} <= checked


def test_schedules_say_their_time_zone(defs: dg.Definitions) -> None:
    schedules = {one.name: one for one in defs.get_repository_def().schedule_defs}
    assert {name: one.cron_schedule for name, one in schedules.items()} == {
        "refresh_warehouse_daily": "0 2 * * *",
        "retrain_weekly": "0 4 * * 0",
        "reproduce_champions_weekly": "0 5 * * 1",
        "watch_drift_daily": "0 3 * * *",
    }
    assert {one.execution_timezone for one in schedules.values()} == {"America/Sao_Paulo"}


def test_dg_checks_the_definitions() -> None:
    prepare_instance(load_settings().home)
    dg_command = Path(sys.executable).parent / "dg"
    done = subprocess.run(
        [dg_command, "check", "defs"], cwd=PROJECT_DIR, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
