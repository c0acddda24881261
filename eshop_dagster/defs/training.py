"""Group `training` and a group for each kind of model: from the snapshot to the champions."""

import dagster as dg

from eshop_dagster.defs.evidence import GATE, MODEL_CHECKS, asked_by, gate_result, metadata_of
from eshop_dagster.stages.build import plan_features
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import prepare_snapshot
from eshop_dagster.stages.progress import tell
from eshop_dagster.stages.register import retrain, store_snapshot
from eshop_dagster.stages.snapshot import read_snapshot

STORE_RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""MLflow or the DVC remote may be away for a while."""


class RetrainConfig(dg.Config):
    """How to retrain; `force` trains and registers again although nothing changed."""

    force: bool = False


@dg.asset(
    group_name="training",
    deps=["customer_features", "customer_spend_labels", "fct_orders", "dim_dates"],
    kinds={"parquet", "dvc"},
    owners=["team:data-science"],
    retry_policy=STORE_RETRIES,
)
def training_snapshot(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
    """What models learn from, stored by DVC: features and labels by customer and cut-off, sales by day and state."""
    snapshot = prepare_snapshot(platform, plan_features(platform))
    dvc_hash = store_snapshot(platform, snapshot)
    tell("snapshot", 1, 1)
    told = snapshot.description
    return dg.MaterializeResult(
        metadata={
            "dvc_hash": dvc_hash,
            "training_cutoffs": ", ".join(told["training_cutoffs"]) or "none",
            "judging_cutoffs": ", ".join(told["judging_cutoffs"]) or "none",
            "last_complete_day": told["last_complete_day"],
            "reason": snapshot.obstacle or "there is room for judging",
            **{f"{name}_rows": rows for name, rows in told["rows"].items()},
        },
        data_version=dg.DataVersion(dvc_hash),
    )


def _model(kind: Kind) -> dg.AssetsDefinition:
    """Return the asset of a kind: it trains a version, which the gate lets serve or keeps out."""
    name = f"{kind.name}_model"

    @dg.asset(
        name=name,
        group_name=kind.name,
        deps=[training_snapshot],
        description=kind.description,
        kinds={*kind.libraries, "mlflow"},
        owners=["team:data-science"],
        retry_policy=STORE_RETRIES,
        check_specs=[dg.AssetCheckSpec(GATE, asset=name, description=MODEL_CHECKS[GATE])],
    )
    def model(
        context: dg.AssetExecutionContext, config: RetrainConfig, platform: dg.ResourceParam[Platform]
    ) -> dg.MaterializeResult:
        return _retrain(context, platform, kind.name, force=config.force)

    return model


def _retrain(context: dg.AssetExecutionContext, platform: Platform, model: str, *, force: bool) -> dg.MaterializeResult:
    tell(f"train {model}", 0, 1)
    snapshot = read_snapshot(platform)
    dvc_hash = platform.snapshots.add(snapshot.folder)
    done = retrain(platform, model, snapshot, dvc_hash, asked_by=asked_by(context.run), force=force)
    context.log.info(f"{model}: {done.decision.reason}")
    tell(f"train {model}", 1, 1)
    return dg.MaterializeResult(
        metadata=metadata_of(platform, done, dvc_hash), check_results=[gate_result(f"{model}_model", done.decision)]
    )


MODELS = {name: _model(KINDS[name]) for name in load_params().models}
"""The asset of each kind that `params.yaml` lists."""
