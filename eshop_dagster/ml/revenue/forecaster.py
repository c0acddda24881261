"""The fitted revenue model: looks ahead from any later day with what was fitted as it is."""

from datetime import date

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.revenue.effects import Effects
from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals, dates_of
from eshop_dagster.ml.revenue.intervals import BOUNDS, Intervals, nation_groups, state_groups
from eshop_dagster.ml.revenue.panel import NATION, Panel, holidays_of, read_panel
from eshop_dagster.ml.revenue.parts import ahead_of, parts_ahead
from eshop_dagster.ml.revenue.states import state_shares, state_tickets, ticket_ratios, usual_ticket
from eshop_dagster.ml.revenue.weights import mixed

HORIZON_DAYS = 92
LEAST_DAYS = 14
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

    It holds numbers only, so that skops can save it.

    Attributes:
        candidate: `mean`, or the baseline that serves.
        weights: of each part of the nation's revenue.
        effects: of the calendar.
        intervals: by target: `revenue`, `average_ticket`, `state_revenue`, `state_average_ticket`.
        holidays: ordinals of the public holidays it was fitted with, rising.
        calendar_end: ordinal of the last day of that calendar.
        trained_until: ordinal of the last day it was fitted on.
        total_errors: of `judging.total_errors`: by how much % totals were off in the backtest.
    """

    def __init__(
        self,
        *,
        candidate: str,
        weights: dict[str, float],
        effects: Effects,
        intervals: dict[str, Intervals],
        holidays: Ordinals,
        calendar_end: int,
        trained_until: int,
        total_errors: dict[str, float],
    ) -> None:
        self.candidate = candidate
        self.weights = weights
        self.effects = effects
        self.intervals = intervals
        self.holidays = holidays
        self.calendar_end = calendar_end
        self.trained_until = trained_until
        self.total_errors = total_errors

    def predict(
        self,
        history: pd.DataFrame,
        calendar: pd.DataFrame | None = None,
        last_day: date | None = None,
        horizon_days: int = HORIZON_DAYS,
    ) -> pd.DataFrame:
        """Return the forecast of the days after `last_day`, one row per date and state and one of state `all`.

        Nothing is fitted: newer days move the levels, with the parameters as they are. States add up to the nation on
        every day, in revenue and in orders. A day without trade has 0 revenue, 0 orders and no ticket (NaN). Bounds
        are each day's own: those of the states do not add up.

        Args:
            history: `date`, `state`, `revenue_brl`, `order_count` of every day from the shop's first one on.
            calendar: `date`, `is_holiday`; None takes the one of the training.
            last_day: the last complete day; None takes the last of the history.
            horizon_days: how many days ahead.

        Raises:
            ValueError: under two weeks of history, or a calendar that ends before the last day ahead.
        """
        require(horizon_days >= 1, "horizon_days", horizon_days, "1 or more")
        last = last_day or pd.to_datetime(history["date"]).max().date()
        panel = read_panel(history, last)
        if len(panel.days) < LEAST_DAYS:
            raise ValueError(
                f"history has {len(panel.days)} days up to {last}; expected {LEAST_DAYS} or more. "
                "Pass every day of the shop."
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
        revenue = mixed(parts_ahead(known, self.effects, holidays, horizon), self.weights)
        shares, ticket = state_shares(known.revenue), usual_ticket(known.revenue, known.orders)
        tickets = state_tickets(ticket, shares, ticket_ratios(known.revenue, known.orders))
        parts = [self._rows(days, steps, NATION, revenue, ticket, nation_groups(steps), "")]
        for state, share, own in zip(known.states, shares.tolist(), tickets.tolist(), strict=True):
            groups = state_groups(steps, revenue * share / own)
            parts.append(self._rows(days, steps, state, revenue * share, own, groups, "state_"))
        frame = pd.concat(parts, ignore_index=True)
        return frame.sort_values(["date", "state"], kind="stable", ignore_index=True)

    def _rows(
        self, days: Ordinals, steps: Ordinals, state: str, revenue: Floats, ticket: float, groups: Ordinals, kind: str
    ) -> pd.DataFrame:
        tickets = np.where(revenue > 0, ticket, np.nan)
        columns: dict[str, object] = {
            "date": dates_of(days),
            "state": state,
            "horizon_days": steps,
            "revenue_brl": revenue,
            "order_count": revenue / ticket,
            "average_ticket_brl": tickets,
        }
        for target, values in (("revenue", revenue), ("average_ticket", tickets)):
            bounds = self.intervals[kind + target].around(values, groups)
            columns |= {f"{target}_{bound}_brl": bounds[:, at] for at, bound in enumerate(BOUNDS)}
        return pd.DataFrame(columns)[list(FORECAST_COLUMNS)]
