"""Settings of the parts, searched by Optuna on the validation cut-off within a fixed number of trials."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.spend.candidates import build_candidate
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.params import (
    LINEAR,
    RANDOM_FOREST,
    SEASON_SUFFIX,
    TWO_PART,
    XGBOOST,
    SpendParams,
    is_seasonal,
    parts_of,
)

if TYPE_CHECKING:
    from optuna.trial import Trial

TRIAL_COLUMNS = ("number", "candidate", "parameters", "rmse_brl")


def _suggest_linear(trial: "Trial", params: SpendParams) -> Any:
    return replace(
        params.linear,
        power=trial.suggest_float("power", 1.1, 1.9),
        alpha=trial.suggest_float("alpha", 1e-4, 0.3, log=True),
    )


def _suggest_two_part(trial: "Trial", params: SpendParams) -> Any:
    return replace(params.two_part, alpha=trial.suggest_float("alpha", 1e-5, 0.1, log=True))


def _suggest_forest(trial: "Trial", params: SpendParams) -> Any:
    return replace(
        params.random_forest,
        min_samples_leaf=trial.suggest_int("min_samples_leaf", 20, 300, log=True),
        max_features=trial.suggest_float("max_features", 0.1, 0.6),
    )


def _suggest_xgboost(trial: "Trial", params: SpendParams) -> Any:
    return replace(
        params.xgboost,
        tweedie_variance_power=trial.suggest_float("tweedie_variance_power", 1.1, 1.7),
        max_depth=trial.suggest_int("max_depth", 2, 6),
        learning_rate=trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        min_child_weight=trial.suggest_float("min_child_weight", 5.0, 200.0, log=True),
        reg_lambda=trial.suggest_float("reg_lambda", 0.5, 50.0, log=True),
    )


_SEARCHES: dict[str, Callable[["Trial", SpendParams], Any]] = {
    LINEAR: _suggest_linear,
    TWO_PART: _suggest_two_part,
    RANDOM_FOREST: _suggest_forest,
    XGBOOST: _suggest_xgboost,
}


def tune(
    params: SpendParams,
    early: tuple[pd.DataFrame, Floats],
    validation: tuple[pd.DataFrame, Floats],
    seed: int,
) -> tuple[SpendParams, pd.DataFrame]:
    """Return the parameters with each part's best settings, and every trial: the settings given are the first.

    The number of trials ends a search, never the clock, so that the same rows and seed give the same settings.

    Args:
        early: features and spend of the cut-offs to fit on.
        validation: features and spend of the later cut-off to judge on.
    """
    rows: list[dict[str, Any]] = []
    tuned = params
    used = {part for name in params.candidates for part in parts_of(name)}
    for part, suggest in _SEARCHES.items():
        if params.trials and part in used:
            seasons = [is_seasonal(name) for name in params.candidates if part in parts_of(name)]
            formula = part + SEASON_SUFFIX if any(seasons) else part
            tuned = replace(tuned, **{part: _search(formula, part, suggest, params, early, validation, seed, rows)})
    table = pd.DataFrame(rows, columns=list(TRIAL_COLUMNS))
    return tuned, table


def _search(
    formula: str,
    part: str,
    suggest: Callable[["Trial", SpendParams], Any],
    params: SpendParams,
    early: tuple[pd.DataFrame, Floats],
    validation: tuple[pd.DataFrame, Floats],
    seed: int,
    rows: list[dict[str, Any]],
) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    tried: list[Any] = []

    def judge(trial: "Trial") -> float:
        settings = suggest(trial, params) if trial.number else getattr(params, part)
        tried.append(settings)
        chosen = replace(params, **{part: settings})
        model = build_candidate(formula, chosen, names=tuple(early[0].columns), seed=seed).fit(*early)
        error = rmse(validation[1], model.predict(validation[0]))
        shown = json.dumps(trial.params if trial.number else {"as_given": True}, sort_keys=True)
        rows.append({"number": len(rows), "candidate": formula, "parameters": shown, "rmse_brl": error})
        return error

    startup = max(2, params.trials // 3)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=startup))
    study.optimize(judge, n_trials=params.trials)
    return tried[study.best_trial.number]
