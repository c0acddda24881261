"""States, channels and categories in words: the data has codes, and `unknown` where nobody told."""

from collections.abc import Callable

import pandas as pd

from eshop_dagster.dashboard.texts import Texts


def state_name(text: Texts, state: str) -> str:
    """Return a state's code, or that it is not known."""
    return text.known(f"value.{state}", state)


def channel_name(text: Texts, channel: str) -> str:
    """Return a channel in words."""
    return text.known(f"channel.{channel}", text.known(f"value.{channel}", channel))


def category_name(text: Texts, category: str) -> str:
    """Return a category as people write it: the data's own name with blanks and a capital letter."""
    if not category:
        return text("filter.all_categories")
    return text.known(f"value.{category}", category.replace("_", " ").capitalize())


def in_words(text: Texts, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its columns of states, channels and categories in words."""
    named = {name: frame[name].map(_writer(text, write)) for name, write in _NAMES.items() if name in frame.columns}
    return frame.assign(**named)


def _writer(text: Texts, write: Callable[[Texts, str], str]) -> Callable[[object], object]:
    return lambda value: write(text, value) if isinstance(value, str) else value


_NAMES: dict[str, Callable[[Texts, str], str]] = {
    "state": state_name,
    "seller_state": state_name,
    "channel": channel_name,
    "category": category_name,
}
