"""What is published of a customer's spend: the names, in SQL, files and answers alike."""

EXPECTED, PROBABILITY, IF_BUYING = "expected_spend_brl", "purchase_probability", "spend_if_buying_brl"
LEVELS = (0.8, 0.95)


def bounds_of(level: float) -> tuple[str, str]:
    """Return the names of the lower and the upper end of what is spent by who buys."""
    lower, upper = (f"spend_if_buying_{end}_{round(level * 100)}_brl" for end in ("lower", "upper"))
    return lower, upper


FIGURES = (EXPECTED, PROBABILITY, IF_BUYING, *(name for level in LEVELS for name in bounds_of(level)))
"""Expectation, probability to buy, what is spent by who buys, and its intervals, lower before upper ends."""
