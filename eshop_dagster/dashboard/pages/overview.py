"""Visão geral: what the shop sold, to whom, and what lies ahead."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import Scope, forecasts, sales
from eshop_dagster.dashboard.charts.bars import lying_bars
from eshop_dagster.dashboard.charts.regions import by_region, region_names
from eshop_dagster.dashboard.charts.series import fan, lines
from eshop_dagster.dashboard.daily import is_too_sparse, revenue_by_day, revenue_by_whole_month
from eshop_dagster.dashboard.elements import (
    Card,
    cards,
    chart,
    compared,
    data_through,
    guarded,
    ignored_note,
    page_header,
    suppression_note,
    switch,
)
from eshop_dagster.dashboard.suppression import SMALLEST_GROUP, suppress, without_small
from eshop_dagster.dashboard.value_names import category_name
from eshop_dagster.dashboard.view import View

_APPLIED = ("states", "channels", "category")
_OF_THE_WHOLE_SHOP = ("active", "repeat", "churn")
"""Cards that no filter changes: where one is chosen, they say so beside the number."""
_SHOWN_CATEGORIES = 12
_MEASURES = ("net_revenue_brl", "order_count", "average_ticket_brl")


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "overview")
    _headline(view)
    _history(view)
    _daily(view)
    left, right = st.columns(2)
    with left:
        _map(view)
    with right:
        _categories(view)
    _loyalty(view)


def _headline(view: View) -> None:
    now, earlier = _totals(view, view.scope(*_APPLIED)), None
    before = view.scope_before(*_APPLIED)
    if before is not None:
        earlier = _totals(view, before)
    formats, day = view.formats, view.formats.day(data_through(view))
    written: dict[str, tuple[Any, Any, Any, bool]] = {
        "revenue": (formats.money, _relative, formats.change, True),
        "orders": (formats.whole, _relative, formats.change, True),
        "ticket": (formats.money, _relative, formats.change, True),
        "active": (formats.whole, _relative, formats.change, True),
        "repeat": (formats.share, _difference, formats.points, True),
        "churn": (formats.share, _difference, formats.points, False),
    }
    shown = []
    for name, (write, compare, write_change, is_more_better) in written.items():
        change = compare(now[name], earlier[name]) if earlier else None
        text = write_change(change) if change is not None else None
        meaning = compared(view, view.text(f"overview.{name}_help", day=day), text, before)
        label = view.text(f"overview.{name}")
        if name in _OF_THE_WHOLE_SHOP and ignored_note(view, *_APPLIED):
            label = view.text("overview.whole_shop", name=label)
        shown.append(Card(label, write(now[name]), text, meaning, is_more_better))
    cards(shown)


def _totals(view: View, scope: Scope) -> dict[str, float | None]:
    """Return the six numbers of a period; None for what there is not, or what few people would stand behind."""
    days = view.ask(sales.sales_by_day, scope)
    orders = float(days["order_count"].sum())
    is_shown = orders >= SMALLEST_GROUP
    months = view.ask(sales.loyalty_by_month, replace(scope, states=(), channels=(), category=None))
    whole = months[months["churned_customer_count"].notna() & (months["active_customer_count"] > 0)]
    # People of several months are the same ones: as many as in the largest month are surely there.
    has_buyers, has_active = _are_enough(months["buyer_count"]), _are_enough(whole["active_customer_count"])
    buyers, active = float(months["buyer_count"].sum()), float(whole["active_customer_count"].sum())
    latest = months["active_customer_count"].iloc[-1:]
    return {
        "revenue": float(days["net_revenue_brl"].sum()) if is_shown else None,
        "orders": orders if is_shown else None,
        "ticket": float(days["revenue_brl"].sum()) / orders if is_shown else None,
        "active": float(latest.iloc[0]) if _are_enough(latest) else None,
        "repeat": float(months["returning_customer_count"].sum()) / buyers if has_buyers else None,
        "churn": float(whole["churned_customer_count"].sum()) / active if has_active else None,
    }


def _are_enough(people: pd.Series) -> bool:
    return len(people) > 0 and bool(people.max() >= SMALLEST_GROUP)


def _history(view: View) -> None:
    scope = replace(view.scope(*_APPLIED), first=view.choices.first, last=view.choices.last)
    totals = _totals(view, scope)
    st.caption(
        view.text(
            "overview.history",
            revenue=view.formats.money(totals["revenue"]),
            orders=view.formats.whole(totals["orders"]),
            first=view.formats.day(scope.first),
            last=view.formats.day(scope.last),
        )
    )


def _daily(view: View) -> None:
    scope = view.scope(*_APPLIED)
    days, hidden = revenue_by_day(view, scope)
    text = view.text
    if is_too_sparse(days):
        _monthly(view, scope)
        return
    ahead, notes = _ahead(view, scope)
    words = {name: text(f"overview.{name}") for name in ("actual", "mean", "forecast")}
    words |= {f"interval_{level}": text("overview.interval", level=level) for level in (80, 95)}
    figure = fan(days, ahead, {**words, "axis": text("column.revenue_brl")}, view.formats)
    numbers = pd.concat([days[["date", "revenue_brl", "mean_brl", "order_count"]], ahead], ignore_index=True)
    chart(view, "overview.daily", figure, numbers, notes=[*notes, *suppression_note(view, hidden)])


def _monthly(view: View, scope: Scope) -> None:
    """Draw months in the place of days of which too many are hidden."""
    months, hidden = revenue_by_whole_month(view, scope)
    names = {"revenue_brl": view.text("column.revenue_brl")}
    figure = lines(
        months, "date", names, view.formats, axis=names["revenue_brl"], hover=view.formats.money_hover, height=380
    )
    notes = [view.text("overview.by_month"), *suppression_note(view, hidden)]
    chart(view, "overview.daily", figure, months[["date", "revenue_brl", "order_count"]], notes=notes)


def _ahead(view: View, scope: Scope) -> tuple[pd.DataFrame, list[str]]:
    empty = pd.DataFrame({name: [] for name in ("date", "forecast_brl")})
    if scope.channels or scope.category or len(scope.states) > 1 or scope.last < view.choices.last:
        return empty, [view.text("overview.no_forecast")]
    ahead = view.ask(forecasts.forecast_by_day, scope)
    if ahead.empty:
        nation = view.ask(forecasts.forecast_by_day, replace(scope, states=()))
        return empty, [view.text("overview.no_champion" if nation.empty else "forecasts.no_place")]
    names = {"expected_revenue_brl": "forecast_brl"}
    names |= {f"revenue_{end}_{level}_brl": f"{end}_{level}_brl" for end in ("lower", "upper") for level in (80, 95)}
    ahead = ahead.rename(columns=names)
    return ahead[["date", *names.values()]], []


@st.fragment
def _map(view: View) -> None:
    guarded(view.text, view.formats, lambda: _states(view))


def _states(view: View) -> None:
    states = view.ask(sales.sales_by_state, view.scope(*_APPLIED))
    states["average_ticket_brl"] = states["revenue_brl"] / states["order_count"]
    states, hidden = suppress(states, "order_count")
    measure = st.session_state.get("overview_measure", _MEASURES[0])
    write = view.formats.whole if measure == "order_count" else view.formats.money
    by_state = {state: float(value) for state, value in zip(states["state"], states[measure], strict=True)}
    texts = {state: write(value) for state, value in by_state.items()}
    figure = by_region(by_state, texts, view.formats)
    numbers = states.assign(state_name=region_names(states["state"], view.formats))
    numbers = numbers[["state", "state_name", "net_revenue_brl", "order_count", "average_ticket_brl"]]
    notes = suppression_note(view, hidden)
    label = view.text("overview.map_measure")

    def controls() -> None:
        switch(label, _MEASURES, lambda one: view.text(f"column.{one}"), "overview_measure")

    chart(view, "overview.map", figure, numbers, notes=notes, controls=controls)


def _categories(view: View) -> None:
    found, hidden = without_small(view.ask(sales.sales_by_category, view.scope(*_APPLIED)), "order_count")
    top = found.head(_SHOWN_CATEGORIES)
    names = [category_name(view.text, one) for one in top["category"]]
    texts = [view.formats.money(value, cents=False) for value in top["net_revenue_brl"]]
    values = list(top["net_revenue_brl"])
    figure = lying_bars(names, values, texts, view.formats, axis=view.text("column.net_revenue_brl"), height=440)
    numbers = found[["category", "net_revenue_brl", "order_count"]]
    chart(view, "overview.categories", figure, numbers, notes=suppression_note(view, hidden))


def _loyalty(view: View) -> None:
    months, few_buyers = suppress(view.ask(sales.loyalty_by_month, view.scope()), "buyer_count", ["repeat_share"])
    months, few_active = suppress(months, "active_customer_count", ["churn_share"])
    names = {name: view.text(f"column.{name}") for name in ("repeat_share", "churn_share")}
    figure = lines(
        months, "ordered_month", names, view.formats, axis="", tickformat=".0%", hover="%{y:.1%}", height=300
    )
    numbers = months[["ordered_month", "active_customer_count", *names]]
    notes = [*ignored_note(view, "states", "channels", "category"), *suppression_note(view, few_buyers + few_active)]
    chart(view, "overview.loyalty", figure, numbers, notes=notes)


def _relative(now: float | None, earlier: float | None) -> float | None:
    return now / earlier - 1 if now is not None and earlier else None


def _difference(now: float | None, earlier: float | None) -> float | None:
    return now - earlier if now is not None and earlier is not None else None
