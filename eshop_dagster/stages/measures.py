"""Measures of a model: what people call them, and which way is better."""

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Words(NamedTuple):
    """A text in both languages; `{currency}` and `{window}` stand for the shop's currency and the window's days."""

    pt: str
    en: str


Direction = Literal["lower", "higher"] | float
"""Which value is better; a number is the value to be near."""


@dataclass(frozen=True)
class Measure:
    """One measure of a kind's models, on data that they had not seen.

    Attributes:
        name: as the registry has it; `baseline_<name>` is the same of the best baseline.
        title: what people call it, with its unit.
        direction: which value is better.
        meaning: what it says, as the end of a sentence.
    """

    name: str
    title: Words
    direction: Direction
    meaning: Words

    def loss(self, value: float) -> float:
        """Return how far a value is from the best: the lower, the better."""
        if isinstance(self.direction, float):
            return abs(value - self.direction)
        return value if self.direction == "lower" else -value
