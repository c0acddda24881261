"""Releases held open for all visitors: the one that is shown, and the next one while it is made ready."""

import logging
from functools import cache
from pathlib import Path
from threading import Lock, Thread

import streamlit as st

from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase, ReleaseUnreadable, customers, sales
from eshop_dagster.adapters.release import NoRelease, ReleaseDamaged, current_name, open_release
from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.dashboard.filters import Choices
from eshop_dagster.shop import Shop

_logger = logging.getLogger(__name__)


class Opening:
    """The release of one home that visitors see.

    A new release is shown once its counts are ready: nobody waits for the scans over millions of orders. Only the first
    release of a process is shown at once.

    Args:
        home: the data home.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = Lock()
        self._shown: ReleaseDatabase | None = None
        self._coming: str | None = None

    def database(self) -> ReleaseDatabase:
        """Return the database of the release to show.

        Raises:
            NoRelease: nothing was published in this home.
        """
        with self._lock:
            if self._shown is None:
                self._shown = ReleaseDatabase(open_release(self._home))
                Thread(target=self._count, args=(self._shown,), daemon=True, name="counts").start()
                return self._shown
            wanted = current_name(self._home)
            if wanted not in (None, self._shown.release.name, self._coming):
                self._coming = wanted
                Thread(target=self._make_ready, daemon=True, name="next release").start()
            return self._shown

    def shop(self) -> Shop:
        """Return whose shop the home is; it is said even where nothing was published."""
        return read_shop(self._home)

    def _count(self, database: ReleaseDatabase) -> None:
        try:
            database.prepare()
        except ReleaseUnreadable:
            # The next reader of that count gets the error, too.
            _logger.exception("the release %s cannot be counted", database.release.name)

    def _make_ready(self) -> None:
        try:
            database = ReleaseDatabase(open_release(self._home))
            database.prepare()
        except (NoRelease, OSError, ValueError, KeyError, ReleaseDamaged, ReleaseUnreadable):
            _logger.exception("the release %s cannot be shown; the one before stays", self._coming)
            return
        with self._lock:
            # Counted at the same time as a newer one, it must not come back over it.
            if database.release.name == self._coming:
                self._shown, self._coming = database, None


@cache
def opening(home: Path) -> Opening:
    """Return what holds the releases of a home, the same for all visitors."""
    return Opening(home)


def choices_of(database: ReleaseDatabase) -> Choices | None:
    """Return what there is to filter by; None where nothing was sold."""
    return _choices(str(database.release.folder), database)


@st.cache_data(max_entries=3, show_spinner=False)
def _choices(folder: str, _database: ReleaseDatabase) -> Choices | None:
    found = sales.choices(_database)
    if found is None:
        return None
    first, last, states, channels, categories = found
    segments = customers.segments(_database)
    ids = tuple(int(one) for one in segments["segment_id"]) if len(segments) else ()
    return Choices(first, last, tuple(states), tuple(channels), tuple(categories), ids)
