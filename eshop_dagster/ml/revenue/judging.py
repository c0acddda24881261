"""Which candidate the earlier origins choose, and what the later ones, which had no say, make of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.backtest import Look
from eshop_dagster.ml.revenue.feast_days import Floats
from eshop_dagster.ml.revenue.intervals import BOUNDS, learn_intervals
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import BASELINE, BASELINES
from eshop_dagster.ml.revenue.scores import bias_share, coverage, mase, rmse, smape
from eshop_dagster.ml.revenue.states import METHODS

FIRST_CHOICE = "calendar_level"
CHOICE_HALF_LIFE_DAYS = 91.0
SPANS = {"": 10_000, "_28_days": 28}
STATE_BASELINE = f"states_{BASELINE}"


def choose(rows: pd.DataFrame, target: str, now: int) -> tuple[str, dict[str, float]]:
    """Return the candidate of lowest MASE by what had come due on a day, and the MASE of each.

    Newer origins weigh more: what suits a shop's first growth need not suit it later. A candidate that could not be
    fitted at each of these origins cannot be compared; with nothing due, the calm `calendar_level` is taken where
    there is one.

    Args:
        rows: of `nation_rows`.
        target: `revenue` or `ticket`.
        now: ordinal; neither a later origin nor a later day is read.
    """
    known = rows[(rows["origin"] < now) & (rows["day"] <= now) & rows[target].notna()]
    if known.empty:
        return (FIRST_CHOICE if FIRST_CHOICE in _names(rows, target) else BASELINE), {}
    names = [name for name in _names(rows, target) if known[f"{target} {name}"].notna().all()]
    weights = 0.5 ** ((now - known["origin"].to_numpy()) / CHOICE_HALF_LIFE_DAYS)
    errors = {name: _mase(known, target, f"{target} {name}", weights) for name in names}
    return min(errors, key=lambda name: errors[name]), errors


def with_choice(rows: pd.DataFrame, target: str, column: str) -> pd.DataFrame:
    """Return the rows with what would have been forecast at each origin, and by which candidate in `<column>_by`."""
    values = np.full(len(rows), np.nan)
    names = np.full(len(rows), "", dtype=object)
    for origin in np.unique(rows["origin"].to_numpy()):
        here = (rows["origin"] == origin).to_numpy()
        name, _ = choose(rows, target, int(origin))
        names[here], values[here] = name, rows.loc[here, f"{target} {name}"]
    return rows.assign(**{column: values, f"{column}_by": names})


def choose_method(looks: Sequence[Look], panel: Panel, nation: pd.DataFrame, now: int) -> tuple[str, dict[str, float]]:
    """Return how to split the nation, by what had come due on a day, and the errors of `state_errors`.

    The states' own baseline is among the errors and cannot be chosen.
    """
    errors = state_errors([look for look in looks if look.origin < now], panel, nation, now)
    return min(METHODS, key=lambda name: errors[name]), errors


def state_errors(looks: Sequence[Look], panel: Panel, nation: pd.DataFrame, last: int) -> dict[str, float]:
    """Return the sum over states of absolute errors up to a day, as a mean in units of the nation's MASE scale.

    Args:
        nation: rows of the nation with `predicted`, which each method splits.
    """
    sums, count = dict.fromkeys((*METHODS, STATE_BASELINE), 0.0), 0
    predicted = dict(iter(nation.groupby("origin")["predicted"]))
    for look in looks:
        kept = look.days <= last
        places = [panel.states.index(state) for state in look.states]
        actual = panel.revenue[look.days - panel.first][kept]
        unseen = np.delete(actual, places, axis=1).sum()
        whole = predicted[look.origin].to_numpy(dtype=np.float64)[:, None]
        guesses = {name: whole * look.shares[name] for name in METHODS}
        for name, guess in {**guesses, STATE_BASELINE: look.naive_states}.items():
            missed = np.abs(actual[:, places] - guess[kept]).sum() + unseen
            sums[name] += float(missed) / max(look.revenue_scale, 1e-9)
        count += int(kept.sum())
    return {name: total / max(count, 1) for name, total in sums.items()}


def with_intervals(rows: pd.DataFrame, groups: int, target: str, predicted: str) -> pd.DataFrame:
    """Return the rows with `<bound>` columns of a target: at each origin, from what was known of errors by then.

    NaN at origins before which no forecast had come due.
    """
    bounds = np.full((len(rows), len(BOUNDS)), np.nan)
    origins, days = rows["origin"].to_numpy(), rows["day"].to_numpy()
    actual, guess = (rows[name].to_numpy(dtype=np.float64) for name in (target, predicted))
    group = rows["group"].to_numpy()
    is_usable = np.isfinite(actual)
    for origin in np.unique(origins):
        known = (origins < origin) & (days <= origin) & is_usable
        if not known.any():
            continue
        here = origins == origin
        ages = (origin - origins[known]).astype(np.float64)
        intervals = learn_intervals(actual[known], guess[known], group[known], ages, groups)
        bounds[here] = intervals.around(guess[here], group[here])
    return rows.assign(**{f"{target}_{name}": bounds[:, at] for at, name in enumerate(BOUNDS)})


def candidates_table(rows: pd.DataFrame, target: str, chosen: str, choosing: dict[str, float]) -> pd.DataFrame:
    """Return one row per candidate of a target: its MASE where it was chosen, and its metrics on these rows."""
    lines = []
    for name in choosing:
        head = {"target": target, "candidate": name, "is_baseline": name in BASELINES, "is_chosen": name == chosen}
        lines.append({**head, "choosing_mase": choosing[name], **metrics_of(rows, target, f"{target} {name}")})
    return pd.DataFrame(lines)


def states_table(errors: dict[str, float], choosing: dict[str, float], chosen: str) -> pd.DataFrame:
    """Return one row per way to split the nation, in the columns of `candidates_table`."""
    lines = [
        {
            "target": "states",
            "candidate": name,
            "is_baseline": name == STATE_BASELINE,
            "is_chosen": name == chosen,
            "choosing_mase": choosing[name],
            "mase": errors[name],
        }
        for name in errors
    ]
    return pd.DataFrame(lines)


def metrics_of(rows: pd.DataFrame, target: str, column: str) -> dict[str, float]:
    """Return MASE, sMAPE, RMSE and bias of a column of forecasts over all days ahead, and over the first 28."""
    found: dict[str, float] = {}
    for suffix, span in SPANS.items():
        part = rows[(rows["steps"] <= span) & rows[target].notna()]
        if part.empty:
            continue
        actual, guess = (part[name].to_numpy(dtype=np.float64) for name in (target, column))
        found |= {
            f"mase{suffix}": _mase(part, target, column),
            f"smape{suffix}": smape(actual, guess),
            f"rmse_brl{suffix}": rmse(actual, guess),
            f"bias_share{suffix}": bias_share(actual, guess),
        }
    return found


def coverages(rows: pd.DataFrame, target: str) -> dict[str, float]:
    """Return the share of days within the 80 and the 95 % interval; days forecast as closed are left out."""
    kept = rows[rows[target].notna() & rows[f"{target}_{BOUNDS[0]}"].notna() & (rows["predicted"] > 0)]
    if kept.empty:
        return {}
    actual = kept[target].to_numpy(dtype=np.float64)
    edges = {name: kept[f"{target}_{name}"].to_numpy(dtype=np.float64) for name in BOUNDS}
    return {
        f"coverage_{level}": coverage(actual, edges[f"lower_{level}"], edges[f"upper_{level}"]) for level in (80, 95)
    }


def _names(rows: pd.DataFrame, target: str) -> list[str]:
    head = f"{target} "
    return [str(column).removeprefix(head) for column in rows.columns if str(column).startswith(head)]


def _mase(rows: pd.DataFrame, target: str, column: str, weights: Floats | None = None) -> float:
    scale = np.maximum(rows[f"{target}_scale"].to_numpy(dtype=np.float64), 1e-9)
    actual, guess = (rows[name].to_numpy(dtype=np.float64) for name in (target, column))
    return mase(actual, guess, scale, weights)
