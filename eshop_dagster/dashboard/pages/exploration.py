"""Exploração: what a new analyst would look at first."""

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import exploration, sales
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.matrix import matrix
from eshop_dagster.dashboard.elements import chart, ignored_note, page_header, suppression_note
from eshop_dagster.dashboard.pages.feature_look import feature_look
from eshop_dagster.dashboard.suppression import suppress
from eshop_dagster.dashboard.value_names import category_name, channel_name
from eshop_dagster.dashboard.view import View

_SHOWN_CATEGORIES = 10


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "exploration")
    for place, draw in zip(st.columns(2), (_worth, _channels), strict=True):
        with place:
            draw(view)
    _mix(view)
    feature_look(view)


def _worth(view: View) -> None:
    steps = view.ask(exploration.orders_by_worth, view.scope("states", "channels"))
    steps["worth_from_brl"] = 10 ** (steps["worth_step"] / 10)
    steps["worth_to_brl"] = 10 ** ((steps["worth_step"] + 1) / 10)
    steps, hidden = suppress(steps, "order_count", [])
    series = {view.text("column.order_count"): list(steps["order_count"])}
    names = [view.formats.money(value, cents=False) for value in steps["worth_from_brl"]]
    axis = view.text("column.order_count")
    figure = standing_bars(
        names, series, view.formats, axis=axis, x_axis=view.text("exploration.worth_axis"), height=360
    )
    figure.update_xaxes(type="category", nticks=6, tickangle=0)
    figure.update_layout(bargap=0.05)
    notes = [*ignored_note(view, "category", "segments"), *suppression_note(view, hidden)]
    numbers = steps[["worth_from_brl", "worth_to_brl", "order_count"]]
    chart(view, "exploration.worth", figure, numbers, notes=notes)


def _channels(view: View) -> None:
    found, hidden = suppress(
        view.ask(sales.sales_by_channel, view.scope("states", "channels", "category")), "order_count"
    )
    wide = found.pivot(index="ordered_month", columns="channel", values="net_revenue_brl")
    shares = wide.div(wide.sum(axis=1), axis=0)
    series = {channel_name(view.text, str(one)): list(shares[one]) for one in shares.columns}
    figure = standing_bars(
        list(shares.index), series, view.formats, axis="", tickformat=".0%", hover="%{y:.1%}", mode="stack", height=360
    )
    figure.update_xaxes(tickformat="%b %Y", nticks=8)
    figure.update_layout(legend={"traceorder": "normal"})
    numbers = found[["ordered_month", "channel", "net_revenue_brl", "order_count"]]
    notes = [*ignored_note(view, "segments"), *suppression_note(view, hidden)]
    chart(view, "exploration.channels", figure, numbers, notes=notes)


def _mix(view: View) -> None:
    by_channel = []
    for channel in view.filters.channels or view.choices.channels:
        scope = view.scope("states", "category")
        found = view.ask(sales.sales_by_category, type(scope)(**{**vars(scope), "channels": (channel,)}))
        by_channel.append(
            found.assign(channel=channel, share=found["net_revenue_brl"] / found["net_revenue_brl"].sum())
        )
    frame, hidden = suppress(pd.concat(by_channel, ignore_index=True), "order_count")
    top = frame.groupby("category")["net_revenue_brl"].sum().nlargest(_SHOWN_CATEGORIES).index
    frame = frame[frame["category"].isin(top)]
    wide = frame.pivot(index="channel", columns="category", values="share").reindex(columns=list(top))
    figure = matrix(
        wide.to_numpy(),
        [channel_name(view.text, str(one)) for one in wide.index],
        [category_name(view.text, str(one)) for one in wide.columns],
        view.formats,
        written=[[view.formats.share(one) if one == one else "" for one in row] for row in wide.to_numpy()],
        height=300,
    )
    numbers = frame[["channel", "category", "net_revenue_brl", "order_count", "share"]]
    notes = [*ignored_note(view, "segments"), *suppression_note(view, hidden)]
    chart(view, "exploration.mix", figure if len(frame) else None, numbers, notes=notes)
