"""The rolling-origin backtest: at each origin everything is learned from what was known by then, and looks ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from eshop_dagster.ml.revenue.effects import learn_effects
from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import PARTS, RevenueParams
from eshop_dagster.ml.revenue.parts import parts_ahead
from eshop_dagster.ml.revenue.states import state_shares, ticket_ratios, usual_ticket

WEEK = 7
LEARNT_DAYS = 14
LEAST_ORIGINS = 12
"""A history with fewer origins a week apart has them closer."""


@dataclass(frozen=True)
class Look:
    """What was seen ahead from one origin.

    Attributes:
        origin: ordinal of the last known day.
        parts: by name, shape (h,).
        states: those with sales by then.
        shares, ratios: of the states, shape (states,).
        ticket: the nation's, an amount.
        scale, ticket_scale: what MASE divides by.
    """

    origin: int
    parts: dict[str, Floats]
    states: tuple[str, ...]
    shares: Floats
    ratios: Floats
    ticket: float
    scale: float
    ticket_scale: float


@dataclass(frozen=True)
class Backtest:
    """All looks, and what came.

    Attributes:
        panel: all days.
        looks: by rising origin.
        horizon: days ahead.
    """

    panel: Panel
    looks: tuple[Look, ...]
    horizon: int

    @cached_property
    def origins(self) -> Ordinals:
        """Return the origins, shape (n,)."""
        return np.array([look.origin for look in self.looks], dtype=np.int64)

    @cached_property
    def days(self) -> Ordinals:
        """Return the ordinal of each day ahead, shape (n, horizon)."""
        ahead: Ordinals = self.origins[:, None] + np.arange(1, self.horizon + 1)
        return ahead

    @cached_property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Return whether each day ahead has come, shape (n, horizon)."""
        known: npt.NDArray[np.bool_] = self.days <= self.panel.last
        return known

    @cached_property
    def actual(self) -> Floats:
        """Return the nation's revenue on each day ahead, amounts, shape (n, horizon); NaN where it has not come."""
        return self.came(self.panel.revenue.sum(axis=1))

    @cached_property
    def forecasts(self) -> Floats:
        """Return each part's forecasts, shape (n, parts, horizon), in the order of `PARTS`; NaN where it has none."""
        unknown = np.full(self.horizon, np.nan)
        return np.array([[look.parts.get(name, unknown) for name in PARTS] for look in self.looks])

    @cached_property
    def scales(self) -> Floats:
        """Return what the errors of each origin are divided by, shape (n,)."""
        return np.maximum([look.scale for look in self.looks], 1e-9)

    def came(self, values: Floats) -> Floats:
        """Return the values of the panel's days on each day ahead, shape (n, horizon); NaN where they have not come."""
        places = np.minimum(self.days, self.panel.last) - self.panel.first
        found: Floats = np.where(self.is_known, values[places], np.nan)
        return found


def look_back(panel: Panel, holidays: frozenset[int], params: RevenueParams) -> Backtest:
    """Return what every part would have said at each origin of the plan."""
    looks = tuple(look_ahead(panel, holidays, origin, params) for origin in plan_origins(panel, params))
    return Backtest(panel, looks, params.horizon_days)


def plan_origins(panel: Panel, params: RevenueParams) -> Sequence[int]:
    """Return the ordinals of the origins, rising: from two weeks on, up to a week before the last day."""
    room = len(panel.days) - WEEK - LEARNT_DAYS
    spacing = max(1, min(params.spacing_days, room // (LEAST_ORIGINS - 1)))
    number = min(params.origins, room // spacing + 1)
    return [panel.last - WEEK - spacing * at for at in range(number - 1, -1, -1)]


def look_ahead(panel: Panel, holidays: frozenset[int], origin: int, params: RevenueParams) -> Look:
    """Return what every part, learned from the days up to the origin, says of the days after it."""
    known = panel.until(origin)
    values = known.revenue.sum(axis=1)
    effects = learn_effects(known.days, values, known.orders.sum(axis=1), holidays, params.gift_days)
    return Look(
        origin=origin,
        parts=parts_ahead(known, effects, holidays, params.horizon_days),
        states=known.states,
        shares=state_shares(known.revenue),
        ratios=ticket_ratios(known.revenue, known.orders),
        ticket=usual_ticket(known.revenue, known.orders),
        scale=weekly_change(values),
        ticket_scale=weekly_change(known.tickets()),
    )


def weekly_change(values: Floats) -> float:
    """Return the mean distance of a day from the same weekday a week before: what MASE divides by; NaN is left out.

    Hyndman and Koehler 2006, Another look at measures of forecast accuracy, with a season of seven days.
    """
    change = np.abs(values[WEEK:] - values[:-WEEK])
    change = change[np.isfinite(change)]
    return float(change.mean()) if len(change) else 0.0
