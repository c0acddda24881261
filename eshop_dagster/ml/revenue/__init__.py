"""Revenue and average ticket by day, weeks ahead, of the nation and of each state.

What belongs here: what the calendar does, the parts and their weights, the rolling-origin backtest, intervals, the
split by state. `study_revenue` looks back, `fit_revenue` judges and fits, `RevenueForecaster.predict` looks ahead.
"""

from eshop_dagster.ml.revenue.feast_days import gift_days_of
from eshop_dagster.ml.revenue.fit import Study, fit_revenue, study_revenue
from eshop_dagster.ml.revenue.forecaster import FORECAST_COLUMNS, HORIZON_DAYS, RevenueForecaster
from eshop_dagster.ml.revenue.panel import NATION
from eshop_dagster.ml.revenue.params import BASELINES, MEAN, PARTS, RevenueParams
from eshop_dagster.ml.revenue.result import RevenueResult

__all__ = [
    "BASELINES",
    "FORECAST_COLUMNS",
    "HORIZON_DAYS",
    "MEAN",
    "NATION",
    "PARTS",
    "RevenueForecaster",
    "RevenueParams",
    "RevenueResult",
    "Study",
    "fit_revenue",
    "gift_days_of",
    "study_revenue",
]
