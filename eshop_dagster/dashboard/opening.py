"""Releases held open, one database each, shared by all visitors."""

from threading import Thread

import streamlit as st

from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase, customers, sales
from eshop_dagster.adapters.dashboard_queries.summaries import SUMMARIES
from eshop_dagster.adapters.release import OpenRelease
from eshop_dagster.dashboard.filters import Choices

_HELD_RELEASES = 3
"""The present one, and those that a visitor's page is just being drawn from."""


@st.cache_resource(max_entries=_HELD_RELEASES, show_spinner=False)
def opened_database(home: str, name: str, _release: OpenRelease) -> ReleaseDatabase:
    """Return the database of a release; what its pages need is counted meanwhile, before anybody clicks."""
    database = ReleaseDatabase(_release)
    needed = [one for one in SUMMARIES if one != "customers_by_group" or database.has("customer_scores")]
    Thread(target=database.prepare, args=(needed,), daemon=True, name="summaries").start()
    return database


def choices_of(database: ReleaseDatabase) -> Choices | None:
    """Return what there is to filter by; None where nothing was sold."""
    return _choices(database.release.name, database)


@st.cache_data(max_entries=_HELD_RELEASES, show_spinner=False)
def _choices(name: str, _database: ReleaseDatabase) -> Choices | None:
    found = sales.choices(_database)
    if found is None:
        return None
    first, last, states, channels, categories = found
    segments = customers.segments(_database)
    ids = tuple(int(one) for one in segments["segment_id"]) if len(segments) else ()
    return Choices(first, last, tuple(states), tuple(channels), tuple(categories), ids)
