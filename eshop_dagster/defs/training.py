"""Groups `training`, `segmentation` and `spend`: from the snapshot to the champions."""

import dagster as dg

from eshop_dagster.stages.build import plan_features
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import tell
from eshop_dagster.stages.register import Registered, note_obstacle, retrain, store_snapshot
from eshop_dagster.stages.snapshot import read_snapshot, write_snapshot

STORE_RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""MLflow or the DVC remote may be away for a while."""


class RetrainConfig(dg.Config):
    """How to retrain; `force` trains and registers again although nothing changed."""

    force: bool = False


@dg.asset(
    group_name="training",
    deps=["customer_features", "customer_spend_labels"],
    kinds={"parquet", "dvc"},
    owners=["team:data-science"],
    retry_policy=STORE_RETRIES,
)
def training_snapshot(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
    """Features and labels at the training and holdout cut-offs, stored by DVC: one row per customer and cut-off."""
    plan = plan_features(platform)
    if plan.cutoffs is None:
        tell("snapshot", 1, 1)
        return dg.MaterializeResult(metadata={"rows": 0, "reason": plan.obstacle})
    snapshot = write_snapshot(platform, plan)
    dvc_hash = store_snapshot(platform, snapshot)
    tell("snapshot", 1, 1)
    return dg.MaterializeResult(
        metadata={
            "dvc_hash": dvc_hash,
            "training_cutoffs": ", ".join(snapshot.description["training_cutoffs"]),
            "holdout_cutoff": snapshot.description["holdout_cutoff"],
            "training_rows": snapshot.description["rows"]["train"],
            "holdout_rows": snapshot.description["rows"]["holdout"],
        },
        data_version=dg.DataVersion(dvc_hash),
    )


@dg.asset(
    group_name="segmentation",
    deps=[training_snapshot],
    kinds={"scikitlearn", "mlflow"},
    owners=["team:data-science"],
    retry_policy=STORE_RETRIES,
)
def segmentation_model(
    context: dg.AssetExecutionContext, config: RetrainConfig, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """K-means over each customer's behaviour: what kind of customer is this?"""
    return _retrain(context, platform, "segmentation", force=config.force)


@dg.asset(
    group_name="spend",
    deps=[training_snapshot],
    kinds={"scikitlearn", "xgboost", "mlflow"},
    owners=["team:data-science"],
    retry_policy=STORE_RETRIES,
)
def spend_model(
    context: dg.AssetExecutionContext, config: RetrainConfig, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Regression on each customer's behaviour: how much will this customer spend in the next 90 days?"""
    return _retrain(context, platform, "spend", force=config.force)


def _retrain(
    context: dg.AssetExecutionContext, platform: Platform, model: str, *, force: bool
) -> dg.MaterializeResult[None]:
    tell(f"train {model}", 0, 1)
    obstacle = plan_features(platform).obstacle
    if obstacle:
        decision = note_obstacle(platform, model, obstacle)
        tell(f"train {model}", 1, 1)
        return dg.MaterializeResult(metadata={"is_promoted": False, "reason": decision.reason})
    snapshot = read_snapshot(platform)
    dvc_hash = platform.snapshots.add(snapshot.folder)
    done = retrain(platform, model, snapshot, dvc_hash, run_tags={"dagster_run": context.run_id}, force=force)
    context.log.info(f"{model}: {done.decision.reason}")
    tell(f"train {model}", 1, 1)
    return dg.MaterializeResult(metadata=_metadata(platform, done, dvc_hash))


def _metadata(platform: Platform, done: Registered, dvc_hash: str) -> dict[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "is_promoted": dg.MetadataValue.bool(done.decision.is_promoted),
        "reason": dg.MetadataValue.text(done.decision.reason),
        "is_new_version": dg.MetadataValue.bool(done.is_new),
        "dvc_hash": dg.MetadataValue.text(dvc_hash),
    }
    if done.version is not None:
        metadata["version"] = dg.MetadataValue.int(done.version.version)
        metadata["mlflow_run"] = dg.MetadataValue.url(mlflow_run_url(platform, done.version.run_id))
    if done.trained is not None:
        metadata |= {name: dg.MetadataValue.float(value) for name, value in done.trained.all_metrics().items()}
        metadata |= {f"plot_{name}": _plot(figure) for name, figure in done.trained.figures.items()}
    return metadata


def mlflow_run_url(platform: Platform, run_id: str) -> str:
    """Return the run's page in the MLflow UI, as `eshop up` serves it."""
    experiment = platform.registry.experiment_of(run_id)
    return f"{platform.settings.mlflow_ui_url}/#/experiments/{experiment}/runs/{run_id}"


def _plot(figure: object) -> dg.MetadataValue:
    """Return a figure as a picture inside Markdown, which the asset's page shows in place."""
    import base64
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=60)  # type: ignore[attr-defined]
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})")
