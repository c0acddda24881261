"""Figures of the revenue model, from the tables of a `RevenueResult` and its forecaster."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from eshop_dagster.ml.plots.palette import ACCENT, CONTRAST, NUMBER, QUIET, TEXT, label_axes, new_figure
from eshop_dagster.ml.revenue.panel import NATION

SHOWN_DAYS = 120
_NAMES = {
    "mean": "weighted mean of all",
    "weekday_mean": "mean of four weeks' weekday",
    "last_week": "last week again",
    "year_ago": "last year's day",
    "level": "level of four weeks",
    "long_level": "level of eight weeks",
    "drift": "level and half the year's slope",
    "year_shape": "level and last year's shape",
}
_PANELS = {"mase": "MASE up to three months ahead", "total_28_days_error_pct": "error of the 28-day total, %"}


def revenue_months_figure(backtest: pd.DataFrame, state: str = NATION) -> Figure:
    """Return predicted beside real revenue of each month, the forecast made on the last origin before the month.

    Args:
        backtest: of a `RevenueResult`. Months that no origin saw whole are not drawn.
    """
    needed = ("origin", "date", "state", "actual_brl", "predicted_brl", "baseline_brl")
    _require_columns(backtest, needed)
    months = _whole_months(backtest[backtest["state"] == state])
    figure = new_figure(10.0, 5.0)
    axes = figure.add_subplot()
    places = np.arange(len(months))
    axes.bar(places - 0.2, months["predicted_brl"], 0.4, color=ACCENT, label="predicted")
    axes.bar(places + 0.2, months["actual_brl"], 0.4, color=CONTRAST, label="real")
    if months["baseline_brl"].notna().all():
        axes.scatter(places, months["baseline_brl"], 30, TEXT, marker="D", label="baseline", zorder=3)
    away = months["predicted_brl"] / months["actual_brl"] - 1
    for place, top, share in zip(places, months[["predicted_brl", "actual_brl"]].max(axis=1), away, strict=True):
        axes.annotate(f"{share:+.0%}", (place, top), (0, 4), textcoords="offset points", ha="center", color=TEXT)
    axes.set_xticks(places, [f"{month:%Y-%m}" for month in months.index])
    axes.yaxis.set_major_formatter(NUMBER)
    axes.margins(y=0.15)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    title = f"Revenue by month ({_place(state)}): predicted before the month began, and real"
    label_axes(axes, title=title, x="month", y="revenue (BRL)")
    return figure


def revenue_fan_figure(history: pd.DataFrame, forecast: pd.DataFrame, state: str = NATION) -> Figure:
    """Return the last days' revenue and average ticket and the forecast of the next ones, with its intervals.

    Args:
        history: `date`, `state`, `revenue_brl`, `order_count`; the nation is the sum of the states.
        forecast: of `RevenueForecaster.predict`.
    """
    _require_columns(history, ("date", "state", "revenue_brl", "order_count"))
    _require_columns(forecast, ("date", "state", "revenue_brl", "revenue_lower_95_brl", "average_ticket_brl"))
    ahead = forecast[forecast["state"] == state].sort_values("date")
    if ahead.empty:
        raise ValueError(f"forecast has no rows of state {state!r}; expected one of {sorted(set(forecast['state']))}.")
    past = _past(history, state, ahead["date"].iloc[0])
    figure = new_figure(11.0, 7.0)
    top, foot = figure.subplots(2, 1, sharex=True)
    _draw_fan(top, past.index, past["revenue_brl"], ahead, "revenue")
    label_axes(top, title=f"Revenue by day ({_place(state)})", x="", y="revenue (BRL)")
    _draw_fan(foot, past.index, past["average_ticket_brl"], ahead, "average_ticket")
    label_axes(foot, title=f"Average ticket by day ({_place(state)})", x="", y="BRL an order")
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    foot.xaxis.set_major_locator(locator)
    foot.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    top.legend(frameon=False, loc="upper left", ncols=4)
    top.set_ylim(bottom=0)
    return figure


def revenue_candidates_figure(candidates: pd.DataFrame) -> Figure:
    """Return the errors of each part and of the mean: MASE, and of the 28-day total; what serves in the accent colour.

    A young shop has no such totals: then the second panel is left out.
    """
    _require_columns(candidates, ("candidate", "is_baseline", "is_chosen", "mase"))
    shown = [name for name in _PANELS if name in candidates.columns]
    figure = new_figure(11.0, 4.5)
    for axes, name in zip(np.ravel(figure.subplots(1, len(shown))), shown, strict=True):
        ranked = candidates.sort_values([name, "candidate"], ascending=False, ignore_index=True)
        labels = [
            f"{_NAMES.get(candidate, candidate)}{' (baseline)' if is_baseline else ''}"
            for candidate, is_baseline in zip(ranked["candidate"], ranked["is_baseline"], strict=True)
        ]
        colours = [ACCENT if is_chosen else QUIET for is_chosen in ranked["is_chosen"]]
        hatches = ["//" if is_baseline else "" for is_baseline in ranked["is_baseline"]]
        bars = axes.barh(labels, ranked[name], color=colours, hatch=hatches, edgecolor="white")
        axes.bar_label(bars, labels=[f"{value:.3g}" for value in ranked[name]], padding=4, color=TEXT)
        axes.margins(x=0.18)
        label_axes(axes, title="Lower is better", x=_PANELS[name], y="")
        axes.grid(visible=False)
    return figure


def _place(state: str) -> str:
    return "whole shop" if state == NATION else state


def has_whole_month(backtest: pd.DataFrame) -> bool:
    """Whether some origin of a backtest looked ahead over every day of a month: a young shop's do not."""
    if backtest.empty:
        return False
    rows = backtest[backtest["state"] == NATION]
    days = (
        rows.assign(month=rows["date"].dt.to_period("M")).groupby(["month", "origin"]).size().reset_index(name="days")
    )
    return bool((days["days"] == days["month"].dt.days_in_month).any())


def _whole_months(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sums by month, each from the last origin that saw every day of it."""
    keyed = rows.assign(month=rows["date"].dt.to_period("M"))
    columns = ["actual_brl", "predicted_brl", "baseline_brl"]
    grouped = keyed.groupby(["month", "origin"])[columns]
    sums = grouped.sum(min_count=1).assign(days=grouped.size()).reset_index()
    whole = sums[sums["days"] == sums["month"].dt.days_in_month]
    if whole.empty:
        raise ValueError(f"no month is forecast whole in {len(rows)} rows; expected a backtest of 28 days or more.")
    last: pd.DataFrame = whole.sort_values(["month", "origin"]).groupby("month").last()
    return last


def _past(history: pd.DataFrame, state: str, until: pd.Timestamp) -> pd.DataFrame:
    kept = history if state == NATION else history[history["state"] == state]
    days = kept.assign(date=pd.to_datetime(kept["date"])).groupby("date")[["revenue_brl", "order_count"]].sum()
    days = days[days.index < until].sort_index()
    days = days.reindex(pd.date_range(until - pd.Timedelta(days=SHOWN_DAYS), until - pd.Timedelta(days=1)))
    known: pd.DataFrame = days.assign(average_ticket_brl=days["revenue_brl"] / days["order_count"]).fillna(
        {"revenue_brl": 0.0}
    )
    return known


def _draw_fan(axes: Axes, days: pd.Index, values: pd.Series, ahead: pd.DataFrame, name: str) -> None:
    axes.plot(days, values, color=QUIET, linewidth=1.2, label="real")
    for level, strength in ((95, 0.18), (80, 0.35)):
        low, high = ahead[f"{name}_lower_{level}_brl"], ahead[f"{name}_upper_{level}_brl"]
        axes.fill_between(ahead["date"], low, high, color=ACCENT, alpha=strength, linewidth=0, label=f"{level} %")
    axes.plot(ahead["date"], ahead[f"{name}_brl"], color=ACCENT, linewidth=1.6, label="forecast")
    axes.yaxis.set_major_formatter(NUMBER)


def _require_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing or frame.empty:
        raise ValueError(f"{len(frame)} rows, missing columns {missing}; expected one row or more with {list(names)}.")
