"""What every visitor sees around the pages: login, release, language, filters, and the page that was asked for."""

from dataclasses import replace

import streamlit as st

from eshop_dagster.adapters.release import NoRelease
from eshop_dagster.dashboard import sidebar
from eshop_dagster.dashboard.access import require_login, show_visitor
from eshop_dagster.dashboard.elements import guarded
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.navigation import PAGES, Page, pages_of
from eshop_dagster.dashboard.opening import Opening, choices_of, opening
from eshop_dagster.dashboard.style import ICON, SCRIPT, STYLE
from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.dashboard.view import View
from eshop_dagster.settings import load_settings

_LOOK_SECONDS = 3


def main() -> None:
    """Show one page to one visitor."""
    language = sidebar.chosen_language()
    shop = opening(load_settings().home).shop()
    text, formats = Texts(language, shop=shop), Formats(language, shop)
    st.set_page_config(text("app.title"), ICON, layout="wide", initial_sidebar_state="expanded")
    st.html(STYLE)
    script = SCRIPT.format(language="pt-BR" if language == "pt" else "en", skip=text("app.skip"))
    st.html(script, unsafe_allow_javascript=True)
    require_login(text)
    guarded(text, formats, lambda: _show(text, formats))


def _show(text: Texts, formats: Formats) -> None:
    home = load_settings().home
    try:
        database = opening(home).database()
    except NoRelease:
        st.warning(text("app.no_release", home=home.resolve().name))
        return
    _follow(opening(home), database.release.name, text, formats)
    choices = choices_of(database)
    if choices is None:
        st.warning(text("app.no_sales", name=database.release.name))
        return
    told = replace(text, window_days=database.release.window_days)
    _navigate(View(home, database, told, formats, choices, sidebar.present_filters(choices)))


def _navigate(view: View) -> None:
    text = view.text
    pages = pages_of(view.home)
    found = {page: _as_streamlit(page, view) for page in pages}
    groups = {
        text(f"nav.{group}"): [found[page] for page in pages if page.group == group]
        for group in ("analysis", "platform")
    }
    chosen = st.navigation(groups, expanded=True)
    page = next(one for one in pages if found[one] == chosen)
    with st.sidebar:
        sidebar.language_switch(text)
        if page.filters:
            names = view.segment_names()
            sidebar.filter_widgets(text, view.formats, view.choices, view.filters, page.filters, names)
        show_visitor(text)
    sidebar.write_address(view.filters, view.language)
    chosen.run()


def _as_streamlit(page: Page, view: View) -> st.Page:  # type: ignore[valid-type]
    def run() -> None:
        guarded(view.text, view.formats, lambda: page.render(view))

    title = view.text(f"page.{page.name}")
    if page is PAGES[0]:
        return st.Page(run, title=title, icon=page.icon, default=True)
    return st.Page(run, title=title, icon=page.icon, url_path=page.path)


@st.fragment(run_every=_LOOK_SECONDS)
def _follow(held: Opening, shown: str, text: Texts, formats: Formats) -> None:
    """Draw the page again once another release is ready."""

    def look() -> None:
        if held.database().release.name != shown:
            st.rerun()

    guarded(text, formats, look)
