"""What a fit of the revenue model gives back."""

from dataclasses import dataclass, field

import pandas as pd

from eshop_dagster.ml.revenue.forecaster import RevenueForecaster


@dataclass(frozen=True)
class RevenueResult:
    """The chosen forecast, fitted on all days, and the evidence for and against it.

    Attributes:
        forecaster: None where there are too few days for any forecast.
        candidate: what forecasts the nation's revenue; a baseline where no model is better, `none` without forecaster.
        ticket_candidate: the same for the ticket.
        state_method: how the nation is split.
        metrics: of what would have been served at each judged origin: of revenue without prefix, of the ticket
            (`ticket_`), the coverage of the intervals, that of the states (`state_`, `state_ticket_`); with the suffix
            `_28_days` of the first 28 days ahead alone. Empty where nothing was judged.
        baseline_metrics: of the better baseline's revenue on the same days.
        candidates: one row per target (`revenue`, `ticket`, `states`) and candidate.
        backtest: one row per origin, date and state, `BR` the nation.
        beats_baseline: whether the revenue model is worth anything.
        reason: a sentence that says why or why not.
        notes: sentences about the days that were left out, closed days and feasts.
    """

    forecaster: RevenueForecaster | None
    candidate: str
    ticket_candidate: str
    state_method: str
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    candidates: pd.DataFrame = field(default_factory=pd.DataFrame)
    backtest: pd.DataFrame = field(default_factory=pd.DataFrame)
    beats_baseline: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()
