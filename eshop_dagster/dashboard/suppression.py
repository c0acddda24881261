"""Groups so small that a number about them would be about persons."""

from collections.abc import Sequence

import pandas as pd

SMALLEST_GROUP = 10
"""People, or orders where people are not counted: a group of fewer is not shown."""


def is_small(counts: "pd.Series[float]") -> "pd.Series[bool]":
    """Return which groups have somebody in them, and fewer people than may be shown."""
    return counts.fillna(0).gt(0) & counts.fillna(0).lt(SMALLEST_GROUP)


def suppress(
    frame: pd.DataFrame, count: str, measures: Sequence[str] | None = None, *, whole: str | None = None
) -> tuple[pd.DataFrame, int]:
    """Return the frame with the measures of small groups emptied, and the number of those groups.

    Args:
        frame: a row a group.
        count: column with the people, or the orders, of the group.
        measures: columns to empty, the count always with them; default: every column of numbers.
        whole: column of what groups are parts of, where the parts' sum is known: a single small part could be worked
            out from the others, so that the next smallest is emptied with it. It is not counted.
    """
    is_hidden = frame[count].fillna(0).lt(SMALLEST_GROUP)
    named = list(measures) if measures is not None else list(frame.select_dtypes("number").columns)
    kept = frame.copy()
    is_emptied = is_hidden if whole is None else is_hidden | _beside_a_single(frame, count, whole)
    for column in {*named, count}:
        kept[column] = kept[column].astype("float64").mask(is_emptied)
    return kept, int(is_small(frame[count]).sum())


def _beside_a_single(frame: pd.DataFrame, count: str, whole: str) -> "pd.Series[bool]":
    """Return which groups are the next smallest of a whole with exactly one small group that is not empty."""
    counts = frame[count].fillna(0)
    is_alone = is_small(counts).groupby(frame[whole]).transform("sum").eq(1)
    others = counts[counts.ge(SMALLEST_GROUP) & is_alone]
    return pd.Series(frame.index.isin(others.groupby(frame[whole]).idxmin()), index=frame.index)


def without_small(frame: pd.DataFrame, count: str) -> tuple[pd.DataFrame, int]:
    """Return the rows of groups that are large enough, and the number of those left out."""
    is_large = frame[count].fillna(0).ge(SMALLEST_GROUP)
    return frame[is_large].reset_index(drop=True), int(is_small(frame[count]).sum())
