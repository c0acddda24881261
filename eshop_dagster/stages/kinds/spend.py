"""The spend model as a kind."""

from typing import TYPE_CHECKING, Any

from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.stages.kinds.customers import with_profile
from eshop_dagster.stages.kinds.kind import Comparison, Kind, parameters_report, seed_of, without_seed
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.spend import SpendResult

_METRIC = "rmse_brl"


def _predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES, feature_matrix

    rows = snapshot.holdout()
    return pd.DataFrame({"expected_spend_brl": model.predict(feature_matrix(rows, FEATURES))})


def _compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    from eshop_dagster.ml.bootstrap import paired_bootstrap
    from eshop_dagster.ml.features import LABEL
    from eshop_dagster.ml.metrics import rmse
    from eshop_dagster.ml.slices import spend_slices
    from eshop_dagster.ml.spend import past_rate_brl

    rules, seed = GateRules.from_mapping(params.gate), seed_of(params.spend)
    rows = snapshot.holdout()
    actual = rows[LABEL].to_numpy(dtype="float64")
    challenger = _predict(trained.pipeline, snapshot)["expected_spend_brl"].to_numpy()
    if champion is None:
        reference = past_rate_brl(rows, horizon_days=params.cutoffs.horizon_days)
    else:
        reference = _predict(champion, snapshot)["expected_spend_brl"].to_numpy()
    slices = spend_slices(rows, actual, challenger, reference, seed=seed, least_rows=rules.slice_rows)
    if champion is None:
        return Comparison(slices=slices)
    difference = paired_bootstrap(actual, challenger, reference, _METRIC, seed)
    return Comparison(rmse(actual, reference), difference, slices=slices)


def _train(snapshot: Snapshot, params: Params, champion: Any | None) -> Trained:
    from eshop_dagster.ml.plots import (
        candidates_figure,
        coverage_figure,
        deciles_figure,
        residuals_figure,
    )
    from eshop_dagster.ml.spend import SpendParams, fit_spend, spend_deciles

    seed = seed_of(params.spend)
    chosen = SpendParams.from_mapping({"horizon_days": params.cutoffs.horizon_days, **without_seed(params.spend)})
    result = fit_spend(drawn_training_rows_of(snapshot, seed), snapshot.holdout(), chosen, seed)
    trained = Trained(
        model="spend",
        candidate=result.candidate,
        pipeline=result.pipeline,
        metrics=result.metrics,
        baseline_metrics=_best_baseline(result),
        beats_baseline=result.beats_baseline,
        reason=result.reason,
        feature_names=result.feature_names,
        tables={"candidates": result.candidates},
        reports={"parameters": parameters_report(chosen, seed)},
    )
    if result.pipeline is not None:
        trained.tables |= {"intervals": result.intervals, "coverage": result.coverage}
        trained.tables["deciles"] = spend_deciles(result.holdout)
        trained.figures = {
            "deciles": deciles_figure(result.holdout),
            "residuals": residuals_figure(result.holdout),
            "candidates": candidates_figure(result.candidates, intervals=result.intervals),
            "coverage": coverage_figure(result.holdout),
        }
    if len(result.validation):
        trained.tables["validation"] = result.validation
        trained.trials = result.trials
        trained.figures["validation"] = candidates_figure(result.validation)
    return with_profile(trained, snapshot)


def _best_baseline(result: "SpendResult") -> dict[str, float]:
    """Return the metrics of the baseline that comes closest on the holdout: the gate asks to beat that one."""
    rows = [row for row in result.candidates.to_dict("records") if row["is_baseline"]]
    best = min(rows, key=lambda row: float(row[_METRIC]), default=result.baseline_metrics)
    return {name: float(best[name]) for name in result.baseline_metrics}


def drawn_training_rows_of(snapshot: Snapshot, seed: int) -> "pd.DataFrame":
    """Return the rows that `fit_spend` would draw of the snapshot, with no more than one cut-off in memory at once."""
    import pandas as pd

    from eshop_dagster.ml.spend import drawn_training_rows

    drawn = (drawn_training_rows(snapshot.at(day), seed) for day in snapshot.days("training"))
    return pd.concat(drawn, ignore_index=True)


SPEND = Kind(
    name="spend",
    question="How much will this customer spend in the next 90 days? Expected net BRL per customer.",
    metric=_METRIC,
    is_lower_better=True,
    tables=("customer_features", "customer_spend_labels"),
    needs_cutoffs=True,
    has_features=True,
    has_segments=False,
    model_class="SpendModel",
    train=_train,
    compare=_compare,
    predict=_predict,
)
