"""Revenue and average ticket by day, weeks ahead, of the nation and of each state.

What belongs here: what the calendar does, candidates, the rolling-origin backtest, intervals, the split by state.
`fit_revenue` trains and judges, `RevenueForecaster.predict` looks ahead.
"""

from eshop_dagster.ml.revenue.fallback import seasonal_naive
from eshop_dagster.ml.revenue.fit import fit_revenue
from eshop_dagster.ml.revenue.forecaster import FORECAST_COLUMNS, HORIZON_DAYS, RevenueForecaster
from eshop_dagster.ml.revenue.panel import NATION
from eshop_dagster.ml.revenue.params import BASELINES, BoostParams, RevenueParams
from eshop_dagster.ml.revenue.result import RevenueResult

__all__ = [
    "BASELINES",
    "FORECAST_COLUMNS",
    "HORIZON_DAYS",
    "NATION",
    "BoostParams",
    "RevenueForecaster",
    "RevenueParams",
    "RevenueResult",
    "fit_revenue",
    "seasonal_naive",
]
