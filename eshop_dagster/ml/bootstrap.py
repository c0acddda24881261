"""How sure a metric of predicted spend is: percentile intervals over resampled customers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eshop_dagster.ml.metrics import tweedie_deviances

Floats = npt.NDArray[np.float64]

METRICS = (
    "mae_brl",
    "rmse_brl",
    "r2",
    "spearman",
    "top_decile_share",
    "normalised_gini",
    "calibration_ratio",
    "tweedie_deviance",
)
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Interval:
    """A number and the ends between which it would lie in most shops like this one.

    Attributes:
        value: measured on all rows.
        lower: lower end.
        upper: upper end.
        is_confirmed: whether another error says the same; without it no difference is sure.
    """

    value: float
    lower: float
    upper: float
    is_confirmed: bool = True

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
    clusters: npt.ArrayLike | None = None,
) -> dict[str, Interval]:
    """Return the percentile interval of each metric of `evaluate_spend`, customers drawn again with replacement.

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
        clusters: whose row each is, shape (n,): the rows of a customer are drawn together; default: one row each.
    """
    true, guess = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    rows, groups = _paired_rows(seed, clusters, true, guess)
    whole = _Weighted(true, guess).measure(np.ones(true.size), metrics)
    sample = _Weighted(true[rows], guess[rows])
    drawn = np.array([sample.measure(counts, metrics) for counts in _counts(groups, draws, seed)])
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
    clusters: npt.ArrayLike | None = None,
) -> Interval:
    """Return metric(a) - metric(b) with its interval, both measured on the same resampled customers each time.

    What both find hard falls out of the difference, so that it is far surer than the two intervals of `a` and `b` look.

    Args:
        metric: one of `METRICS`.
        clusters: whose row each is, as `bootstrap_intervals` has it.

    Raises:
        ValueError: the metric is unknown, or the arrays are not equally long.
    """
    if metric not in METRICS:
        raise ValueError(f"metric is {metric!r}; expected one of {METRICS}.")
    true, a, b = (np.asarray(one, dtype=np.float64) for one in (actual, predicted_a, predicted_b))
    if not true.size == a.size == b.size or not true.size:
        raise ValueError(f"{true.size} actual values against {a.size} and {b.size}; expected as many of each, above 0.")
    rows, groups = _paired_rows(seed, clusters, true, a, b)
    if metric == "rmse_brl":
        drawn, centre, value = _rmse_apart(true, a, b, rows, groups, draws, seed)
    else:
        value = _difference(_Weighted(true, a), _Weighted(true, b), np.ones(true.size), metric)
        pair = _Weighted(true[rows], a[rows]), _Weighted(true[rows], b[rows])
        centre = _difference(*pair, np.ones(rows.size), metric)
        drawn = np.array([_difference(*pair, counts, metric) for counts in _counts(groups, draws, seed)])
    return _interval(value, drawn - centre, (rows.size / true.size) ** 0.5, level)


def _rmse_apart(
    true: Floats,
    a: Floats,
    b: Floats,
    rows: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    draws: int,
    seed: int,
) -> tuple[Floats, float, float]:
    """The difference in each draw, of the rows to resample, and of all rows; squares are summed by customer once."""
    squares = [np.square(true - guess) for guess in (a, b)]
    value = float(np.sqrt(squares[0].mean()) - np.sqrt(squares[1].mean()))
    size = np.bincount(groups).astype(np.float64)
    sums = [np.bincount(groups, weights=square[rows]) for square in squares]

    def apart(counts: Floats) -> float:
        held = float(counts @ size)
        return float(np.sqrt(counts @ sums[0] / held) - np.sqrt(counts @ sums[1] / held))

    drawn = np.array([apart(counts) for counts in _counts(np.arange(size.size), draws, seed)])
    return drawn, apart(np.ones(size.size)), value


def _difference(a: "_Weighted", b: "_Weighted", counts: Floats, metric: str) -> float:
    return a.measure(counts, (metric,))[0] - b.measure(counts, (metric,))[0]


def _paired_rows(
    seed: int, clusters: npt.ArrayLike | None, *columns: Floats
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows to resample and the number of the customer of each, chosen and ordered by what they hold."""
    if clusters is None:
        order = np.lexsort(columns)
        if order.size > MOST_ROWS:
            order = order[np.sort(np.random.default_rng([seed, 0]).choice(order.size, MOST_ROWS, replace=False))]
        return order, np.arange(order.size)
    _, owner = np.unique(np.asarray(clusters), return_inverse=True)
    # Customers are ordered by what their rows sum to: their names are drawn again in every home.
    held = [np.bincount(owner, weights=values) for one in columns for values in (one, np.square(one))]
    customers = np.lexsort([*held, np.bincount(owner)])
    most = max(1, MOST_ROWS * customers.size // owner.size)
    if customers.size > most:
        customers = customers[np.sort(np.random.default_rng([seed, 0]).choice(customers.size, most, replace=False))]
    place = np.full(owner.max() + 1, -1)
    place[customers] = np.arange(customers.size)
    rows = np.flatnonzero(place[owner] >= 0)
    rows = rows[np.lexsort([*(one[rows] for one in columns), place[owner[rows]]])]
    return rows, place[owner[rows]]


def _counts(groups: npt.NDArray[np.int64], draws: int, seed: int) -> Iterator[Floats]:
    """How often each row counts in each draw: as often as its customer was drawn."""
    rng, size = np.random.default_rng([seed, 1]), int(groups.max()) + 1
    for _ in range(draws):
        yield np.bincount(rng.integers(0, size, size), minlength=size).astype(np.float64)[groups]


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
        self.deviance = tweedie_deviances(true, guess)
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
            elif metric == "tweedie_deviance":
                found.append(float(counts @ self.deviance) / size)
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
