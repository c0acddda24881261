"""What part of the shop a question is about."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Scope:
    """One choice of filters.

    Attributes:
        first: first business date.
        last: last business date, included.
        states: codes of states; empty is all of Brazil.
        channels: `web`, `app`, `store`; empty is all.
        category: one product category, or None for all. One only: an order of two categories counts in both.
        segments: segment ids; empty is every customer, those without a segment included.
    """

    first: date
    last: date
    states: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    category: str | None = None
    segments: tuple[int, ...] = ()

    def values(self) -> dict[str, object]:
        """Return the parameters that statements bind."""
        return {
            "first": self.first,
            "last": self.last,
            "states": list(self.states),
            "channels": list(self.channels),
            "category": self.category,
            "segments": list(self.segments),
        }


IN_STATES = "(len($states::VARCHAR[]) = 0 OR list_contains($states::VARCHAR[], state))"
IN_CHANNELS = "(len($channels::VARCHAR[]) = 0 OR list_contains($channels::VARCHAR[], channel))"
IN_CATEGORY = "($category::VARCHAR IS NULL OR category = $category::VARCHAR)"
IN_SEGMENTS = "(len($segments::INTEGER[]) = 0 OR list_contains($segments::INTEGER[], segment_id))"
"""Conditions on a table's own columns; each is true of every row where nothing was chosen."""

_FEATURES_OF_SEGMENTS = """(
    SELECT features.* FROM customer_features AS features INNER JOIN customer_scores AS scores USING (customer_key)
    WHERE list_contains($segments::INTEGER[], scores.segment_id)
)"""


def features_of(segments: tuple[int, ...]) -> str:
    """Return what a statement selects features from: those of the customers of `$segments`; none named is all."""
    return _FEATURES_OF_SEGMENTS if segments else "customer_features"
