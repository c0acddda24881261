"""Is a price one that this shop can have meant, or a slip of the hand?"""

import math
from typing import NamedTuple

LEAST_LINES = 30
"""Order lines below which nothing is judged."""

LEFT_OUT_SHARE, LEAST_LEFT_OUT = 0.005, 3
"""Of the highest prices so many are no measure for others: slips are among them."""

TIMES_HIGHEST, TIMES_MEDIAN = 20, 100
"""A price beyond both multiples, of the highest that is left and of the median, is absurd."""


class UsualPrices(NamedTuple):
    """What order lines cost a piece: how many lines, their median, and the highest but for those left out."""

    line_count: int
    median_brl: float
    highest_brl: float


def left_out(line_count: int) -> int:
    """Return how many of the highest prices are left out of so many."""
    return max(LEAST_LEFT_OUT, math.ceil(LEFT_OUT_SHARE * line_count))


def highest_plausible_price(usual: UsualPrices) -> float | None:
    """Return the price beyond which a line is absurd; None where too few lines are known, or they cost nothing.

    Both multiples must be passed: a shop of screws that sells a machine now and then has seen prices of machines, and a
    shop whose prices are all alike may add a dearer kind of product.
    """
    if usual.line_count < LEAST_LINES or usual.highest_brl <= 0:
        return None
    return max(TIMES_HIGHEST * usual.highest_brl, TIMES_MEDIAN * usual.median_brl)
