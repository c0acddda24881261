"""One feature of the customers at a time: its spread and its outliers; and all of them: what goes together."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import customers, exploration
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.matrix import matrix
from eshop_dagster.dashboard.charts.theme import finished
from eshop_dagster.dashboard.elements import Card, cards, chart, data_through, guarded, ignored_note, suppression_note
from eshop_dagster.dashboard.suppression import SMALLEST_GROUP, suppress
from eshop_dagster.dashboard.view import View
from eshop_dagster.ml.features import FEATURES, SEASON_FEATURES

_SHOWN = tuple(name for name in FEATURES if name not in SEASON_FEATURES)
_FIRST = "net_revenue_brl"
_IGNORED = ("period", "states", "channels", "category")
_BINS = 25
_SAMPLED = 5_000
_CORRELATED = (
    *(
        "recency_days",
        "tenure_days",
        "order_count",
        "order_last_90_days_count",
        "net_revenue_brl",
        "average_ticket_brl",
    ),
    *("item_count", "category_count", "freight_share", "app_share", "store_share", "late_delivery_share"),
    *("interpurchase_days", "silence_share"),
)


def feature_look(view: View) -> None:
    """Show the look at features of the chosen segments' customers; says so where the release has none."""
    if not view.database.has("customer_features"):
        st.info(view.text("exploration.no_features"))
        return
    if not view.ask(exploration.quartiles, _FIRST, view.filters.segments)["customer_count"][0] >= SMALLEST_GROUP:
        st.info(view.text("exploration.small", least=SMALLEST_GROUP))
        return
    _one(view)
    # Outside the fragment: another feature leaves it as it is.
    _correlation(view)


@st.fragment
def _one(view: View) -> None:
    guarded(view.text, view.formats, lambda: _feature(view))


def _feature(view: View) -> None:
    feature = st.selectbox(
        view.text("exploration.feature"),
        _SHOWN,
        index=_SHOWN.index(_FIRST),
        format_func=lambda one: view.text(f"feature.{one}"),
        key="exploration_feature",
        filter_mode=None,
        placeholder="",
    )
    row = view.ask(exploration.quartiles, feature, view.filters.segments).iloc[0]
    _summary(view, feature, row)
    for place, draw in zip(st.columns(2), (_distribution, _by_segment), strict=True):
        with place:
            draw(view, feature, row)


def _summary(view: View, feature: str, row: pd.Series) -> None:
    reach = 1.5 * (row["upper_quartile"] - row["lower_quartile"])
    bounds = (float(row["lower_quartile"] - reach), float(row["upper_quartile"] + reach))
    outliers = view.ask(exploration.outlier_count, feature, *bounds, view.filters.segments)

    def write(value: float) -> str:
        return view.formats.money(value, cents=False) if feature.endswith("_brl") else view.formats.number(value, 2)

    meaning = view.text("exploration.summary_help") + " "
    meaning += view.text("chart.asof", day=view.formats.day(data_through(view)))
    share = view.formats.share(outliers / max(row["customer_count"], 1))
    far = f"{view.formats.whole(outliers)} ({share})"
    if 0 < outliers < SMALLEST_GROUP:
        far = f"< {SMALLEST_GROUP}"
    values = {
        "mean": write(row["mean"]),
        "median": write(row["median"]),
        "quartiles": f"{write(row['lower_quartile'])} – {write(row['upper_quartile'])}",
        "outliers": far,
    }
    cards([Card(view.text(f"exploration.{name}"), value, None, meaning) for name, value in values.items()], per_row=4)
    for note in ignored_note(view, *_IGNORED):
        st.caption(note)


def _distribution(view: View, feature: str, row: pd.Series) -> None:
    lowest = float(min(row["least"], 0.0))
    width = max((float(row["highest_percentile"]) - lowest) / _BINS, 1e-9)
    found = view.ask(exploration.histogram, feature, lowest, width, _BINS, view.filters.segments)
    found["value_from"] = lowest + found["bin"] * width
    found["value_to"] = found["value_from"] + width
    found, hidden = suppress(found, "customer_count", [])
    series = {view.text("column.customer_count"): list(found["customer_count"])}
    middles = list((found["value_from"] + found["value_to"]) / 2)
    axis, name = view.text("column.customer_count"), view.text(f"feature.{feature}")
    figure = standing_bars(middles, series, view.formats, axis=axis, x_axis=name, height=380)
    figure.update_layout(bargap=0.04)
    figure.update_traces(hovertemplate="%{x:,.2f}: %{y:,.0f}<extra></extra>")
    notes = [*ignored_note(view, *_IGNORED), *suppression_note(view, hidden)]
    numbers = found[["value_from", "value_to", "customer_count"]]
    chart(view, "exploration.distribution", figure, numbers, notes=notes)


def _by_segment(view: View, feature: str, row: pd.Series) -> None:
    spread = view.ask(exploration.quartiles_by_segment, feature, view.filters.segments)
    spread, hidden = suppress(
        spread, "customer_count", ["lowest", "lower_quartile", "median", "upper_quartile", "highest"]
    )
    names = view.segment_names()
    spread["segment"] = [names.get(one, str(one)) for one in spread["segment_id"]]
    figure = go.Figure()
    figure.add_box(
        x=spread["segment"],
        q1=spread["lower_quartile"],
        median=spread["median"],
        q3=spread["upper_quartile"],
        lowerfence=spread["lowest"],
        upperfence=spread["highest"],
        hoverinfo="y",
    )
    figure.update_yaxes(title_text=view.text(f"feature.{feature}"))
    numbers = spread[["segment", "customer_count", "lower_quartile", "median", "upper_quartile"]]
    figure = finished(figure, view.formats, height=380, legend=False)
    notes = [*ignored_note(view, *_IGNORED), *suppression_note(view, hidden)]
    chart(view, "exploration.spread", figure, numbers, notes=notes)


def _correlation(view: View) -> None:
    sample = view.ask(customers.feature_sample, _SAMPLED, view.filters.segments)
    found = sample[list(_CORRELATED)].astype("float64").corr(method="spearman")
    names = [view.text(f"feature.{one}") for one in _CORRELATED]
    written = [[view.formats.number(one, 1) if one == one else "" for one in row] for row in found.to_numpy()]
    figure = matrix(found.to_numpy(), names, names, view.formats, written=written, is_signed=True, height=620)
    pairs = found.set_axis(names, axis=0).set_axis(names, axis=1).stack().rename_axis(["feature", "other_feature"])
    notes = [view.text("exploration.sampled", count=view.formats.whole(len(sample))), *ignored_note(view, *_IGNORED)]
    chart(view, "exploration.correlation", figure, pairs.rename("correlation").reset_index(), notes=notes)
