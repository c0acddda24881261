"""Events stored in batches are those that Dagster's own storage keeps, and a batch is stored whole or not at all."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import dagster as dg
import pytest
from dagster import EventLogEntry

from eshop_dagster.defs.event_storage import BatchingEventLogStorage
from eshop_dagster.defs.instance import prepare_instance

DAYS = [f"2024-03-{day:02}" for day in range(1, 11)]
TABLES = ("orders", "order_items")
ORDERS = dg.AssetKey(["raw", "orders"])


@dg.multi_asset(
    specs=[dg.AssetSpec(["raw", table]) for table in TABLES],
    check_specs=[dg.AssetCheckSpec("is_whole", asset=["raw", "orders"])],
    partitions_def=dg.DailyPartitionsDefinition(DAYS[0], end_offset=0),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def raw() -> Iterator[dg.MaterializeResult]:
    for table in TABLES:
        checks = [dg.AssetCheckResult(passed=True, check_name="is_whole")] if table == "orders" else []
        yield dg.MaterializeResult(
            asset_key=["raw", table],
            metadata={"rows": 7, "days": dg.MetadataValue.md("| a |")},
            data_version=dg.DataVersion("1"),
            tags={"size": "small"},
            check_results=checks,
        )


def backfill(instance: dg.DagsterInstance) -> str:
    """One run over all days, as a backfill of the range makes it."""
    tags = {"dagster/asset_partition_range_start": DAYS[0], "dagster/asset_partition_range_end": DAYS[-1]}
    result = dg.materialize([raw], instance=instance, tags=tags)
    assert result.success
    return result.run_id


def batching_instance(home: Path) -> dg.DagsterInstance:
    return dg.DagsterInstance.from_config(str(prepare_instance(home)))


def dagsters_own_instance(home: Path) -> dg.DagsterInstance:
    home.mkdir(parents=True)
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return dg.DagsterInstance.from_config(str(home))


def told(event: EventLogEntry) -> str:
    """What an event says, without when, in which run and in which process it said so."""
    inner = event.dagster_event
    said: list[Any] = [event.level, event.user_message, event.step_key, event.job_name]
    if inner is not None:
        data = inner.event_specific_data if inner.is_step_event and inner.event_type_value.startswith("ASSET") else None
        said += [inner.event_type_value, inner.asset_key, inner.partition, data]
    return re.sub(r"timestamp=[0-9.]+|in [0-9.]+m?s", "then", repr(said).replace(event.run_id, "RUN"))


def index_rows(root: Path) -> dict[str, int]:
    """Row counts of the database over all runs."""
    with closing(sqlite3.connect(root / "history" / "runs" / "index.db")) as database:
        tables = ("event_logs", "asset_keys", "asset_event_tags", "asset_check_executions")
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_a_backfill_leaves_the_events_that_dagsters_own_storage_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with batching_instance(tmp_path / "home") as ours, dagsters_own_instance(tmp_path / "own") as own:
        assert isinstance(ours.event_log_storage, BatchingEventLogStorage)
        our_run = backfill(ours)
        monkeypatch.delenv("DAGSTER_EVENT_BATCH_SIZE")
        own_run = backfill(own)
        for instance in (ours, own):
            assert instance.event_log_storage.get_materialized_partitions(ORDERS) == set(DAYS)
        for asset in TABLES:
            records = [
                instance.fetch_materializations(dg.AssetKey(["raw", asset]), limit=100).records
                for instance in (ours, own)
            ]
            first, second = (
                [(record.partition_key, record.asset_materialization.metadata) for record in found] for found in records
            )
            assert first == second
            assert len(first) == len(DAYS)
        our_events, own_events = ours.all_logs(our_run), own.all_logs(own_run)
        assert sum(event.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION for event in our_events) == 20
        assert sorted(map(told, our_events)) == sorted(map(told, own_events))
    assert index_rows(tmp_path / "home" / "dagster") == index_rows(tmp_path / "own")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with batching_instance(tmp_path) as instance:
        yield instance


@pytest.fixture(scope="module")
def events() -> list[EventLogEntry]:
    """One materialization a day, as a batch of them comes."""
    with dg.DagsterInstance.ephemeral() as instance:
        found = instance.all_logs(backfill(instance), of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return [event for event in found if event.dagster_event and event.dagster_event.asset_key == ORDERS]


def of_run(events: list[EventLogEntry], run_id: str) -> list[EventLogEntry]:
    return [event._replace(run_id=run_id) for event in events]


def stored_days(instance: dg.DagsterInstance, run_id: str) -> list[str | None]:
    events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return [event.dagster_event.partition for event in events if event.dagster_event]


def test_a_batch_keeps_the_order_of_its_events(instance: dg.DagsterInstance, events: list[EventLogEntry]) -> None:
    instance.event_log_storage.store_event_batch(of_run(events, "run-1"))
    assert stored_days(instance, "run-1") == DAYS


def test_a_batch_that_fails_stores_none_of_its_events_and_single_ones_come_once(
    tmp_path: Path, instance: dg.DagsterInstance, events: list[EventLogEntry]
) -> None:
    storage = instance.event_log_storage
    storage.store_event_batch(of_run(events, "run-1"))
    before = index_rows(tmp_path / "dagster")
    batch: list[Any] = of_run(events, "run-2")
    with pytest.raises(Exception, match='Param "event" is not a EventLogEntry'):
        storage.store_event_batch([*batch, "not an event"])
    assert stored_days(instance, "run-2") == []
    assert index_rows(tmp_path / "dagster") == before
    for event in batch:
        storage.store_event(event)
    assert stored_days(instance, "run-2") == DAYS
    assert index_rows(tmp_path / "dagster")["event_logs"] == before["event_logs"] + len(DAYS)


def test_events_of_several_runs_may_share_a_batch(
    tmp_path: Path, instance: dg.DagsterInstance, events: list[EventLogEntry]
) -> None:
    mixed = [event for pair in zip(of_run(events, "run-1"), of_run(events, "run-2"), strict=True) for event in pair]
    instance.event_log_storage.store_event_batch(mixed)
    assert stored_days(instance, "run-1") == stored_days(instance, "run-2") == DAYS
    assert index_rows(tmp_path / "dagster")["event_logs"] == 20


def test_threads_that_store_batches_at_once_lose_nothing(
    tmp_path: Path, instance: dg.DagsterInstance, events: list[EventLogEntry]
) -> None:
    runs = [f"run-{number}" for number in range(4)]
    threads = [Thread(target=instance.event_log_storage.store_event_batch, args=(of_run(events, run),)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for run in runs:
        assert stored_days(instance, run) == DAYS
    assert index_rows(tmp_path / "dagster")["event_logs"] == len(runs) * len(DAYS)


def test_an_empty_batch_stores_nothing(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    instance.event_log_storage.store_event_batch([])
    assert index_rows(tmp_path / "dagster")["event_logs"] == 0
