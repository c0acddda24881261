"""The rolling-origin backtest: at each origin everything is fitted on what was known by then, and looks ahead."""

from dataclasses import dataclass

import numpy as np

from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals, day_kinds
from eshop_dagster.ml.revenue.nation import NationModels, ahead_of, fit_nation, naive, revenue_ahead, ticket_ahead
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import AVERAGE, BASELINE, BASELINES, RevenueParams
from eshop_dagster.ml.revenue.scores import WEEK, mase_scale
from eshop_dagster.ml.revenue.series import SeriesModel
from eshop_dagster.ml.revenue.states import METHODS, state_shares, ticket_ratios

LEAST_ORIGINS = 6
SHORT_DAYS = 28
LEAST_LOOK_DAYS = 7
LEAST_LEARNT_DAYS = 42


@dataclass(frozen=True)
class Look:
    """What was seen ahead from one origin.

    Attributes:
        origin: ordinal of the last known day.
        days: shape (h,), the days after it.
        kinds: shape (h,), of `day_kinds`.
        states: those with sales by then.
        revenue, ticket: by candidate, shape (h,).
        shares: by method, shape (h, states).
        naive_states: shape (h, states), BRL: each state's own baseline.
        ratios: shape (states,), tickets relative to the nation's.
        revenue_scale, ticket_scale: what MASE divides by.
    """

    origin: int
    days: Ordinals
    kinds: Ordinals
    states: tuple[str, ...]
    revenue: dict[str, Floats]
    ticket: dict[str, Floats]
    shares: dict[str, Floats]
    naive_states: Floats
    ratios: Floats
    revenue_scale: float
    ticket_scale: float

    @property
    def steps(self) -> Ordinals:
        """Return how many days ahead each day is."""
        return self.days - self.origin


def plan_origins(panel: Panel, params: RevenueParams) -> tuple[int, ...]:
    """Return the ordinals of the origins, rising; the last looks 28 days ahead, in a short history a week.

    Short histories have closer origins; none where there is no room for any.
    """
    count = len(panel.days)
    earliest = max(LEAST_LEARNT_DAYS, min(params.first_origin_days, count // 2))
    look = SHORT_DAYS if count - SHORT_DAYS >= earliest + 7 * (LEAST_ORIGINS + 2) else LEAST_LOOK_DAYS
    room = count - look - earliest
    if room < 0:
        return ()
    spacing = max(1, min(params.spacing_days, room // (LEAST_ORIGINS + 1)))
    number = min(params.origins, room // spacing + 1)
    return tuple(panel.last - look - spacing * at for at in range(number - 1, -1, -1))


def plan_naive_origins(panel: Panel, params: RevenueParams) -> tuple[int, ...]:
    """Return the ordinals of the origins where only the baseline looks ahead: every day after the first week."""
    first = panel.first + max(WEEK - 1, len(panel.days) - params.origins * params.spacing_days)
    return tuple(range(first, panel.last))


def look_ahead(
    panel: Panel, holidays: frozenset[int], origin: int, params: RevenueParams, seed: int, *, is_naive: bool = False
) -> Look:
    """Return what every candidate, fitted on the days up to the origin, says of the days after it.

    Args:
        panel: may go on after the origin: nothing of that is read but how long it is.
        is_naive: whether the baselines alone look ahead.
    """
    horizon = min(params.horizon_days, panel.last - origin)
    known = panel.until(origin)
    models = NationModels(None, None) if is_naive else fit_nation(known, holidays, params, seed)
    days = ahead_of(known, horizon)
    return Look(
        origin=origin,
        days=days,
        kinds=day_kinds(days, holidays),
        states=known.states,
        revenue=revenue_ahead(models.revenue, known, holidays, horizon, _names(models.revenue)),
        ticket=ticket_ahead(models.ticket, known, holidays, horizon, _names(models.ticket)),
        shares={m: state_shares(m, known.revenue, known.orders, horizon, alpha=models.alpha) for m in METHODS},
        naive_states=naive(BASELINE, known.revenue, horizon),
        ratios=ticket_ratios(known.revenue, known.orders),
        revenue_scale=mase_scale(known.revenue.sum(axis=1)),
        ticket_scale=_ticket_scale(known),
    )


def _names(model: SeriesModel | None) -> tuple[str, ...]:
    own = model.names if model else ()
    return (*BASELINES, *own, *((AVERAGE,) if len(own) > 1 else ()))


def judged_count(origins: int, params: RevenueParams) -> int:
    """Return how many of the origins, the latest, judge and have no say in the choice."""
    return min(params.judged_origins, max(3, origins // 2))


def _ticket_scale(known: Panel) -> float:
    tickets = known.tickets()
    pairs = (tickets[7:] > 0) & (tickets[:-7] > 0)
    return float(np.abs(tickets[7:] - tickets[:-7])[pairs].mean()) if pairs.any() else 0.0
