"""Group `publishing`: what readers see."""

import dagster as dg

from eshop_dagster.adapters.full_disk import DiskFull
from eshop_dagster.defs.training import MODELS
from eshop_dagster.stages.build import plan_features
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import tell
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.published import Table
from eshop_dagster.stages.score import score_customers, score_shop
from eshop_dagster.stages.score_tables import CUSTOMER_SCORES, scoring_order
from eshop_dagster.stages.snapshot import read_snapshot

_CUSTOMERS = scoring_order()
_FITS = {name: kind.fit for name, kind in _CUSTOMERS.items() if kind.fit}


def _columns(table: Table) -> dict[str, dg.TableSchema]:
    """Return a table's columns as the UI shows them."""
    columns = [dg.TableColumn(column.name, str(column.type), column.description) for column in table.columns]
    return {"dagster/column_schema": dg.TableSchema(columns)}


@dg.asset(
    group_name="publishing",
    deps=["customer_features", *(MODELS[name] for name in _CUSTOMERS if name in MODELS)],
    description=CUSTOMER_SCORES.description,
    kinds={"parquet"},
    owners=["team:data-science"],
    metadata=_columns(CUSTOMER_SCORES),
    check_specs=[
        dg.AssetCheckSpec(fit.check, asset="customer_scores", description=fit.description) for fit in _FITS.values()
    ],
)
def customer_scores(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Return the scores by the champions."""
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
                check_name=fit.check,
                passed=name not in scores.withheld,
                metadata={"reason": "; ".join(scores.withheld.get(name, ())) or "the champion fits these customers"},
            )
            for name, fit in _FITS.items()
        ],
    )


def _own_tables(name: str, tables: tuple[Table, ...]) -> dg.AssetsDefinition:
    """Return the asset that writes the tables of a kind whose rows are no customers; the first names it."""

    @dg.asset(
        name=tables[0].name,
        group_name="publishing",
        deps=[MODELS[name]],
        description=tables[0].description,
        kinds={"parquet"},
        owners=["team:data-science"],
        metadata=_columns(tables[0]),
    )
    def own_tables(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
        champion, rows = score_shop(platform, name, read_snapshot(platform))
        return dg.MaterializeResult(
            metadata={
                "rows": rows[tables[0].name],
                f"{name}_version": champion.version.version if champion else 0,
                **{f"rows_{table.name}": rows[table.name] for table in tables[1:]},
            }
        )

    return own_tables


SCORES = [
    customer_scores,
    *(_own_tables(name, own.tables) for name in MODELS if (own := KINDS[name].own_tables) is not None),
]
"""What the champions say, of customers and of the shop."""


@dg.asset(group_name="publishing", deps=[*SCORES, *MARTS], kinds={"parquet"}, owners=["team:data"])
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
