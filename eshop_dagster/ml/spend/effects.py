"""How a prediction comes about, feature by feature: effects as amounts that add up to it exactly.

A model that multiplies (log link) has effects on the logarithm. They become amounts by the logarithmic mean: with
L(p, b) = (p - b) / ln(p / b), each effect times L is its share, and the shares sum to p - b without a rest (Ang, Energy
Policy 32 (2004), the logarithmic mean Divisia index). So effects of different models can be averaged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SEASON = "season"
"""The name under which everything that follows the day of the year is reported."""


@dataclass(frozen=True)
class Effects:
    """Effects of n predictions.

    Attributes:
        base_brl: shape (n,), what is predicted for the customer that the model compares with.
        names: the features, each once.
        values_brl: shape (n, len(names)); `base_brl` and a row's sum make the row's prediction.
    """

    base_brl: Floats
    names: tuple[str, ...]
    values_brl: Floats

    def predicted_brl(self) -> Floats:
        """Return the predictions that the effects add up to."""
        return np.asarray(self.base_brl + self.values_brl.sum(axis=1), dtype=np.float64)


def effects_of_logs(base_log: float, names: tuple[str, ...], logs: Floats, predicted: Floats) -> Effects:
    """Return the effects, amounts, of a model whose logarithm is `base_log` plus a row of `logs`.

    Args:
        logs: shape (n, len(names)).
        predicted: shape (n,), above 0; the effects sum to it even where `logs` do so in float32 only.
    """
    base = np.full(predicted.shape, np.exp(base_log))
    total = logs.sum(axis=1)
    # Where prediction and base all but agree, the logarithmic mean is their mean.
    is_flat = np.abs(total) < 1e-9
    rate = np.where(is_flat, 0.0, (predicted - base) / np.where(is_flat, 1.0, total))
    return Effects(np.where(is_flat, predicted, base), names, logs * rate[:, None])


def with_season(effects: Effects, factor: Floats) -> Effects:
    """Return the effects of a prediction that is multiplied by `factor`; what it adds is the season's effect."""
    added = effects.predicted_brl() * (factor - 1.0)
    return merged([Effects(effects.base_brl, (*effects.names, SEASON), np.column_stack([effects.values_brl, added]))])


def shapley(
    call: Callable[..., Floats], names: tuple[str, ...], known: Sequence[Floats], typical: Sequence[float] | Floats
) -> Effects:
    """Return exact Shapley values of a function of few features against a typical customer, from all their mixtures.

    Args:
        call: takes one array per feature, gives a value per row.
        names: of the features.
        known: the features of each row.
        typical: of the customer whom all are held against.
    """
    usual = [np.full(known[0].shape, value) for value in typical]
    size = len(known)
    worth = {
        mixture: call(*(known[j] if mixture >> j & 1 else usual[j] for j in range(size))) for mixture in range(2**size)
    }
    # Shapley's weight of a coalition of k others among n: k! (n - k - 1)! / n!.
    weight = [factorial(k) * factorial(size - k - 1) / factorial(size) for k in range(size)]
    values = np.zeros((known[0].size, size))
    for j in range(size):
        for others in range(2**size):
            if not others >> j & 1:
                values[:, j] += weight[others.bit_count()] * (worth[others | 1 << j] - worth[others])
    return Effects(worth[0], names, values)


def merged(parts: list[Effects], weights: Sequence[float] | None = None) -> Effects:
    """Return the effects of the weighted mean of several predictions, equal names summed; default: equal weights."""
    shares = [1 / len(parts)] * len(parts) if weights is None else list(weights)
    names = tuple(dict.fromkeys(name for part in parts for name in part.names))
    place = {name: position for position, name in enumerate(names)}
    values = np.zeros((parts[0].base_brl.size, len(names)))
    base = np.zeros(parts[0].base_brl.size)
    for part, share in zip(parts, shares, strict=True):
        base += share * part.base_brl
        for column, name in enumerate(part.names):
            values[:, place[name]] += share * part.values_brl[:, column]
    return Effects(base, names, values)
