"""When drift asks for a retraining: days that were measured, a rule with hysteresis, and the reason in words."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from eshop_dagster.ml.parameters import Parameters, require

WATCHED = (
    "last_ticket_brl",
    "average_item_count",
    "freight_share",
    "app_share",
    "store_share",
    "order_last_30_days_count",
    "order_last_90_days_count",
    "order_last_365_days_count",
    "cancelled_order_share",
    "returned_order_share",
    "late_delivery_share",
)
"""Features that tell how customers buy now. Others move in a shop where nothing happened: totals and tenure with its
age, recency and the worth of the last 90 days with the season."""

LOOKS_BACK_DAYS = {
    "order_last_30_days_count": 30,
    "order_last_90_days_count": 90,
    "order_last_365_days_count": 365,
}
"""How far a watched feature looks back: in a shop younger than that it grows with the shop."""


@dataclass(frozen=True)
class DriftParams(Parameters):
    """When a day counts as drifted, and when drifted days ask for a retraining.

    Attributes:
        sample_customers: customers measured, and predictions kept of each scoring.
        buyers_days: customers are drawn from those who bought in so many days before the day.
        least_customers: with fewer, a day is not judged: chance would move them.
        largest_psi: population stability index, less what chance gives, beyond which a feature has drifted.
        largest_shift: Wasserstein distance, as a share of the feature's spread, beyond which it has drifted.
        least_features: drifted features that make a drifted day.
        largest_error_ratio: realised over holdout RMSE, beyond which a day has drifted.
        drifted_days: N: drifted days that raise the alarm.
        within_days: M: the days, up to the last, among which they are counted.
        cool_down_days: days after an alarm on which no other is raised.
    """

    sample_customers: int = 5000
    buyers_days: int = 14
    least_customers: int = 1000
    largest_psi: float = 0.022
    largest_shift: float = 0.1
    least_features: int = 1
    largest_error_ratio: float = 1.5
    drifted_days: int = 3
    within_days: int = 5
    cool_down_days: int = 28

    def __post_init__(self) -> None:
        for name in ("sample_customers", "buyers_days", "least_customers", "least_features", "drifted_days"):
            require(getattr(self, name) >= 1, f"DriftParams.{name}", getattr(self, name), "1 or more")
        for name in ("largest_psi", "largest_shift", "largest_error_ratio"):
            value = getattr(self, name)
            require(math.isfinite(value) and value > 0, f"DriftParams.{name}", value, "a finite number above 0")
        expected = f"drifted_days ({self.drifted_days}) or more"
        require(self.within_days >= self.drifted_days, "DriftParams.within_days", self.within_days, expected)
        require(self.cool_down_days >= 0, "DriftParams.cool_down_days", self.cool_down_days, "0 or more")


@dataclass(frozen=True)
class Measurement:
    """What was measured for one day.

    Attributes:
        day: the cut-off of the features; they know what was known before it.
        psi: population stability index by feature, less what chance gives.
        wasserstein: distance by feature, as a share of its spread.
        error_ratio: realised RMSE of predictions whose window is over over the RMSE on the model's holdout rows;
            None where there are none.
    """

    day: date
    psi: Mapping[str, float] = field(default_factory=dict)
    wasserstein: Mapping[str, float] = field(default_factory=dict)
    error_ratio: float | None = None


@dataclass(frozen=True)
class Alarm:
    """Whether a day asks for a retraining, and why or why not."""

    has_fired: bool
    reason: str


def drifted_features(measurement: Measurement, params: DriftParams) -> dict[str, float]:
    """Return the features beyond a limit, worst first: how many times beyond it, by the worse of the two measures."""
    beyond = {
        name: max(measurement.psi[name] / params.largest_psi, measurement.wasserstein[name] / params.largest_shift)
        for name in measurement.psi
    }
    drifted = {name: value for name, value in beyond.items() if value > 1}
    return dict(sorted(drifted.items(), key=lambda item: (-item[1], item[0])))


def is_drifted(measurement: Measurement, params: DriftParams) -> bool:
    """Return whether a day counts: enough features moved, or the model's realised error is too large."""
    is_wrong = measurement.error_ratio is not None and measurement.error_ratio > params.largest_error_ratio
    return is_wrong or len(drifted_features(measurement, params)) >= params.least_features


def judge_drift(measurements: Iterable[Measurement], fired: Iterable[date], params: DriftParams) -> Alarm:
    """Return whether the latest of the measured days raises the alarm.

    It does when it has drifted itself, it is at least the N-th to do so of the last M days, and no alarm was raised in
    the cool-down before it. Days that nobody measured do not count as drifted.

    Args:
        measurements: in any order, one a day.
        fired: days on which an alarm was raised; its own day and later ones do not count.
        params: the limits.

    Raises:
        ValueError: nothing was measured, a day was measured twice, or a measure is not finite or lacks its other.
    """
    by_day = _by_day(measurements)
    latest = by_day[max(by_day)]
    window = [one for one in by_day.values() if one.day > latest.day - timedelta(days=params.within_days)]
    drifted = [one for one in window if is_drifted(one, params)]
    counted = f"{len(drifted)} of the last {params.within_days} days drifted"
    if not is_drifted(latest, params) or len(drifted) < params.drifted_days:
        return Alarm(False, f"{counted}; {params.drifted_days} up to today raise the alarm")
    last = max((day for day in fired if day < latest.day), default=None)
    if last is not None and (latest.day - last).days <= params.cool_down_days:
        until = last + timedelta(days=params.cool_down_days)
        return Alarm(False, f"{counted}, but the alarm of {last} was answered; the next one may come after {until}")
    return Alarm(True, f"drift: {counted}: {in_words(latest, params)}")


def in_words(measurement: Measurement, params: DriftParams) -> str:
    """Return what has drifted on a day, worst first, three features at most."""
    worst = [*drifted_features(measurement, params)]
    told = [
        f"{name} (PSI {measurement.psi[name]:.3f}, moved {measurement.wasserstein[name]:.1%} of its spread)"
        for name in worst[:3]
    ]
    if len(worst) > 3:
        told.append(f"{len(worst) - 3} more")
    ratio = measurement.error_ratio
    if ratio is not None and ratio > params.largest_error_ratio:
        told.append(f"realised error {ratio:.2f} times that of the holdout")
    return ", ".join(told) or "nothing drifted"


def _by_day(measurements: Iterable[Measurement]) -> dict[date, Measurement]:
    by_day: dict[date, Measurement] = {}
    for one in measurements:
        if one.day in by_day:
            raise ValueError(f"day {one.day} was measured twice; expected one measurement a day. Keep the later one.")
        if set(one.psi) != set(one.wasserstein):
            raise ValueError(
                f"day {one.day} has the PSI of {sorted(one.psi)} and the distance of {sorted(one.wasserstein)}; "
                "expected both of each feature. Measure the day again."
            )
        values = (*one.psi.values(), *one.wasserstein.values(), *([] if one.error_ratio is None else [one.error_ratio]))
        if not all(map(math.isfinite, values)):
            raise ValueError(f"day {one.day} holds a measure that is not finite; expected numbers. Measure it again.")
        by_day[one.day] = one
    if not by_day:
        raise ValueError("no day was measured; expected at least one. Measure a day first.")
    return by_day
