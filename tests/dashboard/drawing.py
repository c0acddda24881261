"""One page drawn without a browser, and what it lets people take away."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest


def draw() -> None:
    """Draw the page that the session names; AppTest runs this function's own text."""
    import streamlit as st

    from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase
    from eshop_dagster.adapters.release import open_release
    from eshop_dagster.dashboard.filters import of_query
    from eshop_dagster.dashboard.formats import Formats
    from eshop_dagster.dashboard.navigation import PAGES
    from eshop_dagster.dashboard.opening import choices_of
    from eshop_dagster.dashboard.texts import Texts
    from eshop_dagster.dashboard.view import View
    from eshop_dagster.settings import load_settings

    home = load_settings().home
    database = ReleaseDatabase(open_release(home))
    choices = choices_of(database)
    assert choices is not None
    shop = database.release.shop
    filters = of_query(st.query_params.to_dict(), choices)
    page = next(one for one in PAGES if one.name == st.session_state["page"])
    texts = Texts("pt", database.release.window_days, shop)
    page.render(View(home, database, texts, Formats("pt", shop), choices, filters))


def drawn(page: str, **query: str) -> AppTest:
    """Return a page in Portuguese under the filters of an address."""
    test = AppTest.from_function(draw, default_timeout=60)
    test.session_state["page"] = page
    for name, value in query.items():
        test.query_params[name] = value
    # AppTest leaves a module of its own as the main one, which processes that other tests begin would run.
    main = sys.modules["__main__"]
    try:
        return test.run()
    finally:
        sys.modules["__main__"] = main


def captions(test: AppTest) -> str:
    return " ".join(one.value for one in test.caption)


class Taken(dict[str, pd.DataFrame]):
    """The frames behind the buttons that save files, by the file's name."""

    def note(self, view: object, slug: str, frame: pd.DataFrame, headers: Mapping[str, str] | None = None) -> None:
        self[slug] = frame


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    found = Taken()
    monkeypatch.setattr("eshop_dagster.dashboard.elements.take_away", found.note)
    return found


@pytest.fixture
def home(environment: Path) -> Path:
    environment.mkdir()
    return environment


def month(day: date, **changed: Any) -> dict[str, Any]:
    """One row of agg_churn."""
    row = {"ordered_month": day, "active_customer_count": 40, "churned_customer_count": 4, "churn_share": 0.1}
    row |= {"buyer_count": 20, "new_customer_count": 5, "returning_customer_count": 15, "repeat_share": 0.75}
    return {**row, **changed}


def segment(number: int) -> dict[str, Any]:
    """One row of customer_segments."""
    words = {"name_pt": f"S{number}", "name_en": f"S{number}", "description_pt": "d", "description_en": "d"}
    return {"segment_id": number, **words, "customer_count": 20, "recency_days_median": 33.0}


def cohort(**changed: Any) -> dict[str, Any]:
    """One row of agg_cohort_retention."""
    row = {"cohort_month": date(2025, 3, 1), "months_since": 1, "customer_count": 10, "cohort_customer_count": 20}
    return {**row, "retention_share": 0.5, **changed}
