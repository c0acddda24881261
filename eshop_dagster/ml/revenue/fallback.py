"""The seasonal naive forecast in the shape of a model: what is said ahead where no model is worth more."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.forecaster import RevenueForecaster
from eshop_dagster.ml.revenue.intervals import BOUNDS, NATION_GROUPS, STATE_GROUPS, Intervals
from eshop_dagster.ml.revenue.nation import NationModels
from eshop_dagster.ml.revenue.panel import holidays_of
from eshop_dagster.ml.revenue.params import BASELINES


def seasonal_naive(calendar: pd.DataFrame) -> RevenueForecaster:
    """Return the forecast that takes each weekday's mean of the last four weeks, split by the shares of the last 91
    days; its bounds are NaN, for its errors were never measured.

    Args:
        calendar: `date`, `is_holiday`.
    """
    unknown = Intervals(np.full((max(NATION_GROUPS, STATE_GROUPS), len(BOUNDS)), np.nan))
    days = pd.to_datetime(calendar["date"])
    return RevenueForecaster(
        candidate=BASELINES[0],
        ticket_candidate=BASELINES[0],
        state_method="shares_91",
        models=NationModels(None, None),
        intervals=dict.fromkeys(("revenue", "ticket", "state_revenue", "state_ticket"), unknown),
        holidays=np.array(sorted(holidays_of(calendar)), dtype=np.int64),
        calendar_end=days.max().toordinal(),
        trained_until=0,
    )
