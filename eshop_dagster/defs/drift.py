"""Group `monitoring`: has the shop left what the champion learned from?"""

from collections.abc import Sequence

import dagster as dg

from eshop_dagster.defs.quality import sparkline
from eshop_dagster.ml.drift_alarm import DriftParams, drifted_features
from eshop_dagster.stages.drift import DriftDay, measure_drift, read_drift
from eshop_dagster.stages.platform import Platform

SHOWN_DAYS = 28


@dg.asset(
    group_name="monitoring",
    deps=["int_orders__versions"],
    kinds={"duckdb", "json"},
    owners=["team:data-science"],
)
def drift(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
    """How far recent buyers are from those the champion learned from, and how wrong its past predictions were."""
    measured = measure_drift(platform)
    shown = read_drift(platform.home)[-SHOWN_DAYS:]
    params = DriftParams.from_mapping(platform.params.drift)
    outcome, metadata = measured.realised, {}
    if outcome is not None:
        metadata = {
            "realised_as_of_date": dg.MetadataValue.text(str(outcome.as_of_date)),
            "realised_rmse_brl": dg.MetadataValue.float(outcome.rmse_brl),
            "holdout_rmse_brl": dg.MetadataValue.float(outcome.holdout_rmse_brl or float("nan")),
            "realised_over_expected": dg.MetadataValue.float(outcome.calibration or float("nan")),
        }
    return dg.MaterializeResult(
        metadata={
            "asks_for_retraining": dg.MetadataValue.bool(measured.has_fired),
            "reason": dg.MetadataValue.text(measured.reason),
            "day": dg.MetadataValue.text(str(measured.measurement.day)),
            "customers": dg.MetadataValue.int(measured.customers),
            "champion_version": dg.MetadataValue.int(measured.champion or 0),
            **metadata,
            "features": dg.MetadataValue.md(features_table(measured, params)),
            f"last_{SHOWN_DAYS}_days": dg.MetadataValue.md(days_table(shown, params)),
        }
    )


def features_table(measured: DriftDay, params: DriftParams) -> str:
    """Return the distances of one day as a Markdown table, the farthest first."""
    one = measured.measurement
    drifted = drifted_features(one, params)
    lines = [
        f"| {name} | {one.psi[name]:.3f} | {one.wasserstein[name]:.3f} | {'**drifted**' if name in drifted else ''} |"
        for name in sorted(one.psi, key=lambda name: (-one.psi[name], name))
    ]
    limits = f"| limit | {params.largest_psi:g} | {params.largest_shift:g} | |"
    return "\n".join(["| feature | PSI | Wasserstein | |", "| --- | --- | --- | --- |", *lines, limits])


def days_table(days: Sequence[DriftDay], params: DriftParams) -> str:
    """Return the last days as a sparkline of each day's largest PSI, and as a Markdown table, the newest first."""
    largest = [max(one.measurement.psi.values(), default=0.0) for one in days]
    lines = [
        f"| {one.measurement.day} | {value:.3f} | {', '.join(drifted_features(one.measurement, params)) or '–'} | "
        f"{'–' if one.measurement.error_ratio is None else f'{one.measurement.error_ratio:.2f}'} | "
        f"{'**asks**' if one.has_fired else ''} |"
        for one, value in reversed([*zip(days, largest, strict=True)])
    ]
    head = ["| day | largest PSI | drifted | error ratio | |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"`{sparkline(largest)}`", "", *head, *lines])
