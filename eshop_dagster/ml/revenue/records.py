"""The backtest as rows: what was forecast, what came, by origin, day and state."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.backtest import Look
from eshop_dagster.ml.revenue.feast_days import EPOCH
from eshop_dagster.ml.revenue.intervals import BOUNDS, nation_groups, state_groups
from eshop_dagster.ml.revenue.panel import NATION, Panel
from eshop_dagster.ml.revenue.params import BASELINE
from eshop_dagster.ml.revenue.states import state_tickets


def nation_rows(looks: Sequence[Look], panel: Panel) -> pd.DataFrame:
    """Return one row per origin and day: `origin`, `day`, `steps`, `group`, what came, and each candidate's forecasts.

    Forecasts are in columns `revenue <name>` and `ticket <name>`; the ticket that came is NaN on a day without sales.
    """
    revenue, tickets = panel.revenue.sum(axis=1), panel.tickets()
    frames = []
    for look in looks:
        at = look.days - panel.first
        columns: dict[str, object] = {
            "origin": look.origin,
            "day": look.days,
            "steps": look.steps,
            "group": nation_groups(look.steps, look.kinds),
            "revenue": revenue[at],
            "ticket": np.where(tickets[at] > 0, tickets[at], np.nan),
            "revenue_scale": look.revenue_scale,
            "ticket_scale": look.ticket_scale,
        }
        columns |= {f"revenue {name}": values for name, values in look.revenue.items()}
        columns |= {f"ticket {name}": values for name, values in look.ticket.items()}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def state_rows(looks: Sequence[Look], panel: Panel, nation: pd.DataFrame, method: str) -> pd.DataFrame:
    """Return one row per origin, day and state: the nation's forecasts, split.

    Columns `origin`, `day`, `steps`, `state`, `group`, `revenue`, `ticket` (NaN without sales), `predicted`,
    `predicted_ticket`. A state that had not sold by an origin is forecast as 0.

    Args:
        nation: `origin`, `predicted`, `predicted_ticket`.
    """
    whole = dict(iter(nation.groupby("origin")))
    return pd.concat([_states_of(look, panel, whole[look.origin], method) for look in looks], ignore_index=True)


def _states_of(look: Look, panel: Panel, nation: pd.DataFrame, method: str) -> pd.DataFrame:
    at, count = look.days - panel.first, len(panel.states)
    places = [look.states.index(state) if state in look.states else -1 for state in panel.states]
    shares = np.where(np.array(places) >= 0, look.shares[method][:, places], 0.0)
    ticket, revenue = (nation[name].to_numpy(dtype=np.float64) for name in ("predicted_ticket", "predicted"))
    tickets = state_tickets(ticket, look.shares[method], look.ratios)[:, places]
    predicted = revenue[:, None] * shares
    sold, orders = panel.revenue[at], panel.orders[at]
    steps = np.repeat(look.steps, count)
    return pd.DataFrame(
        {
            "origin": look.origin,
            "day": np.repeat(look.days, count),
            "steps": steps,
            "state": np.tile(np.array(panel.states, dtype=object), len(at)),
            "group": state_groups(steps, (predicted / tickets).ravel()),
            "revenue": sold.ravel(),
            "ticket": np.where(orders > 0, sold / np.maximum(orders, 1.0), np.nan).ravel(),
            "predicted": predicted.ravel(),
            "predicted_ticket": tickets.ravel(),
        }
    )


def backtest_table(nation: pd.DataFrame, states: pd.DataFrame, first_judged: int) -> pd.DataFrame:
    """Return the forecasts in the words of the business: one row per origin, date and state, `BR` the nation.

    Args:
        nation: of `nation_rows`, with `predicted`, `predicted_ticket` and intervals.
        states: of `state_rows`, with intervals.
        first_judged: the first origin that judges.
    """
    whole = nation.assign(state=NATION, baseline=nation[f"revenue {BASELINE}"])
    table = pd.concat([whole, states], ignore_index=True)
    bounds = {
        f"{target}_{bound}": f"{name}_{bound}_brl"
        for target, name in (("revenue", "revenue"), ("ticket", "average_ticket"))
        for bound in BOUNDS
    }
    names = {
        "state": "state",
        "steps": "horizon_days",
        "is_judged": "is_judged",
        "revenue": "actual_brl",
        "predicted": "predicted_brl",
        "baseline": "baseline_brl",
        "ticket": "actual_ticket_brl",
        "predicted_ticket": "predicted_ticket_brl",
        **bounds,
    }
    table = table.assign(is_judged=table["origin"] >= first_judged)
    dates = {name: _dates(table[column]) for name, column in (("origin", "origin"), ("date", "day"))}
    return pd.DataFrame({**dates, **{new: table[old] for old, new in names.items()}})


def _dates(days: pd.Series) -> pd.DatetimeIndex:
    return pd.DatetimeIndex((days.to_numpy(dtype=np.int64) - EPOCH).astype("datetime64[D]")).as_unit("us")
