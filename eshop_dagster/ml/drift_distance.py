"""How far the buyers of a day are from those of the days at which a model learned: from the nearest of them.

A model that learned at thirteen cut-offs of a year has seen that year's seasons: a day has drifted when it is like none
of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from eshop_dagster.ml.drift import (
    FeatureProfile,
    population_stability,
    profile_features,
    profiles_as_json,
    profiles_of_json,
    wasserstein_shift,
)


@dataclass(frozen=True)
class Reference:
    """The buyers of one day at which a model learned: how many, and the distribution of each feature."""

    rows: int
    profiles: Mapping[str, FeatureProfile]


def reference_of(frame: pd.DataFrame, names: Sequence[str]) -> Reference:
    """Return the distribution of some buyers, one row each."""
    return Reference(len(frame), profile_features(frame, names))


def distances(references: Sequence[Reference], frame: pd.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """Return by feature the population stability index and the Wasserstein shift from the nearest reference.

    Each is the least over the references. Two samples of the very same customers differ, too: the index is told less
    its expected value then, (bins - 1) * (1 / rows now + 1 / rows then), the mean of the chi-squared distribution that
    it follows (Yurdakul, "Statistical properties of population stability index", 2018), and never below 0. So one limit
    serves a small shop and a large one.

    Raises:
        ValueError: there is no reference.
    """
    if not references:
        raise ValueError("there is no day to compare with; expected one reference or more. Train a champion first.")
    psi: dict[str, float] = {}
    moved: dict[str, float] = {}
    for one in references:
        by_chance = 1 / len(frame) + 1 / one.rows
        for name, value in population_stability(one.profiles, frame).items():
            bins = sum(share > 0 for share in one.profiles[name].shares)
            psi[name] = min(psi.get(name, float("inf")), max(value - (bins - 1) * by_chance, 0.0))
        for name, value in wasserstein_shift(one.profiles, frame).items():
            moved[name] = min(moved.get(name, float("inf")), value)
    return psi, moved


def reference_as_json(reference: Reference) -> dict[str, Any]:
    """Return the reference as it is kept."""
    return {"rows": reference.rows, "profiles": profiles_as_json(reference.profiles)}


def reference_of_json(content: Mapping[str, Any]) -> Reference:
    """Return the reference that was kept."""
    return Reference(int(content["rows"]), profiles_of_json(content["profiles"]))
