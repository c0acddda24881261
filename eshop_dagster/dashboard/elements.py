"""What pages are built of: headers, cards of numbers, charts and tables that can be taken away."""

import html
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import Scope
from eshop_dagster.dashboard.charts import theme
from eshop_dagster.dashboard.downloads import MIME, csv_bytes
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.suppression import SMALLEST_GROUP
from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.dashboard.value_names import in_words
from eshop_dagster.dashboard.view import View

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Card:
    """One number: its name, its value and its change as written, whether more is better, and what it means."""

    label: str
    value: str
    change: str | None
    meaning: str
    is_more_better: bool = True


@dataclass(frozen=True)
class Column:
    """One column of a table: of the frame, its header's text, how a value is written, and whether it is a number.

    `taken_key` is the header in the file, where the value as written has a unit that the raw one lacks.
    """

    name: str
    key: str
    written: Callable[[Any], str] = str
    is_number: bool = False
    taken_key: str = ""


def guarded(text: Texts, formats: Formats, draw: Callable[[], None]) -> None:
    """Draw; what goes wrong is in the log, and the visitor is told when it happened and nothing of what.

    A fragment draws itself again without its page, and needs a guard of its own.
    """
    try:
        draw()
    except Exception:
        _logger.exception("the page could not be drawn")
        st.error(text("app.trouble", now=formats.instant(datetime.now(UTC))))


def page_header(view: View, page: str) -> None:
    """Show the page's title, what it is for, and as of when."""
    st.title(view.text(f"page.{page}"), anchor=False)
    day = view.formats.day(data_through(view))
    st.caption(view.text(f"{page}.lead") + " " + view.text("app.release", day=day, name=view.release.name))


def data_through(view: View) -> pd.Timestamp:
    """Return the last day whose data the release holds."""
    return pd.Timestamp(str(view.release.manifest["data_through"]))


def cards(shown: Sequence[Card], per_row: int = 3) -> None:
    """Show numbers side by side, all of one height."""
    for start in range(0, len(shown), per_row):
        for place, card in zip(st.columns(per_row), shown[start : start + per_row], strict=False):
            place.metric(
                card.label,
                card.value,
                card.change,
                help=card.meaning,
                border=True,
                delta_color="off" if card.change is None else "normal" if card.is_more_better else "inverse",
            )


def chart(
    view: View,
    name: str,
    figure: go.Figure | None,
    frame: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    title: str | None = None,
    controls: Callable[[], object] | None = None,
    empty: str = "chart.empty",
) -> None:
    """Show a figure with its title, meaning, notes, and two buttons: its picture and its numbers.

    Args:
        view: the page's.
        name: `<page>.<chart>`: the key of its title; `<name>_help` is the key of its meaning.
        figure: None, or without data, shows that there is nothing to show.
        frame: the numbers drawn; its columns are named as in the catalogue under `column.`.
        notes: sentences under the figure.
        title: instead of the text of `name`.
        controls: shows widgets between title and figure.
        empty: key of what is said where there is nothing to draw.
    """
    slug = name.replace(".", "-")
    is_empty = figure is None or frame.empty
    with st.container(border=True, key=f"chart-{slug}", height="stretch"):
        meaning = view.text(f"{name}_help") + " " + view.text("chart.asof", day=view.formats.day(data_through(view)))
        st.subheader(title or view.text(name), help=meaning, anchor=False)
        if controls is not None:
            controls()
        if is_empty:
            st.info(view.text(empty))
        else:
            config = theme.config(view.formats, slug)
            st.plotly_chart(figure, theme=None, config=config, key=f"plot-{slug}", width="stretch")
        for note in notes:
            st.caption(note)
        if not is_empty:
            _buttons(view, slug, frame)


def _buttons(view: View, slug: str, frame: pd.DataFrame) -> None:
    with st.container(horizontal=True, gap="small"):
        take_away(view, slug, frame)
        label = html.escape(view.text("chart.image"))
        st.html(f'<button class="eshop-image" data-chart="chart-{slug}">{label}</button>', width="content")


def switch(label: str, options: Sequence[str], written: Callable[[str], str], key: str) -> None:
    """Show a choice of one of few options in a row; the first is chosen until a person chooses."""
    st.segmented_control(
        label,
        options,
        format_func=written,
        default=options[0],
        required=True,
        key=key,
        label_visibility="collapsed",
    )


def take_away(view: View, slug: str, frame: pd.DataFrame, headers: Mapping[str, str] | None = None) -> None:
    """Show the button that saves a frame as CSV in the page's language; the file is made when it is asked for.

    Args:
        view: the page's.
        slug: the file's name.
        frame: of raw values; numbers and dates stay such, states, channels and categories are told in words.
        headers: by column; default: the catalogue's.
    """

    def content() -> bytes:
        names = headers or {name: view.text.known(f"column.{name}", str(name)) for name in frame.columns}
        return csv_bytes(in_words(view.text, frame).rename(columns=names), language=view.language)

    st.download_button(
        view.text("chart.csv"),
        content,
        f"{slug}.csv",
        MIME,
        key=f"csv-{slug}",
        help=view.text("chart.csv_help"),
        on_click="ignore",
    )


def table(
    view: View,
    name: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    *,
    most: int = 25,
    can_be_taken: bool = True,
) -> None:
    """Show the first rows as a table, and the button that saves all of them unless they must stay on the screen."""
    if frame.empty:
        st.info(view.text("chart.empty"))
        return
    header = "".join(f"<th{_side(one)}>{html.escape(view.text(one.key))}</th>" for one in columns)
    rows = []
    for row in frame.head(most).to_dict("records"):
        cells = (f"<td{_side(one)}>{html.escape(one.written(row[one.name]))}</td>" for one in columns)
        rows.append(f"<tr>{''.join(cells)}</tr>")
    body = "".join(rows)
    st.html(f'<div class="eshop-table"><table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>')
    if len(frame) > most:
        shown = view.formats.whole(most)
        st.caption(view.text("table.more", shown=shown, count=view.formats.whole(len(frame))))
    if can_be_taken:
        headers = {one.name: view.text(one.taken_key or one.key) for one in columns}
        take_away(view, name.replace(".", "-"), frame[[one.name for one in columns]], headers)


def compared(view: View, meaning: str, change: str | None, before: Scope | None, otherwise: str = "change.none") -> str:
    """Return a card's meaning, and with what its change compares, or why there is no change (the key of a text)."""
    told = view.text(otherwise)
    if change is not None and before is not None:
        days = {"first": view.formats.day(before.first), "last": view.formats.day(before.last)}
        told = view.text("change.before", period=view.text("period.shown", **days))
    return f"{meaning} {told[0].upper()}{told[1:]}."


def suppression_note(view: View, hidden: int) -> list[str]:
    """Return the sentence about groups that are not shown, if there are any."""
    return [view.text("chart.suppressed", count=hidden, least=SMALLEST_GROUP)] if hidden else []


def ignored_note(view: View, *filters: str) -> list[str]:
    """Return the sentence about chosen filters that a chart does not know, if there are any."""
    chosen: Mapping[str, object] = vars(view.filters)
    names = [view.text(f"filter.{name}").lower() for name in filters if chosen[name]]
    return [view.text("chart.ignores", filters=", ".join(names))] if names else []


def _side(column: Column) -> str:
    return ' class="number"' if column.is_number else ""
