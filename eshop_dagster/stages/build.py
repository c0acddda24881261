"""Build: the warehouse's tables from raw, with dbt. Only what the changed days touch is written again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from eshop_dagster.adapters.dbt import (
    DbtError,
    NodeResult,
    as_held,
    checks_by_table,
    model_names,
    project_hash,
    raise_on_failure,
    run_dbt,
    tables_read_by,
)
from eshop_dagster.adapters.full_disk import explains_full_disk
from eshop_dagster.adapters.shop_file import calendar_version, read_shop
from eshop_dagster.adapters.table_records import HeldResult, QualityError
from eshop_dagster.faults import fault_point
from eshop_dagster.stages.marts import FACTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.raw_check import check_raw

if TYPE_CHECKING:
    from eshop_dagster.ml.cutoffs import Cutoffs

FEATURES_SELECTION = "tag:features"

_READ_ON_EVERY_DAY = ("customers", "products", "sellers")
"""Raw tables of which an incremental build reads what earlier days said of a key."""
_READ_BY_FEATURES = ("products", "order_items")
"""Raw tables that the features read beside the warehouse's tables."""

# Above this share of all days an incremental build costs more than building all again.
_FULL_REFRESH_SHARE = 0.5


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        mode: `full refresh`, `incremental` or `nothing to do`.
        days: the days whose raw data had changed.
        models: each model's result.
        tests: each test's result; a failed one has stopped the run unless it only warns.
        held: results of before that still hold, where nothing was built or tested.
    """

    mode: str
    days: tuple[date, ...] = ()
    models: list[NodeResult] = field(default_factory=list)
    tests: list[NodeResult] = field(default_factory=list)
    held: list[HeldResult] = field(default_factory=list)


@explains_full_disk
def build_warehouse(
    platform: Platform, *, full_refresh: bool = False, on_node: Callable[[NodeResult], None] = lambda node: None
) -> BuildReport:
    """Bring every table up to date with raw, then test them.

    The warehouse remembers which content of each day it was built from. A build takes up all days that differ; the
    first one, one after a build that did not end, and one with another dbt project builds everything again.

    Raises:
        DbtError: a model failed (the next build starts over), or a test found bad rows.
        RawStoreError: a file of raw that would be read is not as it was pulled; nothing is built.
    """
    platform.raw.finish_killed_pull()
    project, raw_days = project_of(platform), platform.raw.day_hashes()
    if not raw_days:
        raise DbtError("there is no raw data to build from: pull some days first (`eshop run`)")
    built = None if full_refresh else platform.warehouse.built_days(project)
    changed = sorted(day for day in {*raw_days, *(built or {})} if raw_days.get(day) != (built or {}).get(day))
    is_full = built is None or len(changed) > _FULL_REFRESH_SHARE * len(raw_days)
    has_passed = platform.warehouse.has_passed()
    if not changed and not is_full and has_passed:
        return BuildReport("nothing to do", held=platform.records.held())
    variables = {
        "ESHOP_CHANGED_DAYS": ",".join(str(day) for day in changed),
        "ESHOP_NEWEST_BUILT_DAY": str(max(built, default="")) if built else "",
    }
    models: list[NodeResult] = []
    if changed or is_full:
        is_forward = not is_full and min(changed) > max(built or changed)
        # A day that was pulled again sends a build to any other day, for what the others know of what it lost.
        check_raw(platform, changed if is_forward else None, _READ_ON_EVERY_DAY)
        platform.warehouse.mark_building(project)
        fault_point("dbt.start")
        models = run_dbt(
            ["build", "--resource-type", "model", "--exclude", FEATURES_SELECTION]
            # A seed is a file of the project: with another one, everything is built again.
            # One model after another then: each may fill the memory, and two at once would spill to disk.
            + (["--resource-type", "seed", "--full-refresh", "--threads", "1"] if is_full else []),
            home=platform.home,
            variables=variables,
            on_node=on_node,
        )
        raise_on_failure("build", models)
        fault_point("build.records")
        platform.records.update(_tables_built(platform), _touched_dates(platform, changed) if is_forward else None)
        fault_point("build.mark_built")
        platform.warehouse.mark_built(project, raw_days)
    tests = run_dbt(
        ["test", "--exclude", FEATURES_SELECTION, "--exclude-resource-type", "unit_test"],
        home=platform.home,
        # Tests look at what this build wrote, or they would read the whole history every day; and at every row where
        # rows of an earlier build have not passed.
        variables=variables if changed and not is_full and has_passed else {},
        on_node=on_node,
    )
    platform.records.record(checks_by_table(tests, _tables_built(platform)))
    platform.records.hold(as_held(tests, datetime.now(UTC)))
    fault_point("tests.recorded")
    if all(result.is_ok for result in tests):
        platform.warehouse.mark_passed()
    if not models:
        return BuildReport("tested again", tests=tests)
    return BuildReport("full refresh" if is_full else "incremental", tuple(changed), models, tests)


def _tables_built(platform: Platform) -> list[str]:
    """Return the tables that a build keeps; the lists of what one build touched are not about the shop."""
    kept = {*platform.warehouse.tables()} & {*model_names(exclude_tag="features")}
    return sorted(table for table in kept if not table.endswith(("__touched", "__recategorised")))


def _touched_dates(platform: Platform, changed: list[date]) -> list[date]:
    """Return the business dates under which a forward build wrote or removed rows of a fact."""
    listed = ", ".join(f"DATE '{day}'" for day in changed)
    written = " ".join(
        f"UNION SELECT DISTINCT ordered_date FROM {fact} WHERE changed_date IN ({listed})"
        for fact in FACTS
        if "changed_date" in platform.warehouse.columns(fact)
    )
    dates = platform.warehouse.read(f"SELECT ordered_date FROM int_dates__touched {written} ORDER BY ordered_date")
    return [day for day in dates["ordered_date"].to_pylist() if day is not None]


def project_of(platform: Platform) -> str:
    """Return what a build belongs to; a moved home is another one, for the staging views name its raw files."""
    return f"{project_hash()} {platform.home} {calendar_version(read_shop(platform.home))}"


@dataclass(frozen=True)
class Plan:
    """When features are computed.

    Attributes:
        scoring: the day after the last one known: every customer is scored at it.
        cutoffs: the training and judging cut-offs, or None where the history leaves no room for them.
        obstacle: why there are none.
        last_complete_day: the last day that has all of its orders; None counts as the day before `scoring`.
    """

    scoring: date
    cutoffs: "Cutoffs | None"
    obstacle: str | None = None
    last_complete_day: date | None = None

    def window_days(self, horizon_days: int) -> int:
        """Return the length of the label window: the horizon, or less of it where a young shop has no more."""
        short = self.cutoffs.short_window_days if self.cutoffs else None
        return short or horizon_days

    def dates(self) -> list[date]:
        """Return every cut-off, sorted."""
        return sorted({*(self.cutoffs.labelled if self.cutoffs else ()), self.scoring})


def plan_features(platform: Platform) -> Plan:
    """Return the cut-offs that the orders in the warehouse allow.

    Raises:
        DbtError: the last build of the warehouse did not end, was one of another dbt project, or failed its tests.
    """
    if platform.warehouse.built_days(project_of(platform)) is None:
        raise DbtError(
            "the warehouse is not whole: its last build did not end, or the dbt project has changed since. "
            "Run `refresh_warehouse` (or `eshop run`) first"
        )
    try:
        # A failed test stops the steps of its own run only; a retraining that starts by itself must not learn from bad
        # rows.
        platform.records.demand([*tables_read_by("features"), "fct_orders"], hash_again=False)
    except QualityError as error:
        raise DbtError(str(error)) from error
    import pandas as pd

    from eshop_dagster.ml.cutoffs import last_complete_day, plan_cutoffs

    daily = platform.warehouse.read(
        "SELECT ordered_date, count(*) AS order_count FROM fct_orders GROUP BY ordered_date ORDER BY ordered_date"
    )
    orders = pd.Series(daily["order_count"].to_pylist(), index=daily["ordered_date"].to_pylist(), dtype="float64")
    scoring, complete = max(platform.raw.day_hashes()) + timedelta(days=1), last_complete_day(orders)
    try:
        cutoffs = plan_cutoffs(
            min(orders.index),
            complete,
            horizon_days=platform.params.cutoffs.horizon_days,
            training_cutoffs=platform.params.cutoffs.training_cutoffs,
            judging_cutoffs=platform.params.cutoffs.judging_cutoffs,
            minimum_history_days=platform.params.cutoffs.minimum_history_days,
            spacing_days=platform.params.cutoffs.spacing_days,
            scoring_date=scoring,
        )
    except ValueError as error:
        return Plan(scoring, None, str(error), complete)
    return Plan(scoring, cutoffs, last_complete_day=complete)


@explains_full_disk
def build_features(
    platform: Platform, plan: Plan, *, on_node: Callable[[NodeResult], None] = lambda node: None
) -> BuildReport:
    """Compute `customer_features` at every cut-off and the labels where the window is over, then test them.

    Raises:
        DbtError: a model failed, or a test found bad rows.
        RawStoreError: a file of raw that would be read is not as it was pulled.
    """
    try:
        platform.records.demand(tables_read_by("features"), hash_again=True)
    except QualityError as error:
        raise DbtError(str(error)) from error
    check_raw(platform, (), _READ_BY_FEATURES)
    dates = plan.dates()
    listed = {"ESHOP_AS_OF_DATES": ",".join(str(day) for day in dates)}
    variables = listed | label_window(plan.window_days(platform.params.cutoffs.horizon_days)) | _sample(platform, plan)
    models = run_dbt(["run", "--select", FEATURES_SELECTION], home=platform.home, variables=variables, on_node=on_node)
    raise_on_failure("run", models)
    tests = run_dbt(
        ["test", "--select", FEATURES_SELECTION, "--exclude-resource-type", "unit_test"],
        home=platform.home,
        on_node=on_node,
    )
    tables = model_names(tag="features")
    platform.records.update(tables, None)
    platform.records.record(checks_by_table(tests, tables))
    return BuildReport("features", tuple(dates), models, tests)


def label_window(window_days: int) -> dict[str, str]:
    """Return what dbt reads of the label's window; there is no other place in SQL that says its length."""
    return {"ESHOP_WINDOW_DAYS": str(window_days)}


def _sample(platform: Platform, plan: Plan) -> dict[str, str]:
    """Return which cut-offs show a sample of the customers, and the key that ends it; nothing for a small shop.

    Keys are random pseudonyms, so that the lowest of them are a random sample, and the same customers every week.
    """
    size = platform.params.cutoffs.sample_customers
    following = platform.warehouse.read(
        "SELECT customer_key FROM dim_customers ORDER BY customer_key LIMIT 1 OFFSET $size", {"size": size}
    )
    sampled = [day for day in plan.dates() if day != plan.scoring]
    if following.num_rows == 0 or not sampled:
        return {}
    return {
        "ESHOP_SAMPLED_DATES": ",".join(str(day) for day in sampled),
        "ESHOP_SAMPLE_KEYS_BELOW": str(following["customer_key"][0]),
    }
