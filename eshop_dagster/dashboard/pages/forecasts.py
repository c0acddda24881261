"""Previsões: what lies ahead, how right forecasts were, and who is expected to spend most."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import Scope, forecasts
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.series import fan
from eshop_dagster.dashboard.daily import revenue_by_day, revenue_by_month
from eshop_dagster.dashboard.elements import Card, Column, cards, chart, page_header, suppression_note, table
from eshop_dagster.dashboard.filters import add_months
from eshop_dagster.dashboard.pages.backtest import backtest
from eshop_dagster.dashboard.pages.spend_evidence import spend_evidence
from eshop_dagster.dashboard.view import View

_SHOWN_DAYS, _SHOWN_MONTHS = 90, 9
_WINDOW_DAYS = 90
"""Of releases that do not say how many days the expected spend is for."""
_BOUNDS = tuple(f"{end}_{level}_brl" for end in ("lower", "upper") for level in (80, 95))


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "forecasts")
    if len(view.filters.states) > 1:
        st.info(view.text("forecasts.one_place"))
    else:
        _ahead(view)
    backtest(view)
    spend_evidence(view)


def _ahead(view: View) -> None:
    ahead = view.ask(forecasts.forecast_by_day, view.scope("states"))
    if ahead.empty:
        nation = view.ask(forecasts.forecast_by_day, view.scope())
        st.info(view.text("forecasts.no_model" if nation.empty else "forecasts.no_place"))
        return
    last = pd.Timestamp(ahead["last_known_date"].iloc[0]).date()
    _headline(view, ahead, last)
    if not view.filters.states:
        _reconciled(view, ahead, last)
    names = {"expected_revenue_brl": "forecast_brl", **{f"revenue_{one}": one for one in _BOUNDS}}
    ahead = ahead.rename(columns=names)
    scope = Scope(add_months(last, -_SHOWN_MONTHS).replace(day=1), last, states=view.filters.states)
    recent, hidden = revenue_by_day(view, replace(scope, first=last - timedelta(days=_SHOWN_DAYS - 1)))
    left, right = st.columns([3, 2])
    with left:
        _by_day(view, recent, ahead, hidden)
    with right:
        _by_month(view, scope, ahead)


def _headline(view: View, ahead: pd.DataFrame, last: object) -> None:
    day, money = view.formats.day(last), view.formats.money  # type: ignore[arg-type]
    month, quarter = (ahead[ahead["horizon_days"] <= days] for days in (28, 90))
    values = {
        "next28": money(month["expected_revenue_brl"].sum()),
        "next90": money(quarter["expected_revenue_brl"].sum()),
        "ticket": money(month["expected_revenue_brl"].sum() / max(month["expected_order_count"].sum(), 1e-9)),
    }
    cards(
        [
            Card(view.text(f"forecasts.{name}"), value, None, view.text(f"forecasts.{name}_help", day=day))
            for name, value in values.items()
        ]
    )


def _reconciled(view: View, ahead: pd.DataFrame, last: date) -> None:
    """Show how the sum of what customers are expected to spend and the forecast of the same days belong together."""
    window = view.release.window_days or _WINDOW_DAYS
    found = view.ask(forecasts.known_customers_and_returns, last)
    if found.empty or found.isna().any(axis=None) or ahead["horizon_days"].max() < window:
        return
    forecast = float(ahead[ahead["horizon_days"] <= window]["expected_revenue_brl"].sum())
    known, returns = float(found["known_brl"].iloc[0]), forecast * float(found["returned_share"].iloc[0])
    amounts = {"known": known, "to_come": forecast - returns - known, "returns": returns, "forecast": forecast}
    rows = pd.DataFrame(
        {"part": [view.text(f"forecasts.{name}") for name in amounts], "amount_brl": [*amounts.values()]}
    )
    columns = [
        Column("part", "column.part"),
        Column("amount_brl", "column.amount_brl", lambda one: view.formats.money(float(str(one))), True),
    ]
    with st.container(border=True, key="box-reconciled"):
        title = view.text("forecasts.reconciled", days=window)
        st.subheader(title, help=view.text("forecasts.reconciled_help", days=window), anchor=False)
        table(view, "forecasts.reconciled", rows, columns)


def _by_day(view: View, recent: pd.DataFrame, ahead: pd.DataFrame, hidden: int) -> None:
    text = view.text
    words = {name: text(f"overview.{name}") for name in ("actual", "mean", "forecast")}
    words |= {f"interval_{level}": text("overview.interval", level=level) for level in (80, 95)}
    figure = fan(recent, ahead, {**words, "axis": text("column.revenue_brl")}, view.formats)
    numbers = pd.concat(
        [recent[["date", "revenue_brl", "mean_brl"]], ahead[["date", "forecast_brl", *_BOUNDS]]], ignore_index=True
    )
    chart(view, "forecasts.ahead", figure, numbers, notes=suppression_note(view, hidden))


def _by_month(view: View, scope: Scope, ahead: pd.DataFrame) -> None:
    known, hidden = revenue_by_month(view, scope)
    real = known.set_index("month")["revenue_brl"]
    predicted = ahead.groupby(pd.to_datetime(ahead["date"]).dt.to_period("M"))["forecast_brl"].sum()
    both = pd.DataFrame({"actual_brl": real, "predicted_brl": predicted}).sort_index()
    months = [view.formats.month(month.start_time.date()) for month in both.index]
    series = {
        view.text("forecasts.real"): list(both["actual_brl"]),
        view.text("forecasts.predicted"): list(both["predicted_brl"]),
    }
    axis = view.text("column.revenue_brl")
    hover = view.formats.money_hover
    colours = ("#0072B2", "#D55E00")
    starts = [month.start_time for month in both.index]
    figure = standing_bars(
        starts, series, view.formats, axis=axis, hover=hover, mode="stack", height=380, colours=colours
    )
    figure.update_xaxes(tickformat="%b %Y", nticks=6)
    figure.update_layout(legend={"traceorder": "normal"})
    numbers = both.reset_index(drop=True).assign(month=months)[["month", "actual_brl", "predicted_brl"]]
    end = pd.Timestamp(ahead["date"].max())
    notes = [] if end.is_month_end else [view.text("forecasts.part_month", day=view.formats.day(end))]
    chart(view, "forecasts.months", figure, numbers, notes=[*notes, *suppression_note(view, hidden)])
