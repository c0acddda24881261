"""Entregas: how long it takes, how much is late, and where."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import deliveries
from eshop_dagster.dashboard.charts.bars import lying_bars, standing_bars
from eshop_dagster.dashboard.charts.series import lines
from eshop_dagster.dashboard.charts.states import STATES
from eshop_dagster.dashboard.charts.theme import ACCENT, CONTRAST
from eshop_dagster.dashboard.charts.tile_map import tile_map
from eshop_dagster.dashboard.elements import (
    Card,
    Column,
    cards,
    chart,
    data_through,
    page_header,
    suppression_note,
    table,
)
from eshop_dagster.dashboard.suppression import SMALLEST_GROUP, suppress, without_small
from eshop_dagster.dashboard.view import View

_APPLIED = ("states", "channels")


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "deliveries")
    total = view.ask(deliveries.deliveries_in_all, view.scope(*_APPLIED)).iloc[0]
    if not total["delivered_count"] >= SMALLEST_GROUP:
        st.info(view.text("deliveries.empty"))
        return
    _headline(view, total)
    _history(view)
    for pair in ((_months, _durations), (_map, _states), (_remote, _delay)):
        for place, draw in zip(st.columns(2), pair, strict=True):
            with place:
                draw(view)
    _routes(view)


def _headline(view: View, now: pd.Series) -> None:
    earlier, before = None, view.scope_before(*_APPLIED)
    if before is not None:
        found = view.ask(deliveries.deliveries_in_all, before).iloc[0]
        earlier = found if found["delivered_count"] >= SMALLEST_GROUP else None
    formats, day = view.formats, view.formats.day(data_through(view))

    def days(value: float) -> str:
        return view.text("deliveries.unit_days", days=formats.number(value))

    rows: dict[str, tuple[str, Any, Any, bool]] = {
        "late": ("late_share", formats.share, formats.points, False),
        "late_by_date": ("late_by_date_share", formats.share, formats.points, False),
        "days": ("delivery_days", days, None, False),
        "count": ("delivered_count", formats.whole, None, True),
    }
    shown = []
    for name, (column, write, write_points, is_more_better) in rows.items():
        change = None
        if earlier is not None and earlier[column]:
            relative = now[column] / earlier[column] - 1
            change = write_points(now[column] - earlier[column]) if write_points else formats.change(relative)
        meaning = view.text(f"deliveries.{name}_help", day=day)
        shown.append(Card(view.text(f"deliveries.{name}"), write(now[column]), change, meaning, is_more_better))
    cards(shown, per_row=4)


def _history(view: View) -> None:
    scope = replace(view.scope(*_APPLIED), first=view.choices.first, last=view.choices.last)
    total = view.ask(deliveries.deliveries_in_all, scope).iloc[0]
    late, promised = view.formats.whole(total["late_count"]), view.formats.whole(total["promised_count"])
    share = view.formats.share(total["late_share"], 2)
    st.caption(view.text("deliveries.history", late=late, promised=promised, share=share))


def _months(view: View) -> None:
    months, hidden = suppress(view.ask(deliveries.deliveries_by, view.scope(*_APPLIED), "month"), "delivered_count")
    names = {name: view.text(f"column.{name}") for name in ("late_share", "late_by_date_share")}
    figure = lines(months, "ordered_month", names, view.formats, axis="", tickformat=".0%", hover="%{y:.1%}")
    numbers = months[["ordered_month", "delivered_count", "promised_count", "late_count", *names]]
    chart(view, "deliveries.months", figure, numbers, notes=suppression_note(view, hidden))


def _durations(view: View) -> None:
    months, hidden = suppress(view.ask(deliveries.deliveries_by, view.scope(*_APPLIED), "month"), "delivered_count")
    names = {name: view.text(f"column.{name}") for name in ("delivery_days", "transit_days", "handling_days")}
    figure = lines(months, "ordered_month", names, view.formats, axis="", tickformat=",.0f", hover="%{y:,.1f}")
    notes = suppression_note(view, hidden)
    chart(view, "deliveries.durations", figure, months[["ordered_month", "delivered_count", *names]], notes=notes)


def _by_state(view: View) -> tuple[pd.DataFrame, int]:
    return suppress(view.ask(deliveries.deliveries_by, view.scope(*_APPLIED), "state"), "delivered_count")


def _map(view: View) -> None:
    states, hidden = _by_state(view)
    values = dict(zip(states["state"], states["late_share"], strict=True))
    texts = {state: view.formats.share(value) for state, value in values.items()}
    numbers = states.assign(state_name=states["state"].map(STATES))
    numbers = numbers[["state", "state_name", "delivered_count", "late_count", "late_share", "late_by_date_share"]]
    figure = tile_map(values, texts, STATES, view.formats, height=430)
    chart(view, "deliveries.map", figure, numbers, notes=suppression_note(view, hidden))


def _states(view: View) -> None:
    states, hidden = _by_state(view)
    states = states[states["delivery_days"].notna()].sort_values("delivery_days", ascending=False)
    texts = [view.formats.number(value) for value in states["delivery_days"]]
    axis = view.text("column.delivery_days")
    values = list(states["delivery_days"])
    figure = lying_bars(list(states["state"]), values, texts, view.formats, axis=axis, height=430)
    figure.update_yaxes(tickfont={"size": 10}, dtick=1)
    figure.update_layout(margin={"r": 40}, bargap=0.15)
    numbers = states[["state", "delivered_count", "delivery_days", "transit_days", "handling_days"]]
    chart(view, "deliveries.states", figure, numbers, notes=suppression_note(view, hidden))


def _delay(view: View) -> None:
    delays, hidden = suppress(view.ask(deliveries.deliveries_by_delay, view.scope(*_APPLIED)), "order_count", [])
    series = {view.text("column.order_count"): list(delays["order_count"])}
    figure = standing_bars(
        list(delays["late_days"]),
        series,
        view.formats,
        axis=view.text("column.order_count"),
        x_axis=view.text("deliveries.delay_axis"),
        height=340,
    )
    figure.update_traces(marker={"color": [CONTRAST if day > 0 else ACCENT for day in delays["late_days"]]})
    chart(view, "deliveries.delay", figure, delays, notes=suppression_note(view, hidden))


def _remote(view: View) -> None:
    regions, hidden = suppress(
        view.ask(deliveries.deliveries_by, view.scope(*_APPLIED), "remoteness"), "delivered_count"
    )
    words = {True: view.text("deliveries.is_remote"), False: view.text("deliveries.is_not_remote")}
    regions["remoteness"] = [words[bool(one)] for one in regions["is_remote_region"]]
    series = {view.text("column.delivery_days"): list(regions["delivery_days"])}
    axis = view.text("column.delivery_days")
    figure = standing_bars(list(regions["remoteness"]), series, view.formats, axis=axis, hover="%{y:,.1f}", height=340)
    written = [
        f"{view.formats.number(days)} · {view.formats.share(late)}"
        for days, late in zip(regions["delivery_days"], regions["late_share"], strict=True)
    ]
    figure.update_traces(text=written, textposition="outside", cliponaxis=False, width=0.45)
    numbers = regions[["remoteness", "delivered_count", "delivery_days", "transit_days", "late_share"]]
    chart(view, "deliveries.remote", figure, numbers, notes=suppression_note(view, hidden))


def _routes(view: View) -> None:
    routes = view.ask(deliveries.deliveries_by, view.scope(*_APPLIED), "route")
    routes, hidden = without_small(routes, "delivered_count")
    routes = routes[routes["delivery_days"].notna()].sort_values("delivery_days", ascending=False)
    formats = view.formats

    def days(value: object) -> str:
        return formats.number(float(str(value)))

    columns = [
        Column("seller_state", "column.seller_state", lambda one: view.text.known(f"value.{one}", str(one))),
        Column("state", "column.destination", lambda one: view.text.known(f"value.{one}", str(one))),
        Column("delivered_count", "column.delivered_count", lambda one: formats.whole(float(str(one))), True),
        Column("delivery_days", "column.delivery_days", days, True),
        Column("transit_days", "column.transit_days", days, True),
        Column("late_share", "column.late_share", lambda one: formats.share(float(str(one))), True),
    ]
    with st.container(border=True, key="box-routes"):
        st.subheader(view.text("deliveries.routes"), help=view.text("deliveries.routes_help"), anchor=False)
        table(view, "deliveries.routes", routes, columns, most=12)
        for note in suppression_note(view, hidden):
            st.caption(note)
