"""Entregas: how long it takes, how much is late, and where."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import Scope, deliveries
from eshop_dagster.dashboard.charts.bars import lying_bars, standing_bars
from eshop_dagster.dashboard.charts.regions import by_region, region_names
from eshop_dagster.dashboard.charts.series import lines
from eshop_dagster.dashboard.charts.theme import ACCENT, CONTRAST
from eshop_dagster.dashboard.elements import (
    Card,
    Column,
    cards,
    chart,
    compared,
    data_through,
    page_header,
    suppression_note,
    table,
)
from eshop_dagster.dashboard.filters import month_end
from eshop_dagster.dashboard.suppression import SMALLEST_GROUP, is_small, suppress
from eshop_dagster.dashboard.value_names import state_name
from eshop_dagster.dashboard.view import View

_APPLIED = ("states", "channels")
_LATE = ["late_count", "late_share", "late_by_instant_count", "late_by_instant_share"]
_BEHIND = {"promised_count": _LATE, "handled_count": ["handling_days"], "carried_count": ["transit_days"]}
"""Measures by the orders that they are of."""


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "deliveries")
    total = view.ask(deliveries.deliveries_in_all, view.scope(*_APPLIED)).iloc[0]
    if not total["delivered_count"] >= SMALLEST_GROUP:
        st.info(view.text("deliveries.empty"))
        return
    _open(view)
    _headline(view, _without_small_late(total))
    _history(view)
    # Which regions are hard to reach is known of Brazil alone.
    last = (_remote, _delay) if view.formats.shop.is_brazilian else (_delay,)
    for pair in ((_months, _durations), (_map, _states), last):
        for place, draw in zip(st.columns(len(pair)), pair, strict=True):
            with place:
                draw(view)
    _routes(view)


def _without_small_late(total: pd.Series) -> pd.Series:
    """Return the totals with what is late emptied where fewer than 10 orders had a promise."""
    is_shown = total["promised_count"] >= SMALLEST_GROUP
    return total if is_shown else total.mask(total.index.isin(["promised_count", *_LATE]))


def _before(view: View) -> tuple[Scope | None, pd.Series | None]:
    """Return the months just before and their deliveries: these are counted by month, an unfinished one as a whole."""
    before = view.scope_before(*_APPLIED)
    if before is None:
        return None, None
    found = view.ask(deliveries.deliveries_in_all, before).iloc[0]
    if not found["delivered_count"] >= SMALLEST_GROUP:
        return None, None
    return replace(before, last=month_end(before.last)), _without_small_late(found)


def _headline(view: View, now: pd.Series) -> None:
    before, earlier = _before(view)
    last = min(view.scope().last, _last_mature(view))
    is_whole = last == month_end(last)
    formats, day = view.formats, view.formats.day(data_through(view))

    def days(value: float) -> str:
        return view.text("deliveries.unit_days", days=formats.number(value))

    rows: dict[str, tuple[str, Any, Any, bool]] = {
        "late": ("late_share", formats.share, formats.points, False),
        "late_by_instant": ("late_by_instant_share", formats.share, formats.points, False),
        "days": ("delivery_days", days, None, False),
        "count": ("delivered_count", formats.whole, None, True),
    }
    shown = []
    for name, (column, write, write_points, is_more_better) in rows.items():
        change, why = None, "change.none"
        if earlier is not None and pd.notna(now[column]) and pd.notna(earlier[column]):
            if write_points:
                change = write_points(now[column] - earlier[column])
            elif name == "count" and not is_whole:
                why = "change.unfinished"
            elif earlier[column]:
                change = formats.change(now[column] / earlier[column] - 1)
        meaning = compared(view, view.text(f"deliveries.{name}_help", day=day), change, before, why)
        shown.append(Card(view.text(f"deliveries.{name}"), write(now[column]), change, meaning, is_more_better))
    cards(shown, per_row=4)


def _last_mature(view: View) -> date:
    """Return the last order day whose deliveries count: the late parcels of younger ones have not arrived yet."""
    found = view.ask(deliveries.deliveries_maturity)
    return pd.Timestamp(found["open_from_date"].iloc[0]).date() - timedelta(days=1)


def _open(view: View) -> None:
    """Say from which order day on the figures are open, where the chosen days reach so far."""
    last, days = _last_mature(view), int(view.ask(deliveries.deliveries_maturity)["arrival_days"].iloc[0])
    if view.scope().last > last:
        first_open = view.formats.day(last + timedelta(days=1))
        st.info(view.text("deliveries.open", day=first_open, days=days))


def _history(view: View) -> None:
    scope = replace(view.scope(*_APPLIED), first=view.choices.first, last=view.choices.last)
    total = _without_small_late(view.ask(deliveries.known_deliveries, scope).iloc[0])
    late, promised = view.formats.whole(total["late_count"]), view.formats.whole(total["promised_count"])
    share = view.formats.share(total["late_share"], 2)
    st.caption(view.text("deliveries.history", late=late, promised=promised, share=share))


def _months(view: View) -> None:
    months, hidden = _by(view, "month")
    names = {name: view.text(f"column.{name}") for name in ("late_share", "late_by_instant_share")}
    figure = lines(months, "ordered_month", names, view.formats, axis="", tickformat=".0%", hover="%{y:.1%}")
    numbers = months[["ordered_month", "delivered_count", "promised_count", "late_count", *names]]
    chart(view, "deliveries.months", figure, numbers, notes=suppression_note(view, hidden))


def _durations(view: View) -> None:
    months, hidden = _by(view, "month")
    measures = ("delivery_days", "transit_days", "handling_days")
    names = {name: view.text(f"column.{name}") for name in measures if months[name].notna().any()}
    figure = lines(months, "ordered_month", names, view.formats, axis="", tickformat=",.1~f", hover="%{y:,.1f}")
    notes = suppression_note(view, hidden)
    chart(view, "deliveries.durations", figure, months[["ordered_month", "delivered_count", *measures]], notes=notes)


def _by(view: View, key: str) -> tuple[pd.DataFrame, int]:
    return without_small_measures(view.ask(deliveries.deliveries_by, view.scope(*_APPLIED), key))


def without_small_measures(found: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the groups with each measure emptied that fewer than 10 orders stand behind, and how many lost one.

    A share of late orders is of those with a promise, which fewer may have than were delivered; days of handling and of
    transit are of those whose way is known.
    """
    kept, _ = suppress(found, "delivered_count")
    for count, measures in _BEHIND.items():
        kept, _ = suppress(kept, count, measures)
    counts = found[["delivered_count", *_BEHIND]]
    return kept, int(counts.apply(is_small).any(axis=1).sum())


def _map(view: View) -> None:
    states, hidden = _by(view, "state")
    values = dict(zip(states["state"], states["late_share"], strict=True))
    texts = {state: view.formats.share(value) for state, value in values.items()}
    numbers = states.assign(state_name=region_names(states["state"], view.formats))
    numbers = numbers[["state", "state_name", "delivered_count", "late_count", "late_share", "late_by_instant_share"]]
    figure = by_region(values, texts, view.formats, height=430)
    chart(view, "deliveries.map", figure, numbers, notes=suppression_note(view, hidden))


def _states(view: View) -> None:
    states, hidden = _by(view, "state")
    states = states[states["delivery_days"].notna()].sort_values("delivery_days", ascending=False)
    texts = [view.formats.number(value) for value in states["delivery_days"]]
    axis = view.text("column.delivery_days")
    values = list(states["delivery_days"])
    names = [state_name(view.text, one) for one in states["state"]]
    figure = lying_bars(names, values, texts, view.formats, axis=axis, height=430)
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
    regions, hidden = _by(view, "remoteness")
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
    routes, hidden = _by(view, "route")
    if len(routes) and (routes["seller_state"] == "unknown").all():
        # A shop whose orders name no seller has no routes.
        return
    routes = routes[routes["delivery_days"].notna()].sort_values("delivery_days", ascending=False)
    formats = view.formats

    def days(value: object) -> str:
        return formats.number(float(str(value)))

    columns = [
        Column("seller_state", "column.seller_state", lambda one: state_name(view.text, str(one))),
        Column("state", "column.destination", lambda one: state_name(view.text, str(one))),
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
