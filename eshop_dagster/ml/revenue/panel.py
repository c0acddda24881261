"""The shop's days as a grid: checked, cut at the last complete day, a day without sales as zeros."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals

NATION = "all"
"""What models call the whole shop, which readers know by its country's code."""
"""The name under which the sum of all states is published."""

HISTORY_COLUMNS = ("date", "state", "revenue_brl", "order_count")
CALENDAR_COLUMNS = ("date", "is_holiday")
LONGEST_PAUSE_DAYS = 21


@dataclass(frozen=True)
class Panel:
    """Every day of the shop from its first whole one.

    Attributes:
        first: ordinal of the first day.
        states: sorted.
        revenue: shape (days, states), an amount.
        orders: shape (days, states).
        notes: sentences about what was left out.
    """

    first: int
    states: tuple[str, ...]
    revenue: Floats
    orders: Floats
    notes: tuple[str, ...] = ()

    @property
    def days(self) -> Ordinals:
        """Return the ordinals of the days."""
        return np.arange(self.first, self.first + len(self.revenue), dtype=np.int64)

    @property
    def last(self) -> int:
        """Return the ordinal of the last day."""
        return self.first + len(self.revenue) - 1

    def until(self, last: int) -> "Panel":
        """Return the panel as it was known at the end of that day: a state that had not sold by then is not in it."""
        count = max(0, last - self.first + 1)
        revenue, orders = self.revenue[:count], self.orders[:count]
        kept = np.flatnonzero(revenue.sum(axis=0) > 0)
        states = tuple(self.states[at] for at in kept)
        return Panel(self.first, states, revenue[:, kept].copy(), orders[:, kept].copy(), self.notes)

    def tickets(self) -> Floats:
        """Return the nation's average ticket by day, amounts; NaN on a day without sales."""
        revenue, orders = self.revenue.sum(axis=1), self.orders.sum(axis=1)
        mean: Floats = np.where(orders > 0, revenue / np.maximum(orders, 1.0), np.nan)
        return mean


def read_panel(history: pd.DataFrame, last_day: date) -> Panel:
    """Return the days up to the last complete one; what comes before a long pause, and a part of a first day, are out.

    Args:
        history: `date`, `state`, `revenue_brl`, `order_count`, one row per date and state with sales, in any order.
        last_day: rows after it are ignored.

    Raises:
        ValueError: a column is missing, a value is NULL, negative or infinite, a key is repeated or is the nation.
    """
    frame = _checked(history)
    is_late = frame["date"] > pd.Timestamp(last_day)
    is_sale = (frame["revenue_brl"] > 0) & (frame["order_count"] > 0)
    notes = []
    if is_late.any():
        days = frame.loc[is_late, "date"].nunique()
        left = "1 day" if days == 1 else f"{days} days"
        notes.append(f"{left} after {last_day}, the last complete one, {'was' if days == 1 else 'were'} left out.")
    frame = frame[~is_late & is_sale].sort_values(["date", "state"], kind="stable")
    if frame.empty:
        return Panel(last_day.toordinal() + 1, (), np.zeros((0, 0)), np.zeros((0, 0)), tuple(notes))
    every = pd.date_range(frame["date"].iloc[0], pd.Timestamp(last_day))
    tables = [
        frame.pivot(index="date", columns="state", values=name).reindex(every).fillna(0.0)
        for name in ("revenue_brl", "order_count")
    ]
    revenue, orders = (np.ascontiguousarray(table.to_numpy(dtype=np.float64)) for table in tables)
    start = _first_whole_day(revenue.sum(axis=1))
    first = every[0].toordinal()
    if start:
        begin = date.fromordinal(first + start)
        left = f"The day before {begin} was" if start == 1 else f"The {start} days before {begin} were"
        notes.append(f"{left} left out: a thin start, or a first day in part.")
    states = tuple(str(name) for name in tables[0].columns)
    return Panel(first + start, states, revenue[start:], orders[start:], tuple(notes))


def holidays_of(calendar: pd.DataFrame) -> frozenset[int]:
    """Return the ordinals of the public holidays of a frame with `date` and `is_holiday`.

    Raises:
        ValueError: a column is missing, or a value is NULL.
    """
    _require_columns(calendar, CALENDAR_COLUMNS, "calendar")
    if calendar[list(CALENDAR_COLUMNS)].isna().to_numpy().any():
        raise ValueError("calendar holds NULL; expected a date and true or false in every row. Read it from dim_dates.")
    kept = pd.to_datetime(calendar["date"])[calendar["is_holiday"].astype(bool).to_numpy()]
    return frozenset(day.toordinal() for day in kept)


def _checked(history: pd.DataFrame) -> pd.DataFrame:
    _require_columns(history, HISTORY_COLUMNS, "history")
    frame = history[list(HISTORY_COLUMNS)].copy()
    frame["date"] = pd.to_datetime(frame["date"]).dt.normalize().astype("datetime64[us]")
    for name in ("revenue_brl", "order_count"):
        frame[name] = frame[name].astype("float64")
        broken = int((~(np.isfinite(frame[name]) & (frame[name] >= 0))).sum())
        if broken:
            raise ValueError(
                f"{broken} values of {name} are negative, NULL or infinite; expected 0 or more. Count a return with "
                "the order that it belongs to, not as a sale of its own."
            )
    if frame[["date", "state"]].isna().to_numpy().any():
        raise ValueError("history holds rows without a date or a state; expected both in every row. Name them first.")
    if (frame["state"] == NATION).any():
        raise ValueError(f"history has rows of state {NATION!r}; expected states only. Leave out the nation's sum.")
    repeated = int(frame.duplicated(["date", "state"]).sum())
    if repeated:
        raise ValueError(f"{repeated} rows repeat a date and state; expected one row of each. Sum them first.")
    return frame


def _require_columns(frame: pd.DataFrame, names: tuple[str, ...], what: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ValueError(f"{what} has no columns {missing}; found {list(frame.columns)}; expected {list(names)}.")


def _first_whole_day(revenue: Floats) -> int:
    """Return the position of the first day of real trade; the next one where that day is under half of its successors.

    Trade is real from where on a week holds a tenth of the median week of the eight that follow, and no long pause.
    """
    open_days = np.flatnonzero(revenue > 0)
    pauses = np.flatnonzero(np.diff(open_days) > LONGEST_PAUSE_DAYS)
    starts = open_days[pauses[-1] + 1 :] if len(pauses) else open_days
    for start in starts.tolist():
        weeks = revenue[start : start + 63]
        weeks = weeks[: len(weeks) // 7 * 7].reshape(-1, 7).sum(axis=1)
        if len(weeks) < 2 or weeks[0] >= np.median(weeks[1:]) / 10:
            break
    after = revenue[start + 1 : start + 29]
    usual = np.median(after[after > 0]) if (after > 0).any() else 0.0
    later = np.flatnonzero(after > 0)
    return int(start + 1 + later[0]) if revenue[start] < usual / 2 and len(later) else int(start)
