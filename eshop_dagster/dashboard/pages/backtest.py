"""How right the revenue forecast was, on days that it could not know."""

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.forecasts import NATION
from eshop_dagster.adapters.registry import RegistryError
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.series import lines
from eshop_dagster.dashboard.elements import chart
from eshop_dagster.dashboard.view import View

_NEAR_DAYS = 7
_MOST_WEEKS = 13


def backtest(view: View) -> None:
    """Show forecast against real by day, and the error by weeks ahead; nothing before the first champion."""
    looks = _looks(view)
    if looks is None:
        return
    place = view.filters.states[0] if len(view.filters.states) == 1 else NATION
    looks = looks[looks["state"] == place]
    _against(view, looks)
    # States are forecast as shares of the nation: only the nation has a naive forecast beside it.
    _errors(view, looks)


def _looks(view: View) -> pd.DataFrame | None:
    try:
        version = registry.champion(view, "revenue")
    except RegistryError:
        return None
    return registry.table(view, version, "backtest") if version else None


def _against(view: View, looks: pd.DataFrame) -> None:
    near = looks[looks["horizon_days"] <= _NEAR_DAYS].sort_values(["date", "horizon_days"])
    near = near.drop_duplicates("date")[["date", "actual_brl", "predicted_brl"]].copy()
    near["date"] = pd.to_datetime(near["date"])
    names = {"actual_brl": view.text("forecasts.real"), "predicted_brl": view.text("forecasts.predicted")}
    figure = lines(near, "date", names, view.formats, axis=view.text("column.revenue_brl"), hover="R$ %{y:,.2f}")
    chart(view, "forecasts.against", figure, near)


def _errors(view: View, looks: pd.DataFrame) -> None:
    rows = looks.assign(
        week_ahead=(looks["horizon_days"] - 1) // 7 + 1,
        model=(looks["actual_brl"] - looks["predicted_brl"]).abs(),
        naive=(looks["actual_brl"] - looks["baseline_brl"]).abs(),
    )
    sums = rows[rows["week_ahead"] <= _MOST_WEEKS].groupby("week_ahead")[["model", "naive", "actual_brl"]].sum()
    errors = pd.DataFrame(
        {
            "week_ahead": sums.index,
            "model_error": (sums["model"] / sums["actual_brl"]).to_numpy(),
            "naive_error": (sums["naive"] / sums["actual_brl"]).to_numpy(),
        }
    )
    has_naive = bool(rows["baseline_brl"].notna().all())
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
    chart(view, "forecasts.error", figure, errors if has_naive else errors.drop(columns="naive_error"))
