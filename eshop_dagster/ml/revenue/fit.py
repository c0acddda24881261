"""Revenue and average ticket by day, weeks ahead: judged over many origins first, then fitted on every day."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import is_sure_loss
from eshop_dagster.ml.revenue.backtest import Backtest, look_back
from eshop_dagster.ml.revenue.effects import Effects, learn_effects
from eshop_dagster.ml.revenue.feast_days import Floats
from eshop_dagster.ml.revenue.forecaster import RevenueForecaster
from eshop_dagster.ml.revenue.intervals import Intervals
from eshop_dagster.ml.revenue.judging import SHORT_DAYS, mase, metrics_of, paired, scaled_errors
from eshop_dagster.ml.revenue.notes import notes_of
from eshop_dagster.ml.revenue.panel import Panel, holidays_of, read_panel
from eshop_dagster.ml.revenue.params import BASELINES, MEAN, PARTS, RevenueParams
from eshop_dagster.ml.revenue.parts import parts_ahead
from eshop_dagster.ml.revenue.records import keep_record
from eshop_dagster.ml.revenue.result import RevenueResult
from eshop_dagster.ml.revenue.weights import forecast_by, weights_at


@dataclass(frozen=True)
class Study:
    """A shop's days and what every candidate would have said of them.

    Attributes:
        backtest: None where the history is too short to judge anything.
        kept: forecasts already worked out.
        calendar_end: ordinal.
        seed: of the intervals' draws.
    """

    panel: Panel
    holidays: frozenset[int]
    calendar_end: int
    params: RevenueParams
    seed: int
    backtest: Backtest | None
    kept: dict[tuple[str, int | None], Floats] = field(default_factory=dict, repr=False)

    def errors(self, candidate: str, until: int | None = None, state: str | None = None) -> Floats:
        """Return the scaled errors of a candidate, shape (origins, horizon).

        Args:
            candidate: `mean`, or a baseline.
            until: of a model trained earlier, the ordinal of its last day.
            state: whose; the nation's by default.
        """
        return scaled_errors(self._judged(), self.forecasts(candidate, until), state)

    def forecasts(self, candidate: str, until: int | None = None) -> Floats:
        """Return what a candidate would have forecast at each origin, amounts, shape (origins, horizon)."""
        if (candidate, until) not in self.kept:
            self.kept[candidate, until] = forecast_by(self._judged(), candidate, self.params, until)
        return self.kept[candidate, until]

    def difference(self, challenger: Floats, champion: Floats, span: int = 10_000) -> Interval:
        """Return challenger's minus champion's MASE on the same origins, with its interval."""
        origins = self._judged().origins
        spacing = int(origins[1] - origins[0]) if len(origins) > 1 else 1
        return paired(challenger, champion, spacing, self.seed, span)

    def best_baseline(self) -> str:
        """Return the baseline of lowest MASE over the whole backtest."""
        return min(BASELINES, key=lambda name: mase(self.errors(name)))

    def _judged(self) -> Backtest:
        if self.backtest is None:
            raise ValueError(f"{len(self.panel.days)} days of history; expected {self.params.minimum_days} or more.")
        return self.backtest


def study_revenue(
    history: pd.DataFrame, calendar: pd.DataFrame, last_day: date, params: RevenueParams, seed: int
) -> Study:
    """Return what every candidate would have said at many past days, each from what was known by then.

    Args:
        history: `date`, `state`, `revenue_brl`, `order_count`; a day without sales may be missing.
        calendar: `date`, `is_holiday` of every day of the history and of those ahead.
        last_day: the last complete day; later rows are ignored.
        seed: of the intervals' draws.

    Raises:
        ValueError: the frames break the format, or the calendar does not cover the days.
    """
    panel, holidays = read_panel(history, last_day), holidays_of(calendar)
    if len(panel.days) < params.minimum_days:
        return Study(panel, holidays, 0, params, seed, None)
    end = _calendar_end(calendar, panel, params)
    return Study(panel, holidays, end, params, seed, look_back(panel, holidays, params))


def fit_revenue(study: Study, candidate: str | None = None, *, sure_loss_share: float = 0.0) -> RevenueResult:
    """Return what serves: the weighted mean of all parts, or the best baseline where the mean is surely worse.

    Parts are weighed at each origin by the errors that had come due by then, and intervals know only those errors:
    what is judged is this way of working, and nothing of it has seen what came after. What serves is then fitted on
    every day.

    Args:
        candidate: `mean` or a baseline, to serve whatever the verdict is.
        sure_loss_share: of the baseline's MASE, up to which a sure loss counts as none; the gate's own.
    """
    backtest = study.backtest
    if backtest is None:
        return _without_forecast(study.panel, study.params)
    baseline, errors = study.best_baseline(), study.errors(MEAN)
    reference_errors = study.errors(baseline)
    against = study.difference(errors, reference_errors)
    has_lost = is_sure_loss(against, mase(reference_errors), sure_loss_share)
    chosen = candidate or (baseline if has_lost else MEAN)
    predicted, reference = (study.forecasts(name) for name in (chosen, baseline))
    record = keep_record(backtest, predicted, reference)
    revenue, orders = study.panel.revenue.sum(axis=1), study.panel.orders.sum(axis=1)
    effects = learn_effects(study.panel.days, revenue, orders, study.holidays, study.params.gift_days)
    metrics = metrics_of(backtest, predicted) | record.coverages()
    baseline_metrics = metrics_of(backtest, reference)
    own = study.difference(study.errors(chosen), study.errors(baseline))
    return RevenueResult(
        forecaster=_forecaster(study, chosen, effects, record.intervals, metrics),
        candidate=chosen,
        metrics=metrics,
        baseline=baseline,
        baseline_metrics=baseline_metrics,
        against_baseline=own,
        candidates=candidates_table(study, chosen),
        backtest=record.table,
        reason=reason_of(len(backtest.looks), chosen, baseline, metrics, baseline_metrics, own),
        notes=notes_of(study.panel, study.holidays, effects),
    )


def candidates_table(study: Study, chosen: str) -> pd.DataFrame:
    """Return one row per part and one of the mean: `candidate`, `is_baseline`, `is_chosen`, `weight`, and its metrics.

    Where a part knew nothing yet, `weekday_mean` stands for it.
    """
    backtest = study.backtest
    assert backtest is not None
    weights = {name: float(w) for name, w in zip(PARTS, _weights(study), strict=True)}
    lines = [
        {
            "candidate": name,
            "is_baseline": name in BASELINES,
            "is_chosen": name == chosen,
            "weight": weights.get(name, 1.0),
            **metrics_of(backtest, study.forecasts(name)),
        }
        for name in (MEAN, *PARTS)
    ]
    return pd.DataFrame(lines)


def reason_of(
    origins: int,
    chosen: str,
    baseline: str,
    metrics: dict[str, float],
    baseline_metrics: dict[str, float],
    against: Interval,
) -> str:
    """Return the verdict in sentences."""
    short = f"_{SHORT_DAYS}_days"
    own, other = ((one["mase"], one[f"mase{short}"]) for one in (metrics, baseline_metrics))
    told = (
        f"{chosen} serves: over {origins} origins its MASE is {own[0]:.3f} ({own[1]:.3f} in the first {SHORT_DAYS} "
        f"days), that of the best baseline ({baseline}) {other[0]:.3f} ({other[1]:.3f}): a difference of "
        f"{against.value:+.3f} ({against.lower:+.3f} to {against.upper:+.3f})."
    )
    if f"total{short}_error_pct" in metrics:
        told += f" The total of {SHORT_DAYS} days was off by {metrics[f'total{short}_error_pct']:.1f}% in the mean."
    if "month_error_pct" in metrics:
        told += f" A month's total was off by {metrics['month_error_pct']:.1f}% in the mean."
    return told


def _weights(study: Study) -> Floats:
    assert study.backtest is not None
    effects = Effects()
    ahead = parts_ahead(study.panel, effects, study.holidays, 1)
    return weights_at(study.backtest, study.panel.last, np.array([name in ahead for name in PARTS]), study.params)


def _forecaster(
    study: Study, chosen: str, effects: Effects, intervals: dict[str, Intervals], metrics: dict[str, float]
) -> RevenueForecaster:
    weights = {chosen: 1.0} if chosen != MEAN else dict(zip(PARTS, _weights(study).tolist(), strict=True))
    return RevenueForecaster(
        candidate=chosen,
        weights=weights,
        effects=effects,
        intervals=intervals,
        holidays=np.array(sorted(study.holidays), dtype=np.int64),
        calendar_end=study.calendar_end,
        trained_until=study.panel.last,
        total_errors={name: value for name, value in metrics.items() if name.endswith("_error_pct")},
    )


def _calendar_end(calendar: pd.DataFrame, panel: Panel, params: RevenueParams) -> int:
    days = pd.to_datetime(calendar["date"])
    first, end = days.min().toordinal(), days.max().toordinal()
    if first > panel.first or end < panel.last + params.horizon_days:
        raise ValueError(
            f"the calendar covers {date.fromordinal(first)} to {date.fromordinal(end)}; expected "
            f"{date.fromordinal(panel.first)} to {date.fromordinal(panel.last + params.horizon_days)}, the history and "
            "the days ahead. Add its years to dim_dates."
        )
    return int(end)


def _without_forecast(panel: Panel, params: RevenueParams) -> RevenueResult:
    days = "1 day" if len(panel.days) == 1 else f"{len(panel.days)} days"
    return RevenueResult(
        forecaster=None,
        candidate="none",
        metrics={},
        baseline="none",
        baseline_metrics={},
        reason=f"There is no revenue forecast: the history has {days}, {params.minimum_days} are needed.",
        notes=panel.notes,
    )
