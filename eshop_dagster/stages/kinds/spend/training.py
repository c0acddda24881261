"""How the spend model is trained, compared and asked."""

from typing import TYPE_CHECKING, Any

from eshop_dagster.ml.evidence import Comparison, GateRules
from eshop_dagster.stages.feature_profile import with_profile
from eshop_dagster.stages.kind import parameters_report, seed_of, without_seed
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.spend import SpendParams, SpendResult
    from eshop_dagster.ml.spend.result import Served


def predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    """Return what the model expects at the day of scoring and at the holdout."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES, feature_matrix

    rows = (feature_matrix(frame, FEATURES) for frame in (snapshot.scoring(), snapshot.holdout()))
    said = [pd.DataFrame({"expected_brl": model.predict(matrix)}) for matrix in rows]
    return pd.concat(said, ignore_index=True)


def compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    """Hold the walk-forward predictions against the champion's and the best baseline's, on the very same rows."""
    from eshop_dagster.ml.slices import REGIONS
    from eshop_dagster.ml.spend import compare_spend

    result, mine = trained.judged
    seed, rules = seed_of(params.of("spend")), GateRules.from_mapping(params.gate)
    return compare_spend(
        result.walk,
        mine,
        result.rival,
        champion,
        seed=seed,
        slice_rows=rules.slice_rows,
        regions=REGIONS if snapshot.shop.is_brazilian else None,
    )


def train(snapshot: Snapshot, params: Params, champion: Any | None) -> Trained:
    """Return the weighted mean and, as its stand-in, the best baseline; the champion changes neither."""
    from eshop_dagster.ml.plots import candidates_figure
    from eshop_dagster.ml.spend import fit_spend

    seed, chosen = seed_of(params.of("spend")), spend_params(params)
    learned, judging = labelled_rows_of(snapshot, seed, chosen.fit_rows)
    result = fit_spend(learned, judging, snapshot.scoring(), chosen, seed, snapshot.label_days)
    if result.mean is None:
        reports = {"parameters": parameters_report(chosen, seed)}
        return Trained("spend", "none", None, {}, {}, reason=result.reason, reports=reports)
    trained = _trained(result, result.mean, chosen, seed)
    trained.tables |= {"candidates": result.candidates, "intervals": result.intervals, "parts": result.parts}
    trained.figures["candidates"] = candidates_figure(result.candidates, intervals=result.intervals)
    trained.reason = result.reason
    if result.stand_in is not None:
        stand_in = _trained(result, result.stand_in, chosen, seed)
        stand_in.is_stand_in = True
        trained.stand_in = with_profile(stand_in, snapshot)
    return with_profile(trained, snapshot)


def _trained(result: "SpendResult", served: "Served", chosen: "SpendParams", seed: int) -> Trained:
    from eshop_dagster.ml.plots import chances_figure, coverage_figure, deciles_figure, residuals_figure
    from eshop_dagster.ml.spend import spend_deciles

    outlook = {"coverage": served.coverage, "chances": served.chances} if len(served.chances) else {}
    drawn = {"coverage": coverage_figure(served.holdout), "chances": chances_figure(served.chances)} if outlook else {}
    return Trained(
        model="spend",
        candidate=served.name,
        pipeline=served.pipeline,
        metrics=served.metrics,
        baseline_metrics=result.rival_metrics,
        reason=" ".join([f"{served.name} is the best baseline that ranks customers.", *result.notes]),
        feature_names=result.feature_names,
        tables={**outlook, "deciles": spend_deciles(served.holdout)},
        reports={"parameters": parameters_report(chosen, seed), "weights": served.pipeline.weights_by_name()},
        figures={
            "deciles": deciles_figure(served.holdout),
            "residuals": residuals_figure(served.holdout),
            **drawn,
        },
        judged=(result, served.predicted),
    )


def labelled_rows_of(snapshot: Snapshot, seed: int, fit_rows: int) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return the rows of all labelled and of the judged cut-offs, as `fit_spend` takes them."""
    return _drawn_rows_of(snapshot, seed, fit_rows), snapshot.judging()


def spend_params(params: Params) -> "SpendParams":
    """Return the spend model's parameters of `params.yaml`."""
    from eshop_dagster.ml.spend import SpendParams

    return SpendParams.from_mapping({"horizon_days": params.cutoffs.horizon_days, **without_seed(params.of("spend"))})


def _drawn_rows_of(snapshot: Snapshot, seed: int, fit_rows: int) -> "pd.DataFrame":
    """Return the rows that `fit_spend` would draw of the snapshot, with no more than one cut-off in memory at once."""
    import pandas as pd

    from eshop_dagster.ml.spend import drawn_training_rows

    days = sorted({*snapshot.days("training"), *snapshot.days("judging")})
    return pd.concat([drawn_training_rows(snapshot.at(day), seed, fit_rows) for day in days], ignore_index=True)
