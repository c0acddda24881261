"""How well a fitted forecast did on the last weeks, which it was not fitted on: for a champion beside a challenger."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.revenue.forecaster import RevenueForecaster
from eshop_dagster.ml.revenue.panel import NATION

Floats = npt.NDArray[np.float64]

WEEK = 7
AHEAD_DAYS = 28


def held_out_days(history: pd.DataFrame) -> int:
    """Return how many last days are kept from fitting: eight weeks, or four where the history is under a year."""
    known = history["date"].nunique()
    return 8 * WEEK if known >= 365 else 4 * WEEK


def look_back(
    forecaster: RevenueForecaster,
    history: pd.DataFrame,
    calendar: pd.DataFrame,
    last_day: date,
    days: int,
) -> pd.DataFrame:
    """Return what would have been forecast of the last days, at an origin a week and 28 days ahead at most.

    Args:
        forecaster: fitted on days before these, or older.
        history: `date`, `state`, `revenue_brl`, `order_count` up to `last_day`.
        calendar: `date`, `is_holiday`.
        last_day: the last complete day.
        days: number of last days, a multiple of 7.

    Returns:
        `origin`, `date`, `state`, `actual_brl`, `predicted_brl`, sorted; `state` is `BR` for the nation.
    """
    actual = _by_state(history)
    looks = []
    for back in range(days, 0, -WEEK):
        origin = last_day - timedelta(days=back)
        ahead = min(AHEAD_DAYS, back)
        told = forecaster.predict(history, calendar, origin, ahead)
        looks.append(told.assign(origin=pd.Timestamp(origin))[["origin", "date", "state", "revenue_brl"]])
    frame = pd.concat(looks, ignore_index=True).rename(columns={"revenue_brl": "predicted_brl"})
    frame = frame.merge(actual, on=["date", "state"], how="left").fillna({"actual_brl": 0.0})
    columns = ["origin", "date", "state", "actual_brl", "predicted_brl"]
    return frame.sort_values(["origin", "date", "state"], kind="stable", ignore_index=True)[columns]


def naive_look_back(history: pd.DataFrame, last_day: date, days: int) -> pd.DataFrame:
    """Return what the seasonal naive forecast would have said of the nation: the mean of four weeks' same weekday.

    Args:
        history: as in `look_back`.
        last_day: the last complete day.
        days: number of last days, a multiple of 7.
    """
    actual = _by_state(history)
    nation = actual[actual["state"] == NATION].set_index("date")["actual_brl"]
    daily = nation.reindex(pd.date_range(nation.index.min(), pd.Timestamp(last_day)), fill_value=0.0)
    rows = []
    for back in range(days, 0, -WEEK):
        origin = last_day - timedelta(days=back)
        known = daily[daily.index <= pd.Timestamp(origin)].iloc[-4 * WEEK :]
        usual = known.groupby(pd.DatetimeIndex(known.index).day_of_week).mean()
        ahead = pd.date_range(pd.Timestamp(origin) + pd.Timedelta(days=1), periods=min(AHEAD_DAYS, back))
        rows.append(
            pd.DataFrame(
                {
                    "origin": pd.Timestamp(origin),
                    "date": ahead,
                    "state": NATION,
                    "actual_brl": daily.reindex(ahead).to_numpy(),
                    "predicted_brl": usual.reindex(ahead.day_of_week, fill_value=0.0).to_numpy(),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def weekday_change_brl(history: pd.DataFrame, before: date) -> float:
    """Return the mean absolute change of the nation's revenue from a day to the same weekday a week later, BRL.

    The scale of the mean absolute scaled error (Hyndman and Koehler, "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22, 2006), measured before the days that are judged.
    """
    daily = history[history["date"] < pd.Timestamp(before)].groupby("date")["revenue_brl"].sum()
    daily = daily.reindex(pd.date_range(daily.index.min(), daily.index.max()), fill_value=0.0)
    change = float(np.abs(daily.to_numpy()[WEEK:] - daily.to_numpy()[:-WEEK]).mean())
    if not change > 0:
        raise ValueError(f"revenue before {before} never changes from week to week; expected a shop that trades.")
    return change


def scaled_error(looks: pd.DataFrame, scale_brl: float, state: str = NATION) -> float:
    """Return the mean absolute scaled error of the revenue of the nation, or of a state, over all looks."""
    return float(_errors(looks, state).mean()) / scale_brl


def paired_weeks(
    challenger: pd.DataFrame, champion: pd.DataFrame, scale_brl: float, seed: int, state: str = NATION
) -> Interval:
    """Return challenger's minus champion's mean absolute scaled error, with the interval over resampled weeks.

    Errors of neighbouring days go together, so that whole weeks are drawn (the block bootstrap).

    Args:
        challenger: what `look_back` gave, of the same days and origins as the champion's.
        champion: the same.
        scale_brl: of `weekday_change_brl`.
        seed: of the draws.
        state: whose revenue; the nation's by default.
    """
    rows = challenger[challenger["state"] == state]
    difference = (_errors(challenger, state) - _errors(champion, state)) / scale_brl
    week = ((rows["date"] - rows["date"].min()).dt.days // WEEK).to_numpy()
    sums, counts = np.bincount(week, weights=difference), np.bincount(week)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (1000, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    lower, upper = np.quantile(means, [0.025, 0.975])
    return Interval(float(difference.mean()), float(lower), float(upper))


def _errors(looks: pd.DataFrame, state: str = NATION) -> Floats:
    rows = looks[looks["state"] == state]
    actual, predicted = (rows[name].to_numpy(dtype=np.float64) for name in ("actual_brl", "predicted_brl"))
    errors: Floats = np.abs(actual - predicted)
    return errors


def _by_state(history: pd.DataFrame) -> pd.DataFrame:
    states = history[["date", "state", "revenue_brl"]]
    nation = states.groupby("date", as_index=False)["revenue_brl"].sum().assign(state=NATION)
    both = pd.concat([states, nation], ignore_index=True).rename(columns={"revenue_brl": "actual_brl"})
    dated: pd.DataFrame = both.assign(date=pd.to_datetime(both["date"]))
    return dated
