"""Build: the warehouse's tables from raw, with dbt. Only what the changed days touch is written anew."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from eshop_dagster.adapters.dbt import DbtError, NodeResult, project_hash, raise_on_failure, run_dbt
from eshop_dagster.ml.cutoffs import Cutoffs, last_complete_day, plan_cutoffs
from eshop_dagster.stages.platform import Platform

MARTS = ("dim_customers", "dim_products", "fct_orders", "fct_order_items", "fct_payments", "agg_daily_sales")
FEATURES_SELECTION = "tag:features"

# Above this share of all days an incremental build costs more than building all anew.
_FULL_REFRESH_SHARE = 0.5


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes:
        mode: `full refresh`, `incremental` or `nothing to do`.
        days: the days whose raw data had changed.
        models: each model's result.
        tests: each test's result; a failed one has stopped the run unless it only warns.
    """

    mode: str
    days: tuple[date, ...] = ()
    models: list[NodeResult] = field(default_factory=list)
    tests: list[NodeResult] = field(default_factory=list)


def build_warehouse(
    platform: Platform, *, full_refresh: bool = False, on_node: Callable[[NodeResult], None] = lambda node: None
) -> BuildReport:
    """Bring every table up to date with raw, then test them.

    The warehouse remembers which content of each day it was built from. A build takes up all days that differ,
    whoever pulled
    them and when; the first one, one after a build that did not end, and one with another dbt project builds all anew.

    Raises:
        DbtError: a model failed (the next build starts over), or a test found bad rows.
    """
    # The staging views name the home's raw files: a home that was moved or copied is another project.
    project, raw_days = f"{project_hash()} {platform.home}", platform.raw.day_hashes()
    if not raw_days:
        raise DbtError("there is no raw data to build from: pull some days first (`eshop run`)")
    built = None if full_refresh else platform.warehouse.built_days(project)
    changed = sorted(day for day in {*raw_days, *(built or {})} if raw_days.get(day) != (built or {}).get(day))
    is_full = built is None or len(changed) > _FULL_REFRESH_SHARE * len(raw_days)
    if not changed and not is_full:
        return BuildReport("nothing to do")
    platform.warehouse.mark_building(project)
    variables = {"ESHOP_CHANGED_DAYS": ",".join(str(day) for day in changed)}
    models = run_dbt(
        ["run", "--exclude", FEATURES_SELECTION, *(["--full-refresh"] if is_full else [])],
        home=platform.home,
        variables=variables,
        on_node=on_node,
    )
    raise_on_failure("run", models)
    platform.warehouse.mark_built(project, raw_days)
    tests = run_dbt(
        ["test", "--exclude", FEATURES_SELECTION, "--exclude-resource-type", "unit_test"],
        home=platform.home,
        # Tests of staging look at the changed days only, or they would read the whole change log every day.
        variables={} if is_full else variables,
        on_node=on_node,
    )
    return BuildReport("full refresh" if is_full else "incremental", tuple(changed), models, tests)


def find_cutoffs(platform: Platform) -> Cutoffs:
    """Return the cut-offs that the orders in the warehouse allow.

    Raises:
        ValueError: the history is too short for one training and one holdout window.
    """
    daily = platform.warehouse.read(
        "SELECT ordered_date, count(*) AS order_count FROM fct_orders GROUP BY ordered_date ORDER BY ordered_date"
    ).to_pandas()
    orders = daily.set_index("ordered_date")["order_count"]
    last_known = max(platform.raw.day_hashes())
    params = platform.params.cutoffs
    return plan_cutoffs(
        orders.index[0] if isinstance(orders.index[0], date) else orders.index[0].date(),
        last_complete_day(orders),
        horizon_days=params.horizon_days,
        training_cutoffs=params.training_cutoffs,
        minimum_history_days=params.minimum_history_days,
        spacing_days=params.spacing_days,
        scoring_date=last_known + timedelta(days=1),
    )


def build_features(
    platform: Platform, cutoffs: Cutoffs, *, on_node: Callable[[NodeResult], None] = lambda node: None
) -> BuildReport:
    """Compute `customer_features` at every cut-off and the labels where the horizon has passed, then test them.

    Raises:
        DbtError: a model failed, or a test found bad rows.
    """
    dates = sorted({*cutoffs.training, cutoffs.holdout, cutoffs.scoring})
    variables = {"ESHOP_AS_OF_DATES": ",".join(str(day) for day in dates)}
    models = run_dbt(["run", "--select", FEATURES_SELECTION], home=platform.home, variables=variables, on_node=on_node)
    raise_on_failure("run", models)
    tests = run_dbt(
        ["test", "--select", FEATURES_SELECTION, "--exclude-resource-type", "unit_test"],
        home=platform.home,
        on_node=on_node,
    )
    return BuildReport("features", tuple(dates), models, tests)
