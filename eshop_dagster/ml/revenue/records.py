"""The backtest as rows: what was forecast, within which bounds, and what came, by origin, day and state."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.backtest import Backtest
from eshop_dagster.ml.revenue.feast_days import Floats, dates_of
from eshop_dagster.ml.revenue.intervals import (
    BOUNDS,
    NATION_GROWTH,
    STATE_GROWTH,
    STATE_SIZES,
    Forecasts,
    Intervals,
    nation_groups,
    state_groups,
    walk_intervals,
)
from eshop_dagster.ml.revenue.panel import NATION
from eshop_dagster.ml.revenue.states import state_tickets

TARGETS = (("revenue", "actual_brl", "predicted_brl"), ("average_ticket", "actual_ticket_brl", "predicted_ticket_brl"))


@dataclass(frozen=True)
class Record:
    """What would have been served at each origin.

    Attributes:
        table: one row per origin, date and state, `all` the whole shop: `origin`, `date`, `state`, `horizon_days`,
            `actual_brl`, `predicted_brl`, `baseline_brl` (the nation's), `actual_ticket_brl` (NaN without sales),
            `predicted_ticket_brl`, and the bounds of revenue and ticket, NaN where no error was known.
        intervals: from all errors, for the days ahead: `revenue`, `average_ticket`, and with `state_` before them.
    """

    table: pd.DataFrame
    intervals: dict[str, Intervals]

    def coverages(self) -> dict[str, float]:
        """Return the share of days within the 80 and 95 % intervals; days forecast as closed are left out."""
        found = {}
        for prefix, rows in (("", self.table["state"] == NATION), ("state_", self.table["state"] != NATION)):
            for target, actual, _ in TARGETS:
                name = prefix if target == "revenue" else f"{prefix}ticket_"
                kept = self.table[rows & (self.table["predicted_brl"] > 0) & self.table[actual].notna()]
                kept = kept[kept[f"{target}_lower_80_brl"].notna()]
                for level in (80, 95) if len(kept) else ():
                    low, high = (kept[f"{target}_{end}_{level}_brl"] for end in ("lower", "upper"))
                    found[f"{name}coverage_{level}"] = float(kept[actual].between(low, high).mean())
        return found


def keep_record(backtest: Backtest, predicted: Floats, baseline: Floats) -> Record:
    """Return the record of forecasts of the nation, split by state.

    Args:
        predicted: shape (n, horizon).
        baseline: the best baseline's, shape (n, horizon).
    """
    last, frames, intervals = backtest.panel.last, [], {}
    parts = (
        ("", _nation(backtest, predicted, baseline), 1, NATION_GROWTH),
        ("state_", _states(backtest, predicted), STATE_SIZES, STATE_GROWTH),
    )
    for prefix, rows, sizes, growth in parts:
        columns: dict[str, Floats] = {}
        for target, actual, guess in TARGETS:
            of_target = Forecasts(*(rows[name].to_numpy() for name in ("origin", "day", actual, guess, "group")))
            bounds, intervals[prefix + target] = walk_intervals(of_target, sizes, growth, last)
            columns |= {f"{target}_{bound}_brl": bounds[:, at] for at, bound in enumerate(BOUNDS)}
        frames.append(rows.assign(**columns))
    table = pd.concat(frames, ignore_index=True)
    dates = {"origin": dates_of(table["origin"].to_numpy()), "date": dates_of(table["day"].to_numpy())}
    return Record(table.drop(columns=["origin", "day", "group"]).assign(**dates), intervals)


def _nation(backtest: Backtest, predicted: Floats, baseline: Floats) -> pd.DataFrame:
    known, tickets = backtest.is_known, backtest.came(backtest.panel.tickets())
    steps = np.broadcast_to(np.arange(1, backtest.horizon + 1), known.shape)[known]
    return pd.DataFrame(
        {
            "origin": np.repeat(backtest.origins, known.sum(axis=1)),
            "day": backtest.days[known],
            "state": NATION,
            "horizon_days": steps,
            "group": nation_groups(steps),
            "actual_brl": backtest.actual[known],
            "predicted_brl": predicted[known],
            "baseline_brl": baseline[known],
            "actual_ticket_brl": tickets[known],
            "predicted_ticket_brl": np.repeat([look.ticket for look in backtest.looks], known.sum(axis=1)),
        }
    )


def _states(backtest: Backtest, predicted: Floats) -> pd.DataFrame:
    panel, frames = backtest.panel, []
    for at, look in enumerate(backtest.looks):
        known = backtest.is_known[at]
        days, steps = backtest.days[at][known], np.flatnonzero(known) + 1
        places = [look.states.index(state) if state in look.states else -1 for state in panel.states]
        is_new, count = np.array(places) < 0, len(panel.states)
        shares = np.where(is_new, 0.0, look.shares[places])
        tickets = state_tickets(look.ticket, look.shares, look.ratios)[places]
        guess = predicted[at][known][:, None] * shares
        sold, orders = panel.revenue[days - panel.first], panel.orders[days - panel.first]
        repeated = np.repeat(steps, count)
        frames.append(
            pd.DataFrame(
                {
                    "origin": look.origin,
                    "day": np.repeat(days, count),
                    "state": np.tile(np.array(panel.states, dtype=object), len(days)),
                    "horizon_days": repeated,
                    "group": state_groups(repeated, (guess / tickets).ravel()),
                    "actual_brl": sold.ravel(),
                    "predicted_brl": guess.ravel(),
                    "actual_ticket_brl": np.where(orders > 0, sold / np.maximum(orders, 1.0), np.nan).ravel(),
                    "predicted_ticket_brl": np.tile(tickets, len(days)),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
