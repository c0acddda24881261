"""What customers say of their orders after delivery; a late parcel makes for a bad review."""

import numpy as np

from eshop_dagster.adapters.sources.simulated.lives import Life
from eshop_dagster.adapters.sources.simulated.orders import DAY, Placed
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice

LONGEST_REVIEW = 10
"""Days from the delivery to the review, at most."""

_REVIEWED_SHARE = 0.65
_ON_TIME_LIMITS = np.array([0.075, 0.105, 0.19, 0.39])
_LATE_LIMITS = np.array([0.52, 0.61, 0.72, 0.82])


def review_delay_days(dice: Dice, key: Array) -> Array:
    """Return days from delivery to review, 1 to LONGEST_REVIEW; orders without a review get 0."""
    days = np.minimum(1 + (1.5 * dice.exponential("review/delay", key)).astype(np.int64), LONGEST_REVIEW)
    return np.where(dice.uniform("review/is_written", key) < _REVIEWED_SHARE, days, 0)


def reviews_of(dice: Dice, placed: Placed, life: Life) -> tuple[Array, Array]:
    """Return scores 1 to 5 and local seconds of the reviews of delivered orders."""
    mood = dice.uniform("review/score", placed.key)
    on_time = 1 + np.searchsorted(_ON_TIME_LIMITS, mood, side="right")
    late = 1 + np.searchsorted(_LATE_LIMITS, mood, side="right")
    delivered_day = life.delivered // DAY
    score = np.where(delivered_day > life.promised, late, on_time)
    created = (delivered_day + review_delay_days(dice, placed.key)) * DAY
    return score, created + 25_200 + dice.below("review/second", placed.key, 57_600)
