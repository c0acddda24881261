"""The spend model as a kind."""

from typing import TYPE_CHECKING, Any

from eshop_dagster.ml.evidence import Comparison, GateRules
from eshop_dagster.shop import Shop
from eshop_dagster.stages.feature_profile import with_profile
from eshop_dagster.stages.kind import Kind, parameters_report, seed_of, without_seed
from eshop_dagster.stages.measures import Measure, Words
from eshop_dagster.stages.model_card import Card, features_card
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.spend import SpendParams, SpendResult
    from eshop_dagster.ml.spend.result import Served

_MEASURES = (
    Measure(
        "rmse_brl",
        Words("RMSE ({currency})", "RMSE ({currency})"),
        "lower",
        Words(
            "raiz do erro quadrático médio do gasto previsto por cliente",
            "root mean squared error of the spend predicted by customer",
        ),
    ),
    Measure(
        "mae_brl",
        Words("Erro absoluto médio ({currency})", "Mean absolute error ({currency})"),
        "lower",
        Words("distância média entre o gasto previsto e o real", "mean distance between predicted and true spend"),
    ),
    Measure(
        "brier",
        Words("Brier da probabilidade de comprar", "Brier score of the probability to buy"),
        "lower",
        Words("erro quadrático médio da probabilidade", "mean squared error of the probability"),
    ),
    Measure(
        "r2",
        Words("R²", "R²"),
        "higher",
        Words("parte da variação do gasto que é explicada", "share of the variance of spend that is explained"),
    ),
    Measure(
        "spearman",
        Words("Correlação de postos (Spearman)", "Rank correlation (Spearman)"),
        "higher",
        Words("quão bem os clientes são ordenados, de -1 a 1", "how well customers are ranked, -1 to 1"),
    ),
    Measure(
        "top_decile_share",
        Words("Gasto no décimo mais promissor (0–1)", "Spend held by the top tenth (0–1)"),
        "higher",
        Words("parte do gasto real que esse décimo fez", "share of the true spend that came from that tenth"),
    ),
    Measure(
        "normalised_gini",
        Words("Gini normalizado", "Normalised Gini"),
        "higher",
        Words("ordenação em relação à perfeita, até 1", "ranking as a share of the perfect one, up to 1"),
    ),
    Measure(
        "auc",
        Words("AUC da probabilidade de comprar", "AUC of the probability to buy"),
        "higher",
        Words(
            "chance de que um comprador tenha probabilidade maior que a de um não comprador",
            "chance that a buyer has a higher probability than a customer who does not buy",
        ),
    ),
    Measure(
        "calibration_ratio",
        Words("Total previsto / real", "Predicted / true total"),
        1.0,
        Words("1 quando o total previsto é o real", "1 where the predicted total is the true one"),
    ),
    Measure(
        "coverage_80_share",
        Words("Cobertura do intervalo de 80%", "Coverage of the 80% interval"),
        0.8,
        Words("parte dos compradores dentro do intervalo", "share of buyers within the interval"),
    ),
    Measure(
        "coverage_95_share",
        Words("Cobertura do intervalo de 95%", "Coverage of the 95% interval"),
        0.95,
        Words("parte dos compradores dentro do intervalo", "share of buyers within the interval"),
    ),
)


def _predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    """Return what the model expects at the day of scoring and at the holdout."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES, feature_matrix

    rows = (feature_matrix(frame, FEATURES) for frame in (snapshot.scoring(), snapshot.holdout()))
    said = [pd.DataFrame({"expected_brl": model.predict(matrix)}) for matrix in rows]
    return pd.concat(said, ignore_index=True)


def _compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
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


def _train(snapshot: Snapshot, params: Params, champion: Any | None) -> Trained:
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


_OUTPUTS = (
    ("expected_spend_brl", "float64", "`figures`: expected net spend in the window from the day of the features on"),
    ("purchase_probability", "float64", "probability (0-1) that the customer spends anything in the window"),
    ("spend_if_buying_brl", "float64", "expected spend of the customer who buys: the first over the second"),
    ("spend_if_buying_lower_80_brl", "float64", "8 of 10 who buy spend between this and the upper end"),
    ("spend_if_buying_upper_80_brl", "float64", "its upper end; `..._95_brl` likewise for 95 of 100"),
)
_NOT_KNOWN = "; NaN in this version, which was judged on a window shorter than the one it predicts"
_EXAMPLE = """figures = model.figures(rows)
print(pd.DataFrame(figures).to_csv())
"""


def _card(model: Any, shop: Shop) -> Card:
    card = features_card(model, shop, _OUTPUTS, _EXAMPLE)
    for column in card.outputs[1:] if model.outlook_ is None else []:
        column["description"] += _NOT_KNOWN
    return card


KIND = Kind(
    name="spend",
    question="How much will this customer spend in the window ahead? Expected net spend, in the shop's currency.",
    title=Words("Gasto em {window} dias", "Spend in {window} days"),
    description="Regression on each customer's behaviour: how much will this customer spend in the label's window?",
    libraries=("scikitlearn", "xgboost"),
    measures=_MEASURES,
    tables=("customer_features", "customer_spend_labels"),
    needs_cutoffs=True,
    has_features=True,
    has_segments=False,
    model_class="SpendMean",
    train=_train,
    compare=_compare,
    predict=_predict,
    card=_card,
)
