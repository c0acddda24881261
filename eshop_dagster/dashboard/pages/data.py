"""Dados: how old the data is, whether it passed its checks, what was left out, and the latest runs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries.home_files import JobRun, Pulls, read_pulls, read_runs
from eshop_dagster.adapters.sources import Coming, coming_of, load_source_config
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.elements import Card, Column, cards, chart, data_through, page_header, table
from eshop_dagster.dashboard.formats import MISSING
from eshop_dagster.dashboard.view import View
from eshop_dagster.stages.quality import due_day, is_live_source

_PASSED = ("pass", "warn")


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "data")
    pulls = _pulls(str(view.home), view.release.name)
    _headline(view, pulls)
    left, right = st.columns(2)
    with left:
        _freshness(view, pulls)
        _runs(view)
        _by_month(view, pulls)
    with right:
        _tables(view)
    _reasons(view, pulls)


@st.cache_data(ttl=60, max_entries=4, show_spinner=False)
def _pulls(home: str, release: str) -> Pulls:
    from pathlib import Path

    return read_pulls(Path(home))


def _headline(view: View, pulls: Pulls) -> None:
    formats = view.formats
    checks = [status for one in view.release.manifest.get("checks", {}).values() for status in one.values()]
    passed = sum(status in _PASSED for status in checks)
    held, accepted = sum(pulls.quarantined.values()), sum(pulls.accepted.values())
    share = formats.share(held / max(held + accepted, 1), 2)
    written = view.text("data.of", passed=formats.whole(passed), count=formats.whole(len(checks)))
    cards(
        [
            Card(view.text("data.through"), formats.day(data_through(view)), None, view.text("data.through_help")),
            Card(
                view.text("data.tables"),
                formats.whole(len(view.release.manifest["tables"])),
                None,
                view.text("data.tables_help"),
            ),
            Card(
                view.text("data.checks"),
                written if checks else view.text("data.unchecked"),
                None,
                view.text("data.checks_help"),
            ),
            Card(view.text("data.held"), formats.whole(held), None, view.text("data.held_help", share=share)),
        ],
        per_row=4,
    )


def _freshness(view: View, pulls: Pulls) -> None:
    config = load_source_config(view.home)
    due = due_day(datetime.now(ZoneInfo(view.formats.shop.time_zone)), view.formats.shop.time_zone)
    rows = []
    for source, days in pulls.days.items():
        if not days:
            continue
        state = view.text("data.closed" if coming_of(source) is Coming.CLOSED else "data.as_loaded")
        if is_live_source(config, source):
            state = _lag(view, set(days), due)
        counted = {"first_day": min(days), "last_day": max(days), "day_count": len(days)}
        rows.append({"source": source, **counted, "freshness": state})
    columns = [
        Column("source", "column.source"),
        *(Column(name, f"column.{name}", view.formats.day) for name in ("first_day", "last_day")),
        Column("day_count", "column.day_count", view.formats.whole),
        Column("freshness", "column.freshness"),
    ]
    _box(view, "freshness", pd.DataFrame(rows), columns)


def _lag(view: View, days: set[date], due: date) -> str:
    """Return whether every day from the first one pulled to the one that is due is there."""
    span = (max(due, *days) - min(days)).days + 1
    missing = span - len({min(days) + timedelta(days=number) for number in range(span)} & days)
    return view.text("data.stale", days=view.formats.whole(missing)) if missing else view.text("data.fresh")


def _tables(view: View) -> None:
    checks = view.release.manifest.get("checks", {})
    rows = []
    for name, entry in view.release.manifest["tables"].items():
        found = checks.get(name)
        passed = sum(status in _PASSED for status in (found or {}).values())
        state = view.text("data.unchecked")
        if found:
            state = view.text("data.passed", passed=view.formats.whole(passed), count=view.formats.whole(len(found)))
        rows.append({"table": name, "rows": entry["rows"], "checks": state})
    columns = [
        Column("table", "column.table"),
        Column("rows", "column.rows", view.formats.whole, True),
        Column("checks", "column.checks"),
    ]
    _box(view, "rows", pd.DataFrame(rows), columns)


_OF_ROWS = (
    *("duplicate_key", "exact_duplicate", "wrong_field_count", "stray_line_break", "broken_quotes"),
    *("discount_above_order", "discount_with_freight", "currency_without_rate"),
)
_OF_COLUMNS = (
    *("missing", "rule", "orphan", "unreadable", "too_many_decimals"),
    *("implausible", "future", "order_conflict"),
)


def _reasons(view: View, pulls: Pulls) -> None:
    found = sorted(pulls.quarantined.items(), key=lambda one: -one[1])
    rows = [{"table": name, "reason": _in_words(view, reason), "rows": count} for (name, reason), count in found]
    columns = [
        Column("table", "column.table"),
        Column("reason", "column.reason"),
        Column("rows", "column.rows", view.formats.whole, True),
    ]
    _box(view, "quarantine", pd.DataFrame(rows), columns, empty="data.no_quarantine")


def _in_words(view: View, reason: str) -> str:
    kind, _, column = reason.partition(":")
    if kind in _OF_ROWS:
        return view.text(f"reason.{kind}")
    if kind in _OF_COLUMNS and column:
        return view.text(f"reason.{kind}", column=column)
    return view.text("reason.other", reason=reason)


def _by_month(view: View, pulls: Pulls) -> None:
    rows = [
        {"ordered_month": month, "table": name, "rows": count}
        for (month, name), count in sorted(pulls.quarantined_by_month.items())
    ]
    if not rows:
        chart(view, "data.by_month", None, pd.DataFrame(), empty="data.no_quarantine")
        return
    frame = pd.DataFrame(rows)
    wide = frame.pivot(index="ordered_month", columns="table", values="rows").fillna(0)
    series = {str(name): list(wide[name]) for name in wide.columns}
    axis = view.text("column.rows")
    figure = standing_bars(list(wide.index), series, view.formats, axis=axis, mode="stack", height=380)
    figure.update_xaxes(tickformat="%b %Y", nticks=8)
    figure.update_layout(legend={"traceorder": "normal"})
    chart(view, "data.by_month", figure, frame)


def _runs(view: View) -> None:
    rows = [
        {
            "job": view.text.known(f"job.{run.job}", run.job),
            "status": view.text.known(f"status.{run.status}", run.status),
            "started_at": run.started_at,
            "duration": _seconds(run),
        }
        for run in read_runs(view.home)
    ]
    columns = [
        *(Column(name, f"column.{name}") for name in ("job", "status")),
        Column("started_at", "column.started_at", view.formats.instant),
        Column("duration", "column.duration", lambda one: _duration(view, one), taken_key="column.seconds"),
    ]
    _box(view, "runs", pd.DataFrame(rows), columns, empty="data.no_runs", most=10)


def _seconds(run: JobRun) -> float:
    """Return how long a run took; NaN while it goes on."""
    is_over = run.started_at is not None and run.ended_at is not None
    return (run.ended_at - run.started_at).total_seconds() if is_over else float("nan")  # type: ignore[operator]


def _duration(view: View, seconds: float) -> str:
    if seconds != seconds:
        return MISSING
    return view.text("data.minutes", minutes=round(seconds) // 60, seconds=round(seconds) % 60)


def _box(
    view: View, name: str, frame: pd.DataFrame, columns: list[Column], *, empty: str = "chart.empty", most: int = 25
) -> None:
    with st.container(border=True, key=f"box-{name}"):
        st.subheader(view.text(f"data.{name}"), help=view.text(f"data.{name}_help"), anchor=False)
        if frame.empty:
            st.info(view.text(empty))
        else:
            table(view, f"data.{name}", frame, columns, most=most)
