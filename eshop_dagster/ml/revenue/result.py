"""What a fit of the revenue model gives back."""

from dataclasses import dataclass, field

import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.revenue.forecaster import RevenueForecaster


@dataclass(frozen=True)
class RevenueResult:
    """What serves, fitted on all days, and the evidence for and against it, which never saw what it was judged on.

    Attributes:
        forecaster: None where there are too few days to judge any forecast.
        candidate: `mean`, or the baseline that serves; `none` without forecaster.
        metrics: of what would have been served at each origin: of revenue over all days ahead and, with the suffix
            `_28_days`, the first 28; errors of totals in %; the coverage of the intervals of revenue, of the ticket
            (`ticket_`), and of the states (`state_`, `state_ticket_`).
        baseline: the best baseline's name.
        baseline_metrics: of its revenue on the same days.
        against_baseline: MASE minus the best baseline's.
        candidates: one row per part, and the mean of all.
        backtest: one row per origin, date and state, `all` the whole shop.
        reason: a sentence that says what serves, and how well.
        notes: sentences about the days that were left out, closed days and feasts.
    """

    forecaster: RevenueForecaster | None
    candidate: str
    metrics: dict[str, float]
    baseline: str
    baseline_metrics: dict[str, float]
    against_baseline: Interval | None = None
    candidates: pd.DataFrame = field(default_factory=pd.DataFrame)
    backtest: pd.DataFrame = field(default_factory=pd.DataFrame)
    reason: str = ""
    notes: tuple[str, ...] = ()
