"""Clientes e segmentos: personas, what they are worth, where they lie, who moved, and the list to take away."""

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import customers
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.matrix import matrix
from eshop_dagster.dashboard.charts.points import segment_colour
from eshop_dagster.dashboard.charts.regions import by_region
from eshop_dagster.dashboard.elements import (
    Card,
    cards,
    chart,
    data_through,
    ignored_note,
    page_header,
    suppression_note,
)
from eshop_dagster.dashboard.pages.member_list import member_list
from eshop_dagster.dashboard.pages.segment_space import migration, space
from eshop_dagster.dashboard.suppression import suppress, without_small
from eshop_dagster.dashboard.view import View

_APPLIED = ("states", "segments")
_COHORTS = 13


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "customers")
    segments = view.ask(customers.segments)
    if segments.empty:
        st.info(view.text("customers.no_model"))
        _cohorts(view)
        return
    names = view.segment_names()
    groups, hidden = without_small(view.ask(customers.segment_groups, view.scope(*_APPLIED)), "customer_count")
    _headline(view, groups)
    _personas(view, segments, groups)
    left, right = st.columns(2)
    with left:
        _sizes(view, groups, names, hidden)
    with right:
        _states(view)
    space(view, names)
    left, right = st.columns(2)
    with left:
        migration(view, names)
    with right:
        _cohorts(view)
    member_list(view, names, [int(one) for one in groups["segment_id"]])


def _headline(view: View, groups: pd.DataFrame) -> None:
    day, formats = view.formats.day(data_through(view)), view.formats
    # Nothing is left where every group is hidden: that is not a number of 0.
    totals = groups[["customer_count", "net_revenue_brl", "expected_spend_brl"]].sum(min_count=1)
    values = {
        "count": formats.whole(totals["customer_count"]),
        "worth": formats.money(totals["net_revenue_brl"]),
        "expected": formats.money(totals["expected_spend_brl"]),
    }
    cards(
        [
            Card(view.text(f"customers.{name}"), value, None, view.text(f"customers.{name}_help", day=day))
            for name, value in values.items()
        ]
    )


def _personas(view: View, segments: pd.DataFrame, groups: pd.DataFrame) -> None:
    st.subheader(view.text("customers.personas"), anchor=False)
    chosen = segments[segments["segment_id"].isin(groups["segment_id"])]
    shown = chosen.merge(groups, on="segment_id", suffixes=("_all", ""))
    total = max(int(groups["customer_count"].sum()), 1)
    per_row = 3
    for start in range(0, len(shown), per_row):
        for place, row in zip(
            st.columns(per_row), shown.iloc[start : start + per_row].to_dict("records"), strict=False
        ):
            with place.container(border=True, key=f"box-persona-{row['segment_id']}", height="stretch"):
                st.html(_persona(view, row, total))


def _persona(view: View, row: Mapping[Any, Any], total: int) -> str:
    """Return one card; numbers are of the chosen states, the description is that of the model."""
    text, formats = view.text, view.formats
    count, worth, spend = (
        float(str(row[name])) for name in ("customer_count", "net_revenue_brl", "expected_spend_brl")
    )
    size = text("customers.share", count=formats.whole(count), share=formats.share(count / total))
    days = formats.whole(float(str(row["recency_days_median"])))
    # The median is the whole segment's: of some states there is none.
    recency = {} if view.filters.states else {"customers.recency": text("customers.days_ago", days=days)}
    facts = {
        "customers.mean_worth": formats.money(worth / count),
        "customers.mean_expected": formats.money(spend / count),
        **recency,
        "customers.orders": formats.number(float(str(row["order_count"])) / count),
    }
    lines = "".join(f"<dt>{html.escape(text(key))}</dt><dd>{html.escape(value)}</dd>" for key, value in facts.items())
    colour = segment_colour(int(str(row["segment_id"])))
    name, told = (html.escape(str(row[f"{part}_{view.language}"])) for part in ("name", "description"))
    return (
        f'<div class="eshop-persona"><h4><span class="swatch" style="background:{colour}"></span>{name}</h4>'
        f"<p>{html.escape(size)}</p><dl>{lines}</dl><p>{told}</p></div>"
    )


def _sizes(view: View, groups: pd.DataFrame, names: dict[int, str], hidden: int) -> None:
    shares = pd.DataFrame({"segment": [names.get(one, str(one)) for one in groups["segment_id"]]})
    sources = {
        "customer_share": "customer_count",
        "worth_share": "net_revenue_brl",
        "expected_share": "expected_spend_brl",
    }
    for share, column in sources.items():
        shares[share] = groups[column] / groups[column].sum()
    figure = standing_bars(
        list(shares["segment"]),
        {view.text(f"column.{share}"): list(shares[share]) for share in sources},
        view.formats,
        axis="",
        tickformat=".0%",
        hover="%{y:.1%}",
        height=400,
    )
    chart(view, "customers.sizes", figure, shares, notes=suppression_note(view, hidden))


def _states(view: View) -> None:
    found, hidden = suppress(view.ask(customers.customers_by_state, view.scope(*_APPLIED)), "customer_count")
    values = dict(zip(found["state"], found["customer_count"], strict=True))
    texts = {state: view.formats.whole(value) for state, value in values.items()}
    figure = by_region(values, texts, view.formats)
    chart(view, "customers.states", figure, found, notes=suppression_note(view, hidden))


def _cohorts(view: View) -> None:
    found = view.ask(customers.cohorts)
    latest = sorted(found["cohort_month"].unique())[-_COHORTS:]
    found = found[found["cohort_month"].isin(latest) & found["months_since"].between(1, _COHORTS - 1)]
    found, few = suppress(found, "cohort_customer_count", ["customer_count", "retention_share"])
    found, hidden = suppress(found, "customer_count", ["retention_share"])
    wide = found.pivot(index="cohort_month", columns="months_since", values="retention_share")
    figure = matrix(
        wide.to_numpy(),
        [view.formats.month(pd.Timestamp(month).date()) for month in wide.index],
        [str(month) for month in wide.columns],
        view.formats,
        x_axis=view.text("customers.months_since"),
        written=[[view.formats.share(value, 0) if value == value else "" for value in row] for row in wide.to_numpy()],
        height=420,
    )
    numbers = found[["cohort_month", "months_since", "customer_count", "cohort_customer_count", "retention_share"]]
    notes = [*ignored_note(view, "states", "segments"), *suppression_note(view, few + hidden)]
    chart(view, "customers.cohorts", figure if len(wide) else None, numbers, notes=notes)
