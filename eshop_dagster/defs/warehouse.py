"""Groups `staging`, `intermediate`, `marts` and `features`: the dbt models, with their tests as asset checks."""

import json
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from eshop_dagster.adapters.dbt import DbtError, NodeResult, ensure_manifest, manifest_nodes
from eshop_dagster.adapters.full_disk import DiskFull
from eshop_dagster.adapters.table_records import HeldResult
from eshop_dagster.stages.build import FEATURES_SELECTION, BuildReport, build_features, build_warehouse, plan_features
from eshop_dagster.stages.model_params import check_models
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import Counter

MANIFEST = json.loads(ensure_manifest().read_text())
Results = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]


class Translator(DagsterDbtTranslator):
    """Names every model's kind and owner as a person would want to see them."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """Return the model's spec; staging also reads the reports that came in through the inbox."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.merge_attributes(deps=["inbox_reports"]) if "/staging/" in spec_path(manifest, unique_id) else spec

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """Return the check for a dbt test, with the test's own description."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=manifest["nodes"][unique_id]["description"])

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the kinds shown on the asset; dbt's own tags serve selection only."""
        return {"dagster/kind/dbt": "", "dagster/kind/duckdb": ""}

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's description, without its SQL."""
        return str(dbt_resource_props.get("description") or "")


def spec_path(manifest: Mapping[str, Any], unique_id: str) -> str:
    """Return the path of a node's file inside the dbt project; a source has none that counts."""
    return str(manifest.get("nodes", {}).get(unique_id, {}).get("original_file_path", ""))


class BuildConfig(dg.Config):
    """How to build; `full_refresh` writes every table again."""

    full_refresh: bool = False


@dbt_assets(manifest=MANIFEST, exclude=FEATURES_SELECTION, name="warehouse", dagster_dbt_translator=Translator())
def warehouse(context: dg.AssetExecutionContext, config: BuildConfig, platform: dg.ResourceParam[Platform]) -> Results:
    """Every table, brought up to date with the days whose raw data changed."""
    nodes = Counter("build", _count_nodes(is_feature=False))
    report = _build(
        lambda: build_warehouse(platform, full_refresh=config.full_refresh, on_node=lambda node: nodes.advance())
    )
    context.log.info(f"{report.mode}: {len(report.days)} changed days")
    yield from _results(context, warehouse, report)


@dbt_assets(manifest=MANIFEST, select=FEATURES_SELECTION, name="features", dagster_dbt_translator=Translator())
def features(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> Results:
    """Every customer's features at the training, holdout and scoring cut-offs."""
    check_models(platform.params)
    nodes = Counter("features", _count_nodes(is_feature=True))
    report = _build(lambda: build_features(platform, plan_features(platform), on_node=lambda node: nodes.advance()))
    context.log.info(f"features at {', '.join(str(day) for day in report.days)}")
    yield from _results(context, features, report)


def _build(call: Any) -> BuildReport:
    try:
        report: BuildReport = call()
    except (DbtError, DiskFull) as error:
        raise dg.Failure(str(error)) from error
    return report


def _results(context: dg.AssetExecutionContext, definition: dg.AssetsDefinition, report: BuildReport) -> Results:
    """Yield what became of each selected model and test; raise when a test with severity `error` failed.

    Where nothing had changed, no test ran: its result of before still holds, and says since when.
    """
    models = {result.unique_id: result for result in report.models}
    for key, unique_id in _models_by_key(definition).items():
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata=_model_metadata(report, models.get(unique_id)))
    tests: dict[str, NodeResult | HeldResult] = {result.test: result for result in report.held}
    tests |= {result.unique_id: result for result in report.tests}
    selected = {spec.key: spec for spec in definition.check_specs if spec.key in context.selected_asset_check_keys}
    for check_key, spec in selected.items():
        result = tests.get(spec.metadata["dagster_dbt/unique_id"])
        if result is not None:
            yield _held(check_key, result) if isinstance(result, HeldResult) else _check(check_key, result)
    failed = [result for result in report.tests if not result.is_ok]
    if failed:
        lines = "\n".join(f"- {result.unique_id}: {result.message}" for result in failed)
        raise dg.Failure(
            f"{len(failed)} dbt tests found bad rows; what was published stays as it was:\n{lines}", allow_retries=False
        )


def _check(key: dg.AssetCheckKey, result: NodeResult) -> dg.AssetCheckResult:
    told = {"seconds": round(result.seconds, 3), "message": result.message or "ok"}
    return _check_result(key, result.status, {"bad_rows": result.failures or 0, **told})


def _held(key: dg.AssetCheckKey, result: HeldResult) -> dg.AssetCheckResult:
    since = f"{result.tested_at:%Y-%m-%d %H:%M} UTC"
    told = {"message": result.message, "holds_since": f"{since}: nothing that it looks at has changed since"}
    return _check_result(key, result.status, {"bad_rows": result.bad_rows, **told})


def _check_result(key: dg.AssetCheckKey, status: str, metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=status == "pass",
        severity=dg.AssetCheckSeverity.WARN if status == "warn" else dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
    )


def _model_metadata(report: BuildReport, result: NodeResult | None) -> dict[str, Any]:
    days = f"{len(report.days)} days from {report.days[0]} to {report.days[-1]}" if report.days else "no day changed"
    return {"mode": report.mode, "changed_days": days, "seconds": round(result.seconds, 3) if result else 0.0}


def _models_by_key(definition: dg.AssetsDefinition) -> dict[dg.AssetKey, str]:
    """Return dbt's name of each asset, parents first: Dagster takes results in no other order."""
    specs = {spec.key: spec for spec in definition.specs}
    parents = {key: {dep.asset_key for dep in spec.deps} & specs.keys() for key, spec in specs.items()}
    return {key: specs[key].metadata["dagster_dbt/unique_id"] for key in TopologicalSorter(parents).static_order()}


def _count_nodes(*, is_feature: bool) -> int:
    wanted = {node for node, props in manifest_nodes().items() if props["resource_type"] == "model"}
    features_models = {node for node in wanted if "features" in MANIFEST["nodes"][node]["tags"]}
    models = features_models if is_feature else wanted - features_models
    tests = [
        props
        for props in MANIFEST["nodes"].values()
        if props["resource_type"] == "test" and bool(set(props["depends_on"]["nodes"]) & features_models) == is_feature
    ]
    return len(models) + len(tests)
