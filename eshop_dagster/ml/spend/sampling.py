"""Which rows a model is fitted on, and in which order: decided by what the rows hold, never by whose they are."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.features import AS_OF_DATE, FEATURES, LABEL

JUDGED_ROWS = 50_000
"""Most rows of a cut-off that are fitted on."""

_GOLDEN = 0x9E3779B97F4A7C15


def row_hashes(frame: pd.DataFrame, names: list[str], seed: int) -> npt.NDArray[np.uint64]:
    """Return a number for each row that depends on the named values and the seed alone.

    Keys are pseudonyms drawn again in every home: a draw by key, or by place in an order of keys, would take other
    customers in each.
    """
    plain = pd.util.hash_pandas_object(frame[names].astype("float64"), index=False).to_numpy(dtype=np.uint64)
    # Numbers of numpy's own type would warn that they wrap around, which they should.
    mixed = plain + np.uint64((_GOLDEN * (seed % 2**32 + 1)) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def drawn_training_rows(train: pd.DataFrame, seed: int, rows: int | None = None) -> pd.DataFrame:
    """Return the rows of the labelled cut-offs that a training with that seed and so many `fit_rows` looks at.

    A caller who cannot hold all cut-offs at once draws from each by this, and gets the model of all rows.
    """
    return drawn_rows(train, [*FEATURES, LABEL], rows=rows or JUDGED_ROWS, seed=seed)


def drawn_rows(frame: pd.DataFrame, names: list[str], *, rows: int, seed: int) -> pd.DataFrame:
    """Return at most `rows` rows of each cut-off, cut-off by cut-off, in an order that is the same in every home.

    Args:
        names: numeric columns, features and label, that tell rows apart; rows equal in all of them are exchangeable.
    """
    taken = []
    for _, group in frame.groupby(AS_OF_DATE, sort=True):
        order = np.argsort(row_hashes(group, names, seed), kind="stable")[:rows]
        taken.append(group.iloc[order])
    return pd.concat(taken, ignore_index=True) if taken else frame
