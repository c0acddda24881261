"""How sure a metric of predicted spend is: percentile intervals over resampled customers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

METRICS = ("mae_brl", "rmse_brl", "r2", "spearman", "top_decile_share", "normalised_gini", "calibration_ratio")
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Interval:
    """A number and the ends between which it would lie in most shops like this one.

    Attributes:
        value: measured on all rows.
        lower: lower end.
        upper: upper end.
    """

    value: float
    lower: float
    upper: float

    def excludes_zero(self) -> bool:
        """Return whether both ends lie on the same side of 0."""
        return self.lower > 0 or self.upper < 0


def bootstrap_intervals(
    actual: npt.ArrayLike,
    predicted: npt.ArrayLike,
    seed: int,
    draws: int = 200,
    *,
    level: float = 0.95,
    metrics: tuple[str, ...] = METRICS,
) -> dict[str, Interval]:
    """Return the percentile interval of each metric of `evaluate_spend`, customers drawn anew with replacement.

    Of more than 20,000 customers so many are drawn once; deviations from their value shrink by the root of the share
    (the m out of n bootstrap), for the metrics' errors fall with the root of the number of customers. Row order changes
    nothing. Draws in which a metric has no value (nobody bought) are left out.

    Args:
        actual: true spend, shape (n,).
        predicted: predicted spend, shape (n,).
        seed: of the draws.
        draws: number of resamples.
        level: share (0-1) of resamples within the interval.
        metrics: some of `METRICS`.
    """
    true, guess = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    (rows,) = _paired_rows(seed, true, guess)
    whole = _Weighted(true, guess).measure(np.ones(true.size), metrics)
    sample = _Weighted(true[rows], guess[rows])
    drawn = np.array([sample.measure(counts, metrics) for counts in _counts(rows.size, draws, seed)])
    centre = sample.measure(np.ones(rows.size), metrics)
    return {
        name: _interval(whole[place], drawn[:, place] - centre[place], (rows.size / true.size) ** 0.5, level)
        for place, name in enumerate(metrics)
    }


def paired_bootstrap(
    actual: npt.ArrayLike,
    predicted_a: npt.ArrayLike,
    predicted_b: npt.ArrayLike,
    metric: str,
    seed: int,
    *,
    draws: int = 500,
    level: float = 0.95,
) -> Interval:
    """Return metric(a) - metric(b) with its interval, both measured on the same resampled customers each time.

    What both find hard falls out of the difference, so that it is far surer than the two intervals of `a` and `b` look.

    Args:
        metric: one of `METRICS`.

    Raises:
        ValueError: the metric is unknown, or the arrays are not equally long.
    """
    if metric not in METRICS:
        raise ValueError(f"metric is {metric!r}; expected one of {METRICS}.")
    true, a, b = (np.asarray(one, dtype=np.float64) for one in (actual, predicted_a, predicted_b))
    if not true.size == a.size == b.size or not true.size:
        raise ValueError(f"{true.size} actual values against {a.size} and {b.size}; expected as many of each, above 0.")
    (rows,) = _paired_rows(seed, true, a, b)
    value = _difference(_Weighted(true, a), _Weighted(true, b), np.ones(true.size), metric)
    pair = _Weighted(true[rows], a[rows]), _Weighted(true[rows], b[rows])
    centre = _difference(*pair, np.ones(rows.size), metric)
    drawn = np.array([_difference(*pair, counts, metric) for counts in _counts(rows.size, draws, seed)])
    return _interval(value, drawn - centre, (rows.size / true.size) ** 0.5, level)


def _difference(a: "_Weighted", b: "_Weighted", counts: Floats, metric: str) -> float:
    return a.measure(counts, (metric,))[0] - b.measure(counts, (metric,))[0]


def _paired_rows(seed: int, *columns: Floats) -> tuple[npt.NDArray[np.int64]]:
    """The rows to resample, chosen and ordered by what they hold."""
    order = np.lexsort(columns)
    if order.size > MOST_ROWS:
        order = order[np.sort(np.random.default_rng([seed, 0]).choice(order.size, MOST_ROWS, replace=False))]
    return (order,)


def _counts(size: int, draws: int, seed: int) -> "list[Floats]":
    rng = np.random.default_rng([seed, 1])
    return [np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64) for _ in range(draws)]


def _interval(value: float, deviations: Floats, shrink: float, level: float) -> Interval:
    finite = deviations[np.isfinite(deviations)] * shrink
    if not finite.size:
        return Interval(value, float("nan"), float("nan"))
    lower, upper = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, value + float(lower), value + float(upper))


class _Weighted:
    """Metrics of rows that count several times, equal to those of the rows repeated so often."""

    def __init__(self, true: Floats, guess: Floats) -> None:
        self.true, self.guess = true, guess
        self.absolute, self.square = np.abs(true - guess), np.square(true - guess)
        _, self.true_group = np.unique(true, return_inverse=True)
        _, self.guess_group = np.unique(guess, return_inverse=True)

    def measure(self, counts: Floats, metrics: tuple[str, ...]) -> list[float]:
        """The metrics in the order asked; NaN where one has no value."""
        size, total = counts.sum(), float(counts @ self.true)
        found: list[float] = []
        for metric in metrics:
            if metric == "mae_brl":
                found.append(float(counts @ self.absolute) / size)
            elif metric == "rmse_brl":
                found.append(float(np.sqrt(counts @ self.square / size)))
            elif metric == "r2":
                variance = float(counts @ np.square(self.true - total / size))
                found.append(1 - float(counts @ self.square) / variance if variance > 0 else float("nan"))
            elif metric == "spearman":
                found.append(self._spearman(counts))
            elif total <= 0:
                found.append(float("nan"))
            elif metric == "calibration_ratio":
                found.append(float(counts @ self.guess) / total)
            elif metric == "top_decile_share":
                found.append(self._top_decile(counts, size, total))
            else:
                perfect = self._gini(counts, self.true_group, total)
                found.append(self._gini(counts, self.guess_group, total) / perfect if perfect > 0 else float("nan"))
        return found

    def _spearman(self, counts: Floats) -> float:
        ranks = []
        for group in (self.true_group, self.guess_group):
            held = np.bincount(group, weights=counts)
            rank = (np.cumsum(held) - (held - 1) / 2)[group]
            ranks.append(rank - counts @ rank / counts.sum())
        spread = float(np.sqrt((counts @ np.square(ranks[0])) * (counts @ np.square(ranks[1]))))
        return float(counts @ (ranks[0] * ranks[1])) / spread if spread > 0 else 0.0

    def _top_decile(self, counts: Floats, size: float, total: float) -> float:
        held = np.bincount(self.guess_group, weights=counts)[::-1]
        worth = np.bincount(self.guess_group, weights=counts * self.true)[::-1]
        wanted, reached = np.ceil(size / 10), np.cumsum(held)
        edge = int(np.searchsorted(reached, wanted))
        before = reached[edge] - held[edge]
        return float(worth[:edge].sum() + (wanted - before) * worth[edge] / held[edge]) / total

    def _gini(self, counts: Floats, group: npt.NDArray[np.int64], total: float) -> float:
        held = np.bincount(group, weights=counts)[::-1]
        curve = np.concatenate(([0.0], np.cumsum(np.bincount(group, weights=counts * self.true)[::-1]) / total))
        return float(((curve[1:] + curve[:-1]) * held / counts.sum()).sum()) - 1.0
