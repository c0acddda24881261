"""When a policy trains: a pure function of the calendar, of what was trained before, and of drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from eshop_dagster.ml.parameters import Parameters, require

NEVER, MONTHLY, DRIFT, WEEKLY = POLICIES = ("never", "monthly", "drift", "weekly")

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class DriftRule(Parameters):
    """When customers have moved so far from those whom the model learned from that it is trained again.

    Attributes:
        largest_psi: population stability index beyond which a feature has drifted; 0.25 is the common "much".
        features: a week is drifted when so many features are.
        weeks: it is time when so many of the last `of_weeks` weeks were drifted: one odd week is not enough.
        of_weeks: weeks looked back on, the present one included; those before the last training do not count.
        rest_days: least days between two trainings, promoted or not.
    """

    largest_psi: float = 0.25
    features: int = 8
    weeks: int = 2
    of_weeks: int = 3
    rest_days: int = 28

    def __post_init__(self) -> None:
        require(self.largest_psi > 0, "DriftRule.largest_psi", self.largest_psi, "a number above 0")
        require(self.features >= 1, "DriftRule.features", self.features, "1 or more")
        require(1 <= self.weeks <= self.of_weeks, "DriftRule.weeks", self.weeks, f"1 to of_weeks ({self.of_weeks})")
        require(self.rest_days >= 0, "DriftRule.rest_days", self.rest_days, "0 or more")


USUAL_DRIFT = DriftRule()


def weeks_between(first: date, last: date) -> tuple[date, ...]:
    """Return every seventh day from `first` on, up to and including `last`.

    Raises:
        ValueError: `last` lies before `first`.
    """
    require(first <= last, "last day of the replay", str(last), f"{first} or later")
    return tuple(first + WEEK * number for number in range((last - first) // WEEK + 1))


def is_due(
    policy: str, day: date, trained_on: date | None, drifted_since: Sequence[int], rule: DriftRule = USUAL_DRIFT
) -> bool:
    """Return whether a policy trains on that day; every one does before its first model.

    Args:
        policy: one of `POLICIES`. `monthly` trains on the first replayed day of each calendar month.
        day: a day of the replay.
        trained_on: the last training, whether it was promoted or not; None before the first.
        drifted_since: the number of drifted features of each week since then, the present one last.
        rule: of the policy `drift`.
    """
    require(policy in POLICIES, "policy", policy, f"one of {', '.join(POLICIES)}")
    if trained_on is None or policy == WEEKLY:
        return True
    if policy == MONTHLY:
        return (day.year, day.month) != (trained_on.year, trained_on.month)
    if policy == DRIFT:
        drifted = sum(count >= rule.features for count in drifted_since[-rule.of_weeks :])
        return drifted >= rule.weeks and (day - trained_on).days >= rule.rest_days
    return False
