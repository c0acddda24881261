"""The policies beside each other, and the sentence that answers how often to train."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.replay.policies import DRIFT, MONTHLY, NEVER, WEEKLY
from eshop_dagster.ml.replay.scores import PAST_RATE, Floats, Scores

LEVEL = 0.95
WORTH_SHARE = 0.005
"""Of the RMSE: the share that the gate asks of a model over its baseline, below which the largest tickets decide."""

_ADVICE = {
    NEVER: "These weeks give no reason to train again",
    MONTHLY: "Train monthly",
    DRIFT: "Train when customers drift",
    WEEKLY: "Train weekly",
}


def compare_policies(scores: Scores, reference: str, *, seed: int = 0, draws: int = 500) -> pd.DataFrame:
    """Return one row per policy, and one for the customers' own past rate, over all labelled weeks together.

    Columns: `policy`, `trainings`, `promotions`, `weeks` (labelled), `rmse_brl`, `calibration_ratio`,
    `top_decile_share`, and with `_lower` and `_upper` the paired differences to the reference `rmse_gain_brl` (above 0
    is better) and `top_decile_gain_share`. The intervals are percentiles over customers drawn anew, each with all of
    its weeks: weeks of one customer overlap and are no new evidence. They do not tell what another year would bring.

    Args:
        reference: a policy.

    Raises:
        ValueError: no week has a whole label window.
    """
    if not len(scores.sums):
        raise ValueError("no replayed week has a whole label window behind it; expected one. End the replay earlier.")
    values = scores.sums.sort_values(sorted(scores.sums.columns), kind="stable")
    drawn = _draws(len(values), draws, seed)
    rows = []
    for policy in [*dict.fromkeys(scores.weeks["policy"]), PAST_RATE]:
        weeks = scores.weeks[scores.weeks["policy"] == policy]
        row = {
            "policy": policy,
            "trainings": int(weeks["is_trained"].sum()),
            "promotions": int(weeks["is_promoted"].sum()),
            "weeks": int(scores.weeks.groupby("policy")["rmse_brl"].count().max()),
            "rmse_brl": float(_rmse(values, policy, np.ones((1, len(values))))[0]),
            "calibration_ratio": float(values[f"{policy} predicted"].sum() / values["actual"].sum()),
            "top_decile_share": float(_captured(values, policy, np.ones((1, len(values))))[0]),
        }
        error = difference(values, reference, policy, drawn)
        gain = _interval([_captured(values, one, drawn) for one in (policy, reference)])
        for name, found in (("rmse_gain_brl", error), ("top_decile_gain_share", gain)):
            row |= {name: found.value, f"{name}_lower": found.lower, f"{name}_upper": found.upper}
        rows.append(row)
    return pd.DataFrame(rows)


def verdict(scores: Scores, table: pd.DataFrame, *, seed: int = 0, draws: int = 500) -> str:
    """Return a sentence on how often to train: the fewest trainings not surely worse than the best policy.

    Worse by less than half a percent counts as equal: over many weeks even a difference that buys nothing is sure.
    """
    rows: dict[str, Mapping[Hashable, Any]] = {
        row["policy"]: row for row in table.to_dict("records") if row["policy"] != PAST_RATE
    }
    if len(rows) < 2:
        return "One policy alone answers nothing: replay two or more to compare them."
    values = scores.sums.sort_values(sorted(scores.sums.columns), kind="stable")
    drawn = _draws(len(values), draws, seed)
    best = min(rows, key=lambda name: (rows[name]["rmse_brl"], rows[name]["trainings"]))
    apart = {name: difference(values, name, best, drawn) for name in rows}
    near = [name for name in rows if apart[name].lower <= WORTH_SHARE * rows[best]["rmse_brl"]]
    advised = min(near, key=lambda name: (rows[name]["trainings"], rows[name]["rmse_brl"]))
    text = f"{_ADVICE[advised]}: {_counted(rows[advised])} gave an RMSE of {rows[advised]['rmse_brl']:.2f} BRL"
    if advised != best:
        is_noise = "within noise of it" if apart[advised].lower <= 0 else "not surely half a percent better"
        text += f"; the lowest, {rows[best]['rmse_brl']:.2f} BRL by {best} with {_counted(rows[best])}, is {is_noise}"
        text += f" ({_written(apart[advised])})"
    elif any(row["trainings"] < rows[best]["trainings"] for row in rows.values()):
        text += ", the lowest, and every policy with fewer trainings is surely worse"
    else:
        text += ", the lowest, and no policy trains less"
    text += "." + _against_never(rows, advised)
    return text + _against_past_rate(table, advised)


def _against_never(rows: Mapping[str, Mapping[Hashable, Any]], advised: str) -> str:
    if NEVER not in rows or advised == NEVER:
        return ""
    row, never = rows[advised], rows[NEVER]["rmse_brl"]
    found = Interval(*(row[f"rmse_gain_brl{end}"] for end in ("", "_lower", "_upper")))
    held = [100 * row[f"top_decile_gain_share{end}"] for end in ("", "_lower", "_upper")]
    return (
        f" Never training again cost {_written(found)} of error, {found.value / never:.1%}, and in true spend held by "
        f"the tenth predicted highest {held[0]:.1f} points ({held[1]:+.1f} to {held[2]:+.1f})."
    )


def _against_past_rate(table: pd.DataFrame, advised: str) -> str:
    error = table.set_index("policy")["rmse_brl"]
    gain = 1 - error[advised] / error[PAST_RATE]
    return f" Without any model, by each customer's past rate, it would be {error[PAST_RATE]:.2f} BRL ({gain:+.1%})."


def difference(values: pd.DataFrame, a: str, b: str, drawn: Floats) -> Interval:
    """Return by how many BRL the RMSE of `a` lies above that of `b`, with its interval."""
    return _interval([_rmse(values, one, drawn) for one in (a, b)])


def _interval(pair: Sequence[Floats]) -> Interval:
    """The first row of the draws is every customer once."""
    apart = pair[0] - pair[1]
    lower, upper = np.quantile(apart[1:] if apart.size > 1 else apart, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(apart[0]), float(lower), float(upper))


def _draws(size: int, draws: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    drawn = [np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(draws)]
    return np.asarray([np.ones(size), *drawn], dtype=np.float64)


def _rmse(values: pd.DataFrame, policy: str, drawn: Floats) -> Floats:
    squares, rows = values[f"{policy} square"].to_numpy(), values["rows"].to_numpy()
    return np.asarray(np.sqrt((drawn @ squares) / (drawn @ rows)), dtype=np.float64)


def _captured(values: pd.DataFrame, policy: str, drawn: Floats) -> Floats:
    held, all_spent = values[f"{policy} captured"].to_numpy(), values["actual"].to_numpy()
    return np.asarray((drawn @ held) / (drawn @ all_spent), dtype=np.float64)


def _counted(row: Mapping[Hashable, Any]) -> str:
    counts = ((row["trainings"], "training"), (row["weeks"], "week"))
    trainings, weeks = (f"{count} {name}{'s' * (count != 1)}" for count, name in counts)
    return f"{trainings} in {weeks}"


def _written(found: Interval) -> str:
    return f"{found.value:.2f} BRL (95 % interval {found.lower:+.2f} to {found.upper:+.2f})"
