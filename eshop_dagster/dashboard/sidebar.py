"""Language and filters: widgets in the sidebar, whose choices stand in the address of the page."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import streamlit as st

from eshop_dagster.dashboard.filters import PERIODS, Choices, Filters, of_query, to_query
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.texts import LANGUAGES, Texts
from eshop_dagster.dashboard.value_names import category_name, channel_name, state_name

_FILTERS, _LANGUAGE, _WRITTEN = "eshop_filters", "eshop_language", "eshop_written"


def chosen_language() -> str:
    """Return the language of this session: of the address, else as chosen before, else Portuguese."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state[_LANGUAGE] = asked
    return str(st.session_state.get(_LANGUAGE, LANGUAGES[0]))


def language_switch(text: Texts) -> None:
    """Show the switch between the languages."""
    st.session_state["language_switch"] = text.language
    st.segmented_control(
        text("app.language"),
        LANGUAGES,
        format_func=lambda one: text(f"language.{one}"),
        key="language_switch",
        on_change=_switch,
        required=True,
        label_visibility="collapsed",
    )


def present_filters(choices: Choices) -> Filters:
    """Return the session's filters: those of the address when it was opened or changed there, else as chosen before.

    Opening another page empties the address; what was chosen then stays and is written there again.
    """
    query = {name: value for name, value in st.query_params.items() if name != "lang"}
    if _FILTERS not in st.session_state or (query and query != st.session_state.get(_WRITTEN)):
        st.session_state[_FILTERS] = of_query(query, choices)
    filters = st.session_state[_FILTERS]
    # A release may no longer have what was chosen under the one before.
    return of_query(to_query(filters), choices) if isinstance(filters, Filters) else Filters()


def write_address(filters: Filters, language: str) -> None:
    """Make the address say what is shown."""
    query = to_query(filters)
    wanted = {**query, **({"lang": language} if language != LANGUAGES[0] else {})}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = query


def filter_widgets(
    text: Texts, formats: Formats, choices: Choices, filters: Filters, applied: Collection[str], names: dict[int, str]
) -> None:
    """Show the filters; those that do not apply to the page are disabled and say so.

    Args:
        text: the catalogue.
        formats: of the language.
        choices: what there is to choose from.
        filters: what is chosen.
        applied: of `period`, `states`, `channels`, `category`, `segments`.
        names: of the segments.
    """
    st.subheader(text("filter.title"), anchor=False)
    _one("period", PERIODS, filters.period, text, applied, lambda one: text(f"period.{one}"))
    if filters.period == "custom":
        months = choices.months()
        _one("first_month", months, filters.first_month or months[0], text, applied, formats.month, "from", "period")
        _one("last_month", months, filters.last_month or months[-1], text, applied, formats.month, "to", "period")
    scope = filters.scope(choices)
    if "period" in applied:
        st.caption(text("period.shown", first=formats.day(scope.first), last=formats.day(scope.last)))
    _several("states", choices.states, filters.states, text, applied, lambda one: state_name(text, one))
    _several("channels", choices.channels, filters.channels, text, applied, lambda one: channel_name(text, one))
    # Streamlit would show its own English words for None.
    _one(
        "category",
        ("", *choices.categories),
        filters.category or "",
        text,
        applied,
        lambda one: category_name(text, one),
    )
    _several("segments", choices.segments, filters.segments, text, applied, lambda one: names.get(one, str(one)))
    st.button(text("filter.clear"), on_click=_clear, width="stretch")
    st.caption(text("filter.kept"))


def _one(
    field: str,
    options: Collection[Any],
    value: Any,
    text: Texts,
    applied: Collection[str],
    written: Any,
    label: str = "",
    group: str = "",
) -> None:
    is_used = (group or field) in applied
    st.session_state[f"filter_{field}"] = value
    what = text("filter.one_category") if field == "category" else None
    shared = _shared(field, text, is_used, what)
    st.selectbox(text(f"filter.{label or field}"), list(options), format_func=written, placeholder="", **shared)


def _several(
    field: str, options: Collection[Any], value: Any, text: Texts, applied: Collection[str], written: Any
) -> None:
    is_used = field in applied
    st.session_state[f"filter_{field}"] = list(value)
    shared = {**_shared(field, text, is_used, None), "placeholder": text("filter.all"), "select_all": False}
    st.multiselect(text(f"filter.{field}"), list(options), format_func=written, **shared)


def _shared(field: str, text: Texts, is_used: bool, meaning: str | None) -> dict[str, Any]:
    return {
        "key": f"filter_{field}",
        "on_change": _choose,
        "args": (field,),
        "disabled": not is_used,
        "help": meaning if is_used else text("filter.not_here"),
        # Without typing there is no English "No results".
        "filter_mode": None,
    }


def _choose(field: str) -> None:
    value = st.session_state[f"filter_{field}"]
    kept = tuple(value) if isinstance(value, list) else value or None
    st.session_state[_FILTERS] = replace(st.session_state[_FILTERS], **{field: kept})
    _forget_address()


def _clear() -> None:
    st.session_state[_FILTERS] = Filters()
    _forget_address()


def _switch() -> None:
    st.session_state[_LANGUAGE] = st.session_state["language_switch"] or LANGUAGES[0]
    if "lang" in st.query_params:
        del st.query_params["lang"]


def _forget_address() -> None:
    """Let the session's choice win over the address, which is still that of the run before."""
    st.session_state[_WRITTEN] = {name: value for name, value in st.query_params.items() if name != "lang"}
