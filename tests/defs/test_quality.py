"""The checks warn a person about what is unusual or late, and stop nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from eshop_dagster.adapters.sources import save_source_config
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.defs.quality import CHECKS, days_of_run, sparkline
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.quality import due_day, freshness

from ..stages.sales_home import build, days, note_pulls, platform_of, sell

VOLUME, REVENUE, PRICES, FRESH = "volume_is_usual", "revenue_is_usual", "prices_are_usual", "is_fresh"
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
LAST = days(100)[-1]


def evaluate(platform: Platform, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """Run the checks alone, as the button in the UI does; return their evaluations by name."""
    definitions = dg.Definitions(asset_checks=CHECKS, executor=dg.in_process_executor, resources={"platform": platform})
    job = dg.define_asset_job("checks", selection=dg.AssetSelection.all_asset_checks())
    with dg.DagsterInstance.ephemeral() as instance:
        definitions = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job]))
        result = definitions.resolve_job_def("checks").execute_in_process(instance=instance, tags=tags)
    return {one.check_name: one for one in result.get_asset_check_evaluations()}


def text(evaluation: Any, name: str) -> str:
    return str(evaluation.metadata[name].value)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    """A home of 100 days with 100 orders each, pulled from the simulated shop."""
    platform = platform_of(tmp_path)
    build(platform, dict.fromkeys(days(100), 100))
    note_pulls(platform, "simulated", days(100))
    return platform


def test_usual_days_pass(platform: Platform) -> None:
    found = evaluate(platform)

    assert (found[VOLUME].passed, found[REVENUE].passed) == (True, True)
    assert text(found[VOLUME], "verdict") == f"{LAST}: usual: 100 orders on a Tuesday, expected 100 (69 to 151)"
    assert text(found[VOLUME], "judged_days") == "14"


def test_an_unusual_day_warns_and_names_itself(platform: Platform) -> None:
    build(platform, {**dict.fromkeys(days(100), 100), LAST: 31})
    found = evaluate(platform)

    assert (found[VOLUME].passed, found[VOLUME].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert text(found[VOLUME], "verdict") == f"{LAST}: too few: 31 orders on a Tuesday, expected 100 (69 to 151)"
    assert text(found[VOLUME], "unusual_days") == "1"
    assert found[REVENUE].passed


def test_an_absurd_price_warns_with_its_order_what_was_expected_and_what_to_do(platform: Platform) -> None:
    sell(platform, LAST, "10000000", "10000", "5000")
    found = evaluate(platform, {"dagster/partition": str(LAST)})[PRICES]

    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert text(found, "verdict") == (
        f"order dear0 of {LAST} has product gold at BRL 10,000,000.00 a piece; expected at most 6,000.00 (half of the "
        "lines cost BRL 60.00 or less). Lines above it: 2. If it is a slip, correct it at the source and pull the "
        f"day again: `eshop run --repull --from {LAST} --to {LAST}`, or its report through the inbox."
    )
    assert text(found, "unusual_lines") == "2"
    assert evaluate(platform, {"dagster/partition": str(days(100)[-2])})[PRICES].passed


def test_usual_prices_pass_and_say_what_they_were_held_against(platform: Platform) -> None:
    found = evaluate(platform)[PRICES]
    assert (found.passed, text(found, "verdict")) == (
        True,
        "no price above BRL 5,000.00; half of the lines cost BRL 50.00 or less",
    )


def test_the_last_fourteen_days_are_shown_the_newest_first(platform: Platform) -> None:
    build(platform, {**dict.fromkeys(days(100), 100), LAST: 31})
    lines = text(evaluate(platform)[VOLUME], "last_14_days").splitlines()

    assert lines[0] == "`" + 13 * "█" + "▃`"
    assert lines[2:4] == ["| day | seen | expected | bounds | verdict |", "| --- | --- | --- | --- | --- |"]
    assert lines[4] == f"| {LAST} Tue | 31 | 100 | 69 to 151 | **unusual** |"
    assert lines[5] == f"| {LAST - timedelta(days=1)} Mon | 100 | 100 | 69 to 151 | usual |"
    assert len(lines) == 4 + 14


def test_only_the_days_that_a_run_pulled_decide(platform: Platform) -> None:
    build(platform, {**dict.fromkeys(days(100), 100), days(100)[-3]: 31})
    two, three = ({RANGE[0]: str(days(100)[-last]), RANGE[1]: str(LAST)} for last in (2, 3))

    assert evaluate(platform, two)[VOLUME].passed
    assert not evaluate(platform, three)[VOLUME].passed
    assert not evaluate(platform)[VOLUME].passed


def test_a_day_pulled_again_is_the_one_that_is_judged(platform: Platform) -> None:
    build(platform, {**dict.fromkeys(days(100), 100), days(100)[70]: 300})
    again = evaluate(platform, {"dagster/partition": str(days(100)[70])})

    assert not again[VOLUME].passed
    assert text(again[VOLUME], "judged_days") == "1"
    assert evaluate(platform)[VOLUME].passed


def test_too_little_history_passes_and_says_so(platform: Platform) -> None:
    build(platform, dict.fromkeys(days(20), 100))
    found = evaluate(platform)

    assert found[VOLUME].passed
    assert text(found[VOLUME], "verdict").endswith("not judged: 19 days before it are too little history; expected 56")
    assert text(found[VOLUME], "judged_days") == "0"
    assert text(found[VOLUME], "last_14_days").count("| not judged |") == 14


def test_a_warehouse_without_orders_passes_with_nothing_to_judge(platform: Platform) -> None:
    build(platform, {}, built=days(2))

    assert text(evaluate(platform)[VOLUME], "verdict") == "no day to judge"


def test_a_source_that_lags_behind_warns(platform: Platform) -> None:
    found = evaluate(platform)[FRESH]
    [source] = freshness(platform)

    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert text(found, "verdict").startswith(f"simulated is stale: it ends at {LAST}, ")
    assert text(found, "sources").splitlines()[2] == (
        f"| simulated | {LAST} | {source.due_day} | {source.missing_days} |"
    )


def test_sources_that_are_fresh_or_closed_pass(platform: Platform) -> None:
    due = due_day(datetime.now(UTC))
    note_pulls(platform, "simulated", days((due - days(1)[0]).days + 1))
    note_pulls(platform, "lojas-do-sul", days(3))
    found = evaluate(platform)[FRESH]

    assert found.passed
    assert "| lojas-do-sul | 2025-01-08 | – | 0 |" in text(found, "sources")
    assert text(found, "verdict").startswith("lojas-do-sul ends at 2025-01-08, as far as it was loaded: a newer report")


def test_a_home_into_which_nothing_was_pulled_warns(tmp_path: Path) -> None:
    found = evaluate(platform_of(tmp_path / "new"))[FRESH]

    assert (found.passed, text(found, "verdict")) == (False, "nothing was ever pulled")


def test_no_check_blocks_and_each_says_why_it_only_warns() -> None:
    specs = [spec for check in CHECKS for spec in check.check_specs]

    assert {spec.name for spec in specs} == {VOLUME, REVENUE, PRICES, FRESH}
    assert not any(spec.blocking for spec in specs)
    assert all("It warns and stops nothing: " in (spec.description or "") for spec in specs)


@pytest.mark.parametrize(
    ("tags", "first", "last"),
    [
        ({}, None, None),
        ({"dagster/partition": "2025-03-01"}, date(2025, 3, 1), date(2025, 3, 1)),
        ({RANGE[0]: "2025-03-01", RANGE[1]: "2025-03-04"}, date(2025, 3, 1), date(2025, 3, 4)),
    ],
)
def test_the_days_of_a_run_are_in_its_tags(tags: dict[str, str], first: date | None, last: date | None) -> None:
    assert days_of_run(tags) == (first, last)


def test_a_sparkline_has_one_bar_a_value_from_nothing_to_the_highest() -> None:
    assert sparkline([0, 7, 3.5, 1]) == "▁█▅▂"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""


@dataclass(frozen=True)
class Night:
    home: Path
    result: dg.ExecuteInProcessResult


@pytest.fixture(scope="module")
def night(session_environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """`refresh_warehouse` over 70 days of a small shop that end in a Black Friday out of season."""
    home = tmp_path_factory.mktemp("night")
    scenarios = ("black_friday@2025-03-11",)
    save_source_config(
        home, SimulatedConfig(first_day=date(2025, 1, 1), customers=1200, orders_per_day=60, scenarios=scenarios)
    )
    from eshop_dagster.definitions import defs

    if VOLUME not in {key.name for key in defs.resolve_asset_graph().asset_check_keys}:
        defs = dg.Definitions.merge(defs, dg.Definitions(asset_checks=CHECKS))
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("refresh_warehouse").execute_in_process(
            instance=instance,
            resources={"platform": Platform(Settings(home), Params())},
            tags={RANGE[0]: "2025-01-01", RANGE[1]: "2025-03-11"},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        yield Night(home, result)


def test_the_nightly_job_runs_the_checks_and_publishes_whatever_they_find(night: Night) -> None:
    found = {one.check_name: one for one in night.result.get_asset_check_evaluations()}

    assert night.result.success
    assert [found[name].passed for name in (VOLUME, REVENUE, FRESH)] == [False, True, False]
    assert text(found[VOLUME], "verdict").startswith("2025-03-11: too many: ")
    assert (night.home / "published" / "current" / "manifest.json").exists()


def test_the_checks_cost_the_nightly_job_next_to_nothing(night: Night) -> None:
    seconds = {
        str(event.step_key): event.step_success_data.duration_ms / 1000
        for event in night.result.all_events
        if event.is_step_success
    }

    # 0.1 s on an idle machine; a busy one is no reason to fail.
    assert seconds["sales_are_usual"] + seconds["raw__orders_is_fresh"] < 1.5
