"""How right the revenue forecast was, on days that it could not know."""

import pandas as pd

from eshop_dagster.adapters.dashboard_queries import Scope, sales
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.series import DAY, lines
from eshop_dagster.dashboard.daily import hide_small_days
from eshop_dagster.dashboard.elements import chart, ignored_note, suppression_note
from eshop_dagster.dashboard.suppression import suppress
from eshop_dagster.dashboard.view import View
from eshop_dagster.ml.revenue.panel import NATION

_NEAR_DAYS = 7
_MOST_WEEKS = 13


def backtest(view: View) -> None:
    """Show forecast against real by day, and the error by weeks ahead; nothing before the first champion."""
    looks = registry.champions_table(view, "revenue", "backtest")
    if looks is None:
        return
    states = view.filters.states if len(view.filters.states) == 1 else ()
    # Versions of an older platform name the whole shop as Brazil's.
    nation = NATION if (looks["state"] == NATION).any() else "BR"
    looks = looks[looks["state"] == (states[0] if states else nation)]
    looks = looks.assign(date=pd.to_datetime(looks["date"]))
    looks = looks.merge(_orders(view, looks, states), how="left", on="date").fillna({"order_count": 0})
    notes = [] if states else ignored_note(view, "states")
    _against(view, looks, notes)
    # States are forecast as shares of the nation: only the nation has a naive forecast beside it.
    _errors(view, looks, notes)


def _orders(view: View, looks: pd.DataFrame, states: tuple[str, ...]) -> pd.DataFrame:
    """Return `date` and `order_count` of the days looked at that had a sale."""
    if looks.empty:
        return pd.DataFrame({"date": looks["date"], "order_count": []})
    scope = Scope(looks["date"].min().date(), looks["date"].max().date(), states=states)
    days = view.ask(sales.sales_by_day, scope)
    return pd.DataFrame({"date": pd.to_datetime(days["ordered_date"]), "order_count": days["order_count"]})


def _against(view: View, looks: pd.DataFrame, notes: list[str]) -> None:
    near = looks[looks["horizon_days"] <= _NEAR_DAYS].sort_values(["date", "horizon_days"])
    near = hide_small_days(near.drop_duplicates("date"), "actual_brl")[["date", "actual_brl", "predicted_brl"]]
    names = {"actual_brl": view.text("forecasts.real"), "predicted_brl": view.text("forecasts.predicted")}
    axis, money = view.text("column.revenue_brl"), view.formats.money_hover
    figure = lines(near, "date", names, view.formats, axis=axis, hover=money, when=DAY)
    hidden = int(near["actual_brl"].isna().sum())
    chart(view, "forecasts.against", figure, near, notes=[*notes, *suppression_note(view, hidden)])


def _errors(view: View, looks: pd.DataFrame, notes: list[str]) -> None:
    errors, hidden = _errors_by_week(looks)
    has_naive = bool(looks["baseline_brl"].notna().all())
    series = {view.text("forecasts.model"): list(errors["model_error"])}
    if has_naive:
        series[view.text("forecasts.naive")] = list(errors["naive_error"])
    figure = standing_bars(
        list(errors["week_ahead"]),
        series,
        view.formats,
        axis=view.text("forecasts.error_axis"),
        x_axis=view.text("forecasts.week"),
        tickformat=".0%",
        hover="%{y:.1%}",
        colours=("#0072B2", "#8C8C8C"),
    )
    figure.update_xaxes(dtick=1)
    numbers = errors.drop(columns=["order_count"] if has_naive else ["order_count", "naive_error"])
    chart(view, "forecasts.error", figure, numbers, notes=[*notes, *suppression_note(view, hidden)])


def _errors_by_week(looks: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the error of both forecasts by `week_ahead`, and the number of weeks with too few orders to be shown."""
    rows = looks.assign(
        week_ahead=(looks["horizon_days"] - 1) // 7 + 1,
        model=(looks["actual_brl"] - looks["predicted_brl"]).abs(),
        naive=(looks["actual_brl"] - looks["baseline_brl"]).abs(),
    )
    rows = rows[rows["week_ahead"] <= _MOST_WEEKS]
    sums = rows.groupby("week_ahead")[["model", "naive", "actual_brl", "order_count"]].sum()
    errors = pd.DataFrame(
        {
            "week_ahead": sums.index,
            "model_error": (sums["model"] / sums["actual_brl"]).to_numpy(),
            "naive_error": (sums["naive"] / sums["actual_brl"]).to_numpy(),
            "order_count": sums["order_count"].to_numpy(),
        }
    )
    return suppress(errors, "order_count", ["model_error", "naive_error"])
