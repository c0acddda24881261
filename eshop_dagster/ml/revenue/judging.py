"""What the backtest says of a candidate: errors by horizon and in sum, and differences with their intervals."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.revenue.backtest import Backtest
from eshop_dagster.ml.revenue.feast_days import Floats, dates_of

SHORT_DAYS = 28
SPANS = {"": 10_000, "_28_days": SHORT_DAYS}
DRAWS = 1000


def scaled_errors(backtest: Backtest, predicted: Floats, state: str | None = None) -> Floats:
    """Return absolute errors in units of the nation's MASE scale, shape (n, horizon); NaN where nothing has come.

    Args:
        predicted: the nation's, shape (n, horizon).
        state: whose errors; a state that had not sold by an origin was forecast as 0.
    """
    if state is None:
        errors: Floats = np.abs(backtest.actual - predicted) / backtest.scales[:, None]
        return errors
    came = backtest.came(backtest.panel.revenue[:, backtest.panel.states.index(state)])
    shares = [look.shares[look.states.index(state)] if state in look.states else 0.0 for look in backtest.looks]
    found: Floats = np.abs(came - predicted * np.array(shares)[:, None]) / backtest.scales[:, None]
    return found


def mase(errors: Floats, span: int = 10_000) -> float:
    """Return the mean of scaled errors over the first days ahead."""
    return float(np.nanmean(errors[:, :span]))


def paired(challenger: Floats, champion: Floats, spacing: int, seed: int, span: int = 10_000) -> Interval:
    """Return challenger's minus champion's MASE with the interval over origins drawn again.

    Looks of neighbouring origins see the same days, so that runs of them are drawn, as long as a look is (the circular
    block bootstrap, Politis and Romano 1992).

    Args:
        challenger, champion: of `scaled_errors`, at the same origins.
        spacing: days between two origins.
        seed: of the draws.
        span: days ahead that count.
    """
    difference = (challenger - champion)[:, :span]
    sums, counts = np.nansum(difference, axis=1), np.isfinite(difference).sum(axis=1)
    origins = len(sums)
    length = max(1, min(difference.shape[1] // spacing, origins // 4))
    starts = np.random.default_rng(seed).integers(0, origins, (DRAWS, -(-origins // length)))
    drawn = ((starts[:, :, None] + np.arange(length)) % origins).reshape(DRAWS, -1)[:, :origins]
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    lower, upper = np.quantile(means, [0.025, 0.975])
    return Interval(float(sums.sum() / counts.sum()), float(lower), float(upper))


def metrics_of(backtest: Backtest, predicted: Floats) -> dict[str, float]:
    """Return MASE, sMAPE, RMSE and bias over all days ahead and the first 28, and the errors of the totals in %."""
    found: dict[str, float] = {}
    errors = scaled_errors(backtest, predicted)
    for suffix, span in SPANS.items():
        known = backtest.is_known[:, :span]
        actual, guess = backtest.actual[:, :span][known], predicted[:, :span][known]
        total = np.abs(actual) + np.abs(guess)
        found |= {
            f"mase{suffix}": mase(errors, span),
            f"smape{suffix}": float((200 * np.abs(actual - guess) / np.where(total > 0, total, 1.0)).mean()),
            f"rmse_brl{suffix}": float(np.sqrt(np.square(actual - guess).mean())),
            f"bias_share{suffix}": float(guess.sum()) / max(float(actual.sum()), 1e-9) - 1,
        }
    return found | total_errors(backtest, predicted)


def total_errors(backtest: Backtest, predicted: Floats) -> dict[str, float]:
    """Return by how much % of the real ones the totals of 28 days, of all days ahead and of a month were off.

    A month is forecast from the last origin before it that looked over every day of it. What no origin saw whole has no
    entry.
    """
    found = {}
    for name, span in ((f"total_{SHORT_DAYS}_days", SHORT_DAYS), (f"total_{backtest.horizon}_days", backtest.horizon)):
        whole = backtest.is_known[:, span - 1]
        real, guess = (values[whole, :span].sum(axis=1) for values in (backtest.actual, predicted))
        if (real > 0).any():
            found[f"{name}_error_pct"] = _mean_off(real, guess)
    months = _months(backtest, predicted)
    if len(months) and (months["real"] > 0).any():
        found["month_error_pct"] = _mean_off(months["real"].to_numpy(), months["guess"].to_numpy())
    return found


def _mean_off(real: Floats, guess: Floats) -> float:
    sold = real > 0
    return float(100 * np.abs(guess[sold] / real[sold] - 1).mean())


def _months(backtest: Backtest, predicted: Floats) -> pd.DataFrame:
    known = backtest.is_known
    days = pd.DataFrame(
        {
            "origin": np.repeat(backtest.origins, known.sum(axis=1)),
            "real": backtest.actual[known],
            "guess": predicted[known],
        }
    )
    days["month"] = dates_of(backtest.days[known]).to_period("M")
    sums = days.groupby(["month", "origin"]).agg(real=("real", "sum"), guess=("guess", "sum"), days=("real", "size"))
    sums = sums.reset_index()
    whole = sums[sums["days"] == sums["month"].dt.days_in_month]
    last: pd.DataFrame = whole.groupby("month").last()
    return last
