"""Walk forward: what every part and baseline said of each judged window, fitted on what was known when it began."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import AS_OF_DATE, CUSTOMER_KEY, LABEL, feature_matrix
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.spend.bg_nbd import FIT_ROWS
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.params import SpendParams
from eshop_dagster.ml.spend.parts import (
    BG_NBD_DAY,
    LAST_RESORT,
    NAMES,
    PARTS,
    RANKING_BASELINES,
    Fitted,
    fit_parts,
)
from eshop_dagster.ml.spend.sampling import drawn_rows
from eshop_dagster.ml.spend.splitting import obstacle_in

ZERO, MEAN = "zero", "mean"


@dataclass(frozen=True)
class WalkForward:
    """Predictions of rows that none of their makers has learned from.

    Attributes:
        rows: keys, features and label, window by window, each in an order that the keys do not change.
        said: by part and baseline, amount of each row; those that failed on some window are left out.
        notes: a sentence for each part that failed, and for what the history was too short for.
        has_labels: whether parts were fitted that need labelled rows.
        chances: the probability to buy of each row, in the days that its label is of, by BG/NBD of its day; None where
            that could not be fitted.
    """

    rows: pd.DataFrame
    said: Mapping[str, Floats]
    notes: tuple[str, ...]
    has_labels: bool
    chances: Floats | None = None

    @property
    def actual(self) -> Floats:
        """True spend of each row."""
        return self.rows[LABEL].to_numpy(dtype=np.float64)

    @property
    def customers(self) -> np.ndarray:
        """Whose row each is: the rows of a customer are no independent evidence."""
        return self.rows[CUSTOMER_KEY].to_numpy()

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that can carry weight."""
        return tuple(name for name in PARTS if name in self.said)

    @property
    def baselines(self) -> tuple[str, ...]:
        """The baselines that can be compared with."""
        return tuple(name for name in (ZERO, MEAN, *RANKING_BASELINES) if name in self.said)

    def best_baseline(self) -> str | None:
        """Return the baseline with the lowest RMSE of those that order customers; None where all of them failed."""
        ranking = [name for name in RANKING_BASELINES if name in self.said]
        return min(ranking, key=lambda name: rmse(self.actual, self.said[name]), default=None)

    def windows(self) -> list[np.ndarray]:
        """Return the places of each window's rows, the earliest window first."""
        days = self.rows[AS_OF_DATE].to_numpy()
        return [np.flatnonzero(days == day) for day in sorted(set(days))]

    def errors(self, able: Collection[str] | None = None) -> dict[str, list[float]]:
        """Return the RMSE on each window of each part, of the last resort where there is no part.

        Args:
            able: the only names to look at; default: all.
        """
        there = [name for name in self.said if able is None or name in able]
        names = [name for name in self.parts if name in there] or [name for name in there if name == LAST_RESORT]
        actual, windows = self.actual, self.windows()
        return {name: [rmse(actual[rows], self.said[name][rows]) for rows in windows] for name in names}

    def mean_of(self, weights: Mapping[str, float]) -> Floats:
        """Return the weighted mean of what parts or baselines said."""
        total = np.zeros(len(self.rows))
        for name, weight in weights.items():
            total += weight * self.said[name]
        return total


def walk_forward(
    learned: pd.DataFrame, judging: pd.DataFrame, params: SpendParams, seed: int, label_days: int | None = None
) -> WalkForward:
    """Predict each judged window by parts fitted on the cut-offs whose label windows end before it begins.

    A window before which too few rows are labelled is left out. Where that is so of all, only what needs no label is
    judged, on all windows.

    Args:
        learned: features and label at labelled cut-offs.
        judging: features and label at the judged cut-offs.
        params: of the model.
        seed: of draws and trees.
        label_days: length of the window that the labels are of, whose buyers BG/NBD's probability is held against;
            None is the horizon.
    """
    label_days = label_days or params.horizon_days
    judging = drawn_rows(judging, [*NAMES, LABEL], rows=len(judging), seed=seed)
    learned = drawn_rows(learned, [*NAMES, LABEL], rows=params.fit_rows, seed=seed) if len(learned) else learned
    ends = pd.to_datetime(learned[AS_OF_DATE]) + timedelta(days=label_days)
    earlier = {day: learned[ends <= pd.Timestamp(day)] for day in sorted(set(judging[AS_OF_DATE]))}
    ready = [day for day, known in earlier.items() if obstacle_in("training", label_of(known), params) is None]
    fitted_for = {day: earlier[day] for day in ready} or dict.fromkeys(earlier)
    trouble: dict[str, str] = {}
    found = []
    for day, known in fitted_for.items():
        later = judging[judging[AS_OF_DATE] == day]
        said, chances, failed = _window(known, later, params, seed, label_days)
        trouble |= {name: words for name, words in failed.items() if name not in trouble}
        found.append((later, said, chances))
    names = [name for name in found[0][1] if all(name in said for _, said, _ in found)]
    own = [one for *_, one in found if one is not None]
    notes = [f"{name} weighs nothing: {trouble[name]}." for name in PARTS if name in trouble]
    if not ready:
        free = BG_NBD_DAY if BG_NBD_DAY in names else LAST_RESORT
        notes.append(f"No label was known before the judged rows: only what needs none serves, {free}.")
    return WalkForward(
        pd.concat([later for later, *_ in found], ignore_index=True),
        {name: np.concatenate([said[name] for _, said, _ in found]) for name in names},
        tuple(notes),
        bool(ready),
        np.concatenate(own) if len(own) == len(found) else None,
    )


def _window(
    known: pd.DataFrame | None, later: pd.DataFrame, params: SpendParams, seed: int, label_days: int
) -> tuple[dict[str, Floats], Floats | None, dict[str, str]]:
    matrix = feature_matrix(later, NAMES)
    fitted = fit_on(known, later, params, seed)
    said = fitted.predict(matrix)
    said[ZERO] = np.zeros(len(later))
    if known is not None:
        said[MEAN] = np.full(len(later), float(label_of(known).mean()))
    chances = fitted.parts[BG_NBD_DAY].chance(matrix, label_days) if BG_NBD_DAY in fitted.parts else None
    return said, chances, fitted.trouble


def fit_on(known: pd.DataFrame | None, day: pd.DataFrame, params: SpendParams, seed: int) -> Fitted:
    """Return the parts fitted on labelled rows (None: on none) and on the features of the day that is predicted."""
    sample = feature_matrix(drawn_rows(day, list(NAMES), rows=FIT_ROWS, seed=seed), NAMES)
    if known is None:
        return fit_parts(None, None, sample, params, seed)
    return fit_parts(feature_matrix(known, NAMES), label_of(known), sample, params, seed)


def label_of(frame: pd.DataFrame) -> Floats:
    """Return the label of the rows."""
    return frame[LABEL].to_numpy(dtype=np.float64)
