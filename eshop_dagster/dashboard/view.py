"""What every page is handed: one release, one language, one choice of filters; and answers that are kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase, Scope, customers
from eshop_dagster.adapters.release import OpenRelease
from eshop_dagster.dashboard.filters import Choices, Filters, before
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.texts import Texts

_KEPT_ANSWERS = 512


@dataclass(frozen=True)
class View:
    """One rendering of one page, all of one release.

    Attributes:
        home: the data home.
        database: the release's tables.
        text: the catalogue in the chosen language.
        formats: how values are written in it.
        choices: what there is to filter by.
        filters: what was chosen.
    """

    home: Path
    database: ReleaseDatabase
    text: Texts
    formats: Formats
    choices: Choices
    filters: Filters

    @property
    def release(self) -> OpenRelease:
        """The release that is shown."""
        return self.database.release

    @property
    def language(self) -> str:
        """`pt` or `en`."""
        return self.text.language

    def scope(self, *applied: str) -> Scope:
        """Return the choice, with the filters that a chart does not know left out.

        Args:
            applied: of `states`, `channels`, `category`, `segments`; the period always applies.
        """
        blank: dict[str, Any] = {"states": (), "channels": (), "category": None, "segments": ()}
        left_out = {name: value for name, value in blank.items() if name not in applied}
        return replace(self.filters.scope(self.choices), **left_out)

    def scope_before(self, *applied: str) -> Scope | None:
        """Return the period before in the same choice; None where the shop's history does not reach back to it."""
        earlier = before(self.scope(*applied))
        return earlier if earlier.first >= self.choices.first.replace(day=1) else None

    def segment_names(self) -> dict[int, str]:
        """Return the segments' names in the page's language; none without a champion."""
        frame = self.ask(customers.segments)
        return dict(zip(frame["segment_id"], frame[f"name_{self.language}"], strict=True)) if len(frame) else {}

    def ask(self, question: Callable[..., Any], *arguments: Any) -> Any:
        """Return the answer of `question(database, *arguments)`, kept by release and arguments."""
        name = f"{question.__module__}.{question.__qualname__}"
        return _answer(str(self.home), self.release.name, name, repr(arguments), self.database, question, arguments)


@st.cache_data(max_entries=_KEPT_ANSWERS, show_spinner=False)
def _answer(
    home: str,
    release: str,
    name: str,
    key: str,
    _database: ReleaseDatabase,
    _question: Any,
    _arguments: tuple[Any, ...],
) -> Any:
    return _question(_database, *_arguments)
