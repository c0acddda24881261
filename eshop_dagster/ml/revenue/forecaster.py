"""The fitted revenue model: looks ahead from any later day with what was fitted as it is."""

from datetime import date

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.revenue.feast_days import EPOCH, Floats, Ordinals, day_kinds
from eshop_dagster.ml.revenue.intervals import BOUNDS, Intervals, nation_groups, state_groups
from eshop_dagster.ml.revenue.nation import NationModels, ahead_of, revenue_ahead, ticket_ahead
from eshop_dagster.ml.revenue.panel import NATION, Panel, holidays_of, read_panel
from eshop_dagster.ml.revenue.states import state_shares, state_tickets, ticket_ratios

HORIZON_DAYS = 92
WEEK = 7
FORECAST_COLUMNS = (
    "date",
    "state",
    "horizon_days",
    "revenue_brl",
    *(f"revenue_{name}_brl" for name in BOUNDS),
    "order_count",
    "average_ticket_brl",
    *(f"average_ticket_{name}_brl" for name in BOUNDS),
)


class RevenueForecaster(BaseEstimator):  # type: ignore[misc]
    """Daily revenue and average ticket of the nation and of each state, with intervals.

    It holds numbers and boosted trees only, so that skops can save it.

    Attributes:
        candidate, ticket_candidate: which forecasts the nation's revenue and ticket.
        state_method: how the nation's revenue is split.
        models: what was fitted.
        intervals: by target: `revenue`, `ticket`, `state_revenue`, `state_ticket`.
        holidays: ordinals of the public holidays it was fitted with, rising.
        calendar_end: ordinal of the last day of that calendar.
        trained_until: ordinal of the last day it was fitted on.
    """

    def __init__(
        self,
        *,
        candidate: str,
        ticket_candidate: str,
        state_method: str,
        models: NationModels,
        intervals: dict[str, Intervals],
        holidays: Ordinals,
        calendar_end: int,
        trained_until: int,
    ) -> None:
        self.candidate = candidate
        self.ticket_candidate = ticket_candidate
        self.state_method = state_method
        self.models = models
        self.intervals = intervals
        self.holidays = holidays
        self.calendar_end = calendar_end
        self.trained_until = trained_until

    def predict(
        self,
        history: pd.DataFrame,
        calendar: pd.DataFrame | None = None,
        last_day: date | None = None,
        horizon_days: int = HORIZON_DAYS,
    ) -> pd.DataFrame:
        """Return the forecast of the days after `last_day`, one row per date and state and one of state `BR`.

        Nothing is fitted: newer days move the levels, with the parameters as they are. States add up to the nation on
        every day, in revenue and in orders. A day without trade has 0 revenue, 0 orders and no ticket (NaN). Bounds
        are each day's own: those of the states do not add up.

        Args:
            history: `date`, `state`, `revenue_brl`, `order_count` of every day from the shop's first one on.
            calendar: `date`, `is_holiday`; None takes the one of the training.
            last_day: the last complete day; None takes the last of the history.
            horizon_days: how many days ahead.

        Raises:
            ValueError: under a week of history, or a calendar that ends before the last day ahead.
        """
        require(horizon_days >= 1, "horizon_days", horizon_days, "1 or more")
        last = last_day or pd.to_datetime(history["date"]).max().date()
        panel = read_panel(history, last)
        if len(panel.days) < WEEK:
            raise ValueError(
                f"history has {len(panel.days)} days up to {last}; expected {WEEK} or more. Pass every day of the shop."
            )
        holidays = frozenset(self.holidays.tolist()) if calendar is None else holidays_of(calendar)
        end = self.calendar_end if calendar is None else pd.to_datetime(calendar["date"]).max().toordinal()
        if end < panel.last + horizon_days:
            raise ValueError(
                f"the calendar ends on {date.fromordinal(end)}, the forecast on "
                f"{date.fromordinal(panel.last + horizon_days)}; expected a longer one. Add its years to dim_dates."
            )
        return self._forecast(panel, holidays, horizon_days)

    def _forecast(self, panel: Panel, holidays: frozenset[int], horizon: int) -> pd.DataFrame:
        known = panel.until(panel.last)
        days = ahead_of(known, horizon)
        steps = days - known.last
        revenue = revenue_ahead(self.models.revenue, known, holidays, horizon, (self.candidate,))[self.candidate]
        name = self.ticket_candidate
        ticket = ticket_ahead(self.models.ticket, known, holidays, horizon, (name,))[name]
        shares = state_shares(self.state_method, known.revenue, known.orders, horizon, alpha=self.models.alpha)
        tickets = state_tickets(ticket, shares, ticket_ratios(known.revenue, known.orders))
        nation = self._rows(days, steps, NATION, revenue, ticket, nation_groups(steps, day_kinds(days, holidays)), "")
        parts = [nation]
        for at, state in enumerate(known.states):
            part = revenue * shares[:, at]
            groups = state_groups(steps, part / tickets[:, at])
            parts.append(self._rows(days, steps, state, part, tickets[:, at], groups, "state_"))
        frame = pd.concat(parts, ignore_index=True)
        return frame.sort_values(["date", "state"], kind="stable", ignore_index=True)

    def _rows(
        self, days: Ordinals, steps: Ordinals, state: str, revenue: Floats, ticket: Floats, groups: Ordinals, kind: str
    ) -> pd.DataFrame:
        is_open = revenue > 0
        columns: dict[str, object] = {
            "date": pd.DatetimeIndex((days - EPOCH).astype("datetime64[D]")).as_unit("us"),
            "state": state,
            "horizon_days": steps,
            "revenue_brl": revenue,
            "order_count": revenue / ticket,
            "average_ticket_brl": np.where(is_open, ticket, np.nan),
        }
        for target, values, name in (("revenue", revenue, "revenue"), ("ticket", ticket, "average_ticket")):
            bounds = self.intervals[kind + target].around(values, groups)
            if target == "ticket":
                bounds = np.where(is_open[:, None], bounds, np.nan)
            columns |= {f"{name}_{bound}_brl": bounds[:, at] for at, bound in enumerate(BOUNDS)}
        return pd.DataFrame(columns)[list(FORECAST_COLUMNS)]
