"""Counter-based randomness: a number depends on (seed, stream, counter) and on nothing drawn before it.

That is what lets any day be made alone. The mixing is SplitMix64 (Steele, Lea, Flood: Fast Splittable
Pseudorandom Number Generators, OOPSLA 2014, figure 14).
"""

from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv, ndtri

Array = npt.NDArray[Any]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))

_QUANTILES = 1 << 16
"""Deviates are looked up by their top 16 bits: exact for every array length, and faster than computing them."""


@cache
def _normal_quantiles() -> Array:
    table: Array = ndtri((np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    return table


@cache
def _lognormal_quantiles(sigma: float) -> Array:
    table: Array = np.exp(sigma * _normal_quantiles())
    return table


@cache
def _gamma_quantiles(shape: float) -> Array:
    table: Array = gammaincinv(shape, (np.arange(_QUANTILES) + 0.5) / _QUANTILES) / shape
    return table


@cache
def _exponential_quantiles() -> Array:
    table: Array = -np.log1p(-(np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    return table


class Dice:
    """Random numbers by stream name and counter, for one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._keys: dict[str, np.uint64] = {}

    def _key(self, stream: str) -> np.uint64:
        if stream not in self._keys:
            digest = blake2b(f"{self._seed}/{stream}".encode(), digest_size=8).digest()
            self._keys[stream] = np.uint64(int.from_bytes(digest, "little"))
        return self._keys[stream]

    def bits(self, stream: str, counter: Array) -> Array:
        """Return 64 random bits for each counter, as uint64."""
        mixed = counter.astype(np.uint64)
        mixed *= _GOLDEN
        mixed += self._key(stream)
        mixed ^= mixed >> _SHIFTS[0]
        mixed *= _MIX_1
        mixed ^= mixed >> _SHIFTS[1]
        mixed *= _MIX_2
        mixed ^= mixed >> _SHIFTS[2]
        return mixed

    def uniform(self, stream: str, counter: Array) -> Array:
        """Return floats in [0, 1) for each counter."""
        uniform: Array = (self.bits(stream, counter) >> np.uint64(11)) * 2.0**-53
        return uniform

    def below(self, stream: str, counter: Array, limit: int | Array) -> Array:
        """Return integers in [0, limit) for each counter, as int64."""
        return (self.uniform(stream, counter) * limit).astype(np.int64)

    def choice(self, stream: str, counter: Array, cumulative_share: Array) -> Array:
        """Return positions in a distribution given by its cumulative shares (last value 1), as int64."""
        return np.searchsorted(cumulative_share, self.uniform(stream, counter), side="right")

    def normal(self, stream: str, counter: Array) -> Array:
        """Return standard normal deviates."""
        return self._quantile(_normal_quantiles(), stream, counter)

    def lognormal(self, stream: str, counter: Array, sigma: float) -> Array:
        """Return log-normal deviates of median 1."""
        return self._quantile(_lognormal_quantiles(sigma), stream, counter)

    def gamma(self, stream: str, counter: Array, shape: float) -> Array:
        """Return gamma deviates of mean 1."""
        return self._quantile(_gamma_quantiles(shape), stream, counter)

    def exponential(self, stream: str, counter: Array) -> Array:
        """Return exponential deviates of mean 1."""
        return self._quantile(_exponential_quantiles(), stream, counter)

    def _quantile(self, table: Array, stream: str, counter: Array) -> Array:
        deviates: Array = table[(self.bits(stream, counter) >> np.uint64(48)).astype(np.int64)]
        return deviates


def cumulative(shares: Array) -> Array:
    """Return cumulative shares that end in exactly 1."""
    sums: Array = np.cumsum(shares, dtype=np.float64)
    sums /= sums[-1]
    sums[-1] = 1.0
    return sums
