"""The policies beside each other, and the sentence that answers how often to train."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Outcome, is_sure_loss
from eshop_dagster.ml.replay.policies import DRIFT, MONTHLY, NEVER, WEEKLY
from eshop_dagster.ml.replay.scores import PAST_RATE, Floats, Scores
from eshop_dagster.ml.spend.result import WEIGHTED_MEAN

LEVEL = 0.95

_ADVICE = {
    NEVER: "These weeks give no reason to train again",
    MONTHLY: "Train monthly",
    DRIFT: "Train when customers drift",
    WEEKLY: "Train weekly",
}


def compare_policies(scores: Scores, reference: str, *, seed: int = 0, draws: int = 500) -> pd.DataFrame:
    """Return one row per policy, and one for the customers' own past rate, over all labelled weeks together.

    Columns: `policy`, `trainings`, `promotions` (means that the gate let in), `step_ins` (best baselines that took the
    place), `waiting` (trainings that asked for a person, who is not there), `weeks` (labelled), `rmse_brl`,
    `calibration_ratio`, `top_decile_share`, and with `_lower` and `_upper` the paired differences to the reference
    `rmse_gain_brl` (above 0 is better) and `top_decile_gain_share`. The intervals are percentiles over customers drawn
    again, each with all of their weeks: weeks of one customer overlap and are no new evidence. They do not say what
    another year would bring.

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
            "promotions": int((weeks["is_promoted"] & (weeks["serves"] == WEIGHTED_MEAN)).sum()),
            "step_ins": int((weeks["is_promoted"] & (weeks["serves"] != WEIGHTED_MEAN)).sum()),
            "waiting": int((weeks["gate"] == str(Outcome.PERSON)).sum()),
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


def verdict(
    scores: Scores, table: pd.DataFrame, *, sure_loss_share: float = 0.0, seed: int = 0, draws: int = 500
) -> str:
    """Return sentences on how often to train: the fewest trainings not surely worse than the best policy.

    Args:
        scores: of the policies.
        table: as `compare_policies` returns it.
        sure_loss_share: up to which a loss counts as none, as the gate has it.
        seed: of the draws.
        draws: number of resamples.
    """
    rows: dict[str, Mapping[Hashable, Any]] = {
        row["policy"]: row for row in table.to_dict("records") if row["policy"] != PAST_RATE
    }
    if len(rows) < 2:
        return "One policy alone answers nothing: replay two or more to compare them."
    values = scores.sums.sort_values(sorted(scores.sums.columns), kind="stable")
    drawn = _draws(len(values), draws, seed)
    best = min(rows, key=lambda name: (rows[name]["rmse_brl"], rows[name]["trainings"]))
    lowest = rows[best]["rmse_brl"]
    apart = {name: difference(values, name, best, drawn) for name in rows}
    near = [name for name in rows if is_sure_loss(apart[name], lowest, sure_loss_share) is False]
    advised = min(near, key=lambda name: (rows[name]["trainings"], rows[name]["rmse_brl"]))
    text = f"{_ADVICE[advised]}: {_counted(rows[advised])} gave an RMSE of {rows[advised]['rmse_brl']:.2f} BRL"
    fewer = [name for name in rows if rows[name]["trainings"] < rows[advised]["trainings"]]
    if advised != best:
        text += f"; the lowest, {lowest:.2f} BRL by {best} with {_counted(rows[best])}, is not surely better"
        text += f" ({_written(apart[advised])})"
    else:
        text += ", the lowest" + ("" if fewer else ", and no policy trains less")
    text += "." + _lost(fewer, apart, lowest)
    text += _by_the_gate(rows[advised]) + _against_never(rows, advised)
    return text + _against_past_rate(table, advised)


def _lost(fewer: Sequence[str], apart: Mapping[str, Interval], lowest: float) -> str:
    """Return by how much the policies with fewer trainings are worse: what the trainings bought, for a person."""
    if not fewer:
        return ""
    share = 100 / lowest
    worse = [
        f"{name} by {share * apart[name].value:.1f} % "
        f"({share * apart[name].lower:+.1f} to {share * apart[name].upper:+.1f})"
        for name in fewer
    ]
    return f" Surely worse with fewer trainings: {', '.join(worse)}."


def _by_the_gate(row: Mapping[Hashable, Any]) -> str:
    """Return what the gate did other than letting in what was trained."""
    said = []
    if row["step_ins"]:
        said.append(f"the best baseline stepped in {_times(row['step_ins'])}")
    if row["waiting"]:
        said.append(f"a model was kept out {_times(row['waiting'])} because it would wait for a person")
    return f" Of its trainings {' and '.join(said)}." if said else ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


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
    """Return by how much the RMSE of `a` lies above that of `b`, with its interval."""
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
