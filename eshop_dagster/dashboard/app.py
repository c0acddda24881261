"""What Streamlit runs for every visitor: login, release, language, filters, and the page that was asked for."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from eshop_dagster.adapters.release import NoRelease, current_name, open_release
from eshop_dagster.dashboard import sidebar
from eshop_dagster.dashboard.access import require_login, show_visitor
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.navigation import PAGES, Page
from eshop_dagster.dashboard.opening import choices_of, opened_database
from eshop_dagster.dashboard.style import ICON, SCRIPT, STYLE
from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.dashboard.view import View
from eshop_dagster.settings import load_settings

_LOOK_SECONDS = 5
_LOG = logging.getLogger(__name__)


def main() -> None:
    """Show one page to one visitor."""
    language = sidebar.chosen_language()
    text, formats = Texts(language), Formats(language)
    st.set_page_config(text("app.title"), ICON, layout="wide", initial_sidebar_state="expanded")
    st.html(STYLE)
    st.html(SCRIPT.format(language="pt-BR" if language == "pt" else "en"), unsafe_allow_javascript=True)
    require_login(text)
    home = load_settings().home
    try:
        release = open_release(home)
    except NoRelease:
        st.warning(text("app.no_release", home=home.name))
        return
    _follow(home, release.name)
    database = opened_database(str(home), release.name, release)
    choices = choices_of(database)
    if choices is None:
        st.warning(text("app.no_sales", name=release.name))
        return
    view = View(home, database, text, formats, choices, sidebar.present_filters(choices))
    _show(view)


def _show(view: View) -> None:
    text = view.text
    found = {page: st.Page(_runner(page, view), title=text(f"page.{page.name}"), icon=page.icon, **_place(page))
             for page in PAGES}
    groups = {text(f"nav.{group}"): [found[page] for page in PAGES if page.group == group]
              for group in ("analysis", "platform")}
    chosen = st.navigation(groups, expanded=True)
    page = next(one for one in PAGES if found[one] == chosen)
    with st.sidebar:
        sidebar.language_switch(text)
        if page.filters:
            sidebar.filter_widgets(text, view.formats, view.choices, view.filters, page.filters, segment_names(view))
        show_visitor(text)
    sidebar.write_address(view.filters, view.language)
    chosen.run()


def segment_names(view: View) -> dict[int, str]:
    """Return the segments' names in the page's language."""
    from eshop_dagster.adapters.dashboard_queries import customers

    frame = view.ask(customers.segments)
    return dict(zip(frame["segment_id"], frame[f"name_{view.language}"], strict=True)) if len(frame) else {}


def _runner(page: Page, view: View):  # type: ignore[no-untyped-def]
    def run() -> None:
        try:
            page.render(view)
        except Exception:
            _LOG.exception("the page %s could not be drawn", page.name)
            st.error(view.text("app.trouble", now=view.formats.instant(datetime.now(UTC))))

    return run


def _place(page: Page) -> dict[str, object]:
    return {"default": True} if page is PAGES[0] else {"url_path": page.path}


@st.fragment(run_every=_LOOK_SECONDS)
def _follow(home: Path, shown: str) -> None:
    """Draw the page anew once another release is current."""
    if current_name(home) not in (shown, None):
        st.rerun()

