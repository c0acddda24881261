"""Group `publishing`: what readers see."""

import dagster as dg

from eshop_dagster.adapters.full_disk import DiskFull
from eshop_dagster.defs.training import revenue_model, segmentation_model, spend_model
from eshop_dagster.stages.build import plan_features
from eshop_dagster.stages.forecast import write_forecast
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import tell
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.score import score_customers
from eshop_dagster.stages.score_columns import DESCRIPTIONS, SCHEMAS
from eshop_dagster.stages.snapshot import read_snapshot

SEGMENTS_FIT = "segments_fit"

_SEGMENTS_FIT_MEANS = (
    "Whether the champion's segments fit the customers of the day: none is empty, few customers are outliers, and the "
    "figures are those of the customers counted. Where they do not, nobody has a segment until a retraining helps."
)


def _columns(table: str) -> dict[str, dg.TableSchema]:
    """Return a table's columns as the UI shows them."""
    columns = [dg.TableColumn(field.name, str(field.type), DESCRIPTIONS[table][field.name]) for field in SCHEMAS[table]]
    return {"dagster/column_schema": dg.TableSchema(columns)}


@dg.asset(
    group_name="publishing",
    deps=["customer_features", segmentation_model, spend_model],
    kinds={"parquet"},
    owners=["team:data-science"],
    metadata=_columns("customer_scores"),
    check_specs=[dg.AssetCheckSpec(SEGMENTS_FIT, asset="customer_scores", description=_SEGMENTS_FIT_MEANS)],
)
def customer_scores(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Expected spend and segment by the champions: one row per customer who has ordered."""
    scores = score_customers(platform, plan_features(platform).scoring)
    tell("score", 1, 1)
    return dg.MaterializeResult(
        metadata={
            "rows": scores.rows,
            "as_of_date": str(scores.as_of_date),
            **{f"{model}_version": version for model, version in scores.versions.items()},
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=SEGMENTS_FIT,
                passed=not scores.withheld,
                metadata={"reason": "; ".join(scores.withheld) or "the champion fits these customers"},
            )
        ],
    )


@dg.asset(
    group_name="publishing",
    deps=[revenue_model],
    kinds={"parquet"},
    owners=["team:data-science"],
    metadata=_columns("revenue_forecast"),
)
def revenue_forecast(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
    """Revenue and average ticket by the champion: one row per day ahead and state; the whole shop's has its country."""
    champion, rows = write_forecast(platform, read_snapshot(platform))
    return dg.MaterializeResult(metadata={"rows": rows, "revenue_version": champion.version.version if champion else 0})


@dg.asset(
    group_name="publishing", deps=[customer_scores, revenue_forecast, *MARTS], kinds={"parquet"}, owners=["team:data"]
)
def release(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
    """The published release: marts, segments and scores as Parquet, swapped in at once for every reader."""
    try:
        released = publish(platform)
    except DiskFull as error:
        raise dg.Failure(str(error)) from error
    tell("publish", 1, 1)
    return dg.MaterializeResult(
        metadata={
            "release": released.name,
            "is_new": released.is_new,
            "folder": dg.MetadataValue.path(str(released.folder)),
            **{f"rows_{table}": rows for table, rows in released.rows.items()},
        }
    )
