"""What the model in place was worth in each week, once the label window had passed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.features import CUSTOMER_KEY, LABEL, feature_matrix
from eshop_dagster.ml.metrics import calibration_ratio, rmse, top_decile_share
from eshop_dagster.ml.replay.walk import Place, Shop, Step
from eshop_dagster.ml.spend import past_rate_brl

Floats = npt.NDArray[np.float64]

PAST_RATE = "own past rate"
"""The row beside the policies: no model at all."""

SUMS = ("square", "predicted", "captured")


@dataclass(frozen=True)
class Scores:
    """What each policy's predictions were worth.

    Attributes:
        weeks: one row per policy and day: `policy`, `day`, `model_day`, `is_trained`, `is_promoted`, `serves`
            (the mean or a baseline), `gate` (its outcome) and its `reason`, `drifted_features`, `customers`,
            `predictions` (a digest of them), and, NaN where the label window had not passed, `rmse_brl`,
            `calibration_ratio`, `top_decile_share`.
        sums: one row per customer over the labelled weeks: `rows`, `actual`, and for each policy `<policy> square` (of
            errors), `<policy> predicted` and `<policy> captured` (true spend in weeks when predicted in the top tenth).
    """

    weeks: pd.DataFrame
    sums: pd.DataFrame


def measure(
    steps: Mapping[str, Sequence[Step]],
    shop: Shop,
    *,
    horizon_days: int,
    on_week: Callable[[], None] = lambda: None,
) -> Scores:
    """Return what every policy's model in place said of each week's customers, held against what they then spent.

    One week's rows are in memory at a time. While a policy has no model, the customers' own past rate stands in.

    Args:
        steps: of each policy, over the same days.
        on_week: called after each week.
    """
    weeks: list[dict[str, object]] = []
    sums: pd.DataFrame | None = None
    for number, day in enumerate([step.day for step in next(iter(steps.values()))]):
        rows = shop.rows(day)
        past, said = past_rate_brl(rows, horizon_days=horizon_days), {}
        by_place: dict[tuple[date | None, str], Floats] = {(None, ""): past}
        for policy, taken in steps.items():
            step = taken[number]
            known = (step.model_day, step.serves)
            if known not in by_place:
                assert step.place is not None
                by_place[known] = _predicted(step.place, rows)
            said[policy] = by_place[known]
        actual = rows[LABEL].to_numpy(dtype="float64")
        is_labelled = bool(np.isfinite(actual).all()) and actual.sum() > 0
        weeks += [_week(taken[number], actual, said[policy], is_labelled) for policy, taken in steps.items()]
        if is_labelled:
            found = _sums(rows[CUSTOMER_KEY], actual, {**said, PAST_RATE: past})
            sums = found if sums is None else sums.add(found, fill_value=0.0)
        on_week()
    return Scores(pd.DataFrame(weeks), pd.DataFrame() if sums is None else sums.sort_index())


def captured_brl(actual: Floats, predicted: Floats) -> Floats:
    """Return each customer's true spend where the prediction is in the highest tenth, else 0; in sum as
    `top_decile_share` has it, for customers tied at the edge count in part."""
    size = -(-actual.size // 10)
    edge = np.partition(predicted, predicted.size - size)[predicted.size - size]
    above, tied = predicted > edge, predicted == edge
    part = np.where(above, 1.0, np.where(tied, (size - above.sum()) / tied.sum(), 0.0))
    return np.asarray(actual * part, dtype=np.float64)


def _predicted(place: Place, rows: pd.DataFrame) -> Floats:
    matrix = feature_matrix(rows.drop(columns=LABEL), place.option.model.feature_names_)
    return np.asarray(place.option.model.predict(matrix), dtype=np.float64)


def _week(step: Step, actual: Floats, predicted: Floats, is_labelled: bool) -> dict[str, object]:
    nan = float("nan")
    return {
        "policy": step.policy,
        "day": step.day,
        "model_day": step.model_day,
        "is_trained": step.is_trained,
        "is_promoted": step.is_promoted,
        "serves": step.serves,
        "gate": str(step.decision.outcome) if step.decision else "",
        "reason": step.decision.reason if step.decision else "",
        "drifted_features": step.drifted,
        "customers": actual.size,
        "predictions": hashlib.sha256(predicted.tobytes()).hexdigest()[:16],
        "rmse_brl": rmse(actual, predicted) if is_labelled else nan,
        "calibration_ratio": calibration_ratio(actual, predicted) if is_labelled else nan,
        "top_decile_share": top_decile_share(actual, predicted) if is_labelled else nan,
    }


def _sums(keys: pd.Series, actual: Floats, said: Mapping[str, Floats]) -> pd.DataFrame:
    columns: dict[str, Floats] = {"rows": np.ones(actual.size), "actual": actual}
    for policy, predicted in said.items():
        found = (np.square(actual - predicted), predicted, captured_brl(actual, predicted))
        columns |= {f"{policy} {name}": values for name, values in zip(SUMS, found, strict=True)}
    return pd.DataFrame(columns, index=pd.Index(keys.to_numpy(), name=CUSTOMER_KEY))
