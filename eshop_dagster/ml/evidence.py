"""What the gate looks at: the rules' limits, what was measured, and what each rule found."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Self

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.parameters import Parameters, require, require_bounds


class Outcome(StrEnum):
    """What becomes of a challenger; of a single rule also that it had nothing to judge, which promotes nothing."""

    PROMOTE = "promote"
    KEEP = "keep"
    PERSON = "needs a person"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class GateRules(Parameters):
    """What a challenger must show; each share is 0-1.

    Attributes:
        sure_loss_share: how much worse than the champion, or than the best baseline, it must surely be to be kept out:
            the favourable end of the paired interval lies beyond this share of the other's value.
        largest_gain_share: how much better than the champion it may be before a leak is likelier than a better model.
        least_rows_share: least training rows, as a share of the champion's.
        largest_psi: population stability index of a feature against the champion's training rows, beyond which the
            data is another shop's and not this one's next month.
        most_drifted_share: share of features that may lie beyond `largest_psi`.
        slice_rows: slices with fewer rows are not judged.
        slice_loss_share: how much worse a slice may be than under the champion (or the baseline before the first).
        least_stability: least adjusted Rand index of a segmentation under resampling.
        most_moved_share: largest share of customers who may change segment.
    """

    sure_loss_share: float = 0.0
    largest_gain_share: float = 0.5
    least_rows_share: float = 0.5
    largest_psi: float = 1.0
    most_drifted_share: float = 0.25
    slice_rows: int = 200
    slice_loss_share: float = 0.25
    least_stability: float = 0.7
    most_moved_share: float = 0.3

    def __post_init__(self) -> None:
        for name in ("sure_loss_share", "most_drifted_share", "most_moved_share"):
            value = getattr(self, name)
            require(0 <= value < 1, f"GateRules.{name}", value, "0 to below 1")
        shares = dict.fromkeys(
            ("largest_gain_share", "least_rows_share", "largest_psi", "slice_loss_share"), (0.0, math.inf)
        )
        require_bounds(self, {**shares, "slice_rows": (1, math.inf), "least_stability": (-1.0, 1.0)})


@dataclass(frozen=True)
class Slice:
    """One part of the judged rows: `loss` is the challenger's, `reference` the champion's or the baseline's.

    Attributes:
        name: such as `region=Norte`.
        rows: number of rows.
        loss: lower is better.
        reference: on the same rows.
        is_sure: whether the difference is more than the chance of who fell into the slice.
    """

    name: str
    rows: int
    loss: float
    reference: float
    is_sure: bool


@dataclass(frozen=True)
class Comparison:
    """The champion beside the challenger on the very same rows; what is not measured stays as it is here.

    Attributes:
        champion: the champion's value of the deciding metric; None where there is none.
        champion_trouble: why the champion could not be compared; empty where it could.
        difference: challenger's minus champion's value, with the interval of the paired bootstrap: of spend, clustered
            by customer over all judged windows.
        against_baseline: challenger's minus the best baseline's, likewise; None where a kind measures no interval: then
            the values decide.
        champion_against_baseline: champion's minus the best baseline's, likewise.
        baseline_name: which baseline that is.
        slices: parts of the rows, held against the champion, or the baseline where there is none.
        stability: adjusted Rand index under resampling; None where it does not apply.
        moved_share: of customers who change segment; None where it does not apply or nobody had one.
        misfits: what speaks against giving today's customers these segments; None was not looked at.
        champion_misfits: what speaks against the champion's; with any, nobody has a segment while it stays champion.
        restart: why segments start again with new ids, so that everybody may move; empty where ids go on.
    """

    champion: float | None = None
    champion_trouble: str = ""
    difference: Interval | None = None
    against_baseline: Interval | None = None
    champion_against_baseline: Interval | None = None
    baseline_name: str = ""
    slices: Sequence[Slice] = ()
    stability: float | None = None
    moved_share: float | None = None
    misfits: Sequence[str] | None = None
    champion_misfits: Sequence[str] = ()
    restart: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence(Comparison):
    """All that the gate knows; None is "was not measured", which promotes nothing.

    Attributes:
        metric: name of the metric that decides.
        is_lower_better: its direction.
        challenger: its value for the model just trained.
        baseline: for the best baseline, on the same rows.
        champion_name: such as `version 3`; empty where there is none.
        quality: by table used, whether its quality record holds for the very rows and has passed.
        training_rows: of the challenger.
        champion_training_rows: of the champion.
        psi: by feature, against the champion's training rows; None where a model has no features.
        is_segmentation: whether stability must have been measured.
        loads_equally: whether a fresh process loaded the saved file and scored the sample to the last bit alike.
        obstacle: why there is no challenger to judge at all.
    """

    metric: str
    is_lower_better: bool
    challenger: float | None = None
    baseline: float | None = None
    champion_name: str = ""
    quality: Mapping[str, bool] = field(default_factory=dict)
    training_rows: int = 0
    champion_training_rows: int | None = None
    psi: Mapping[str, float] | None = field(default_factory=dict)
    is_segmentation: bool = False
    loads_equally: bool | None = None
    obstacle: str | None = None

    def with_comparison(self, compared: Comparison) -> Self:
        """Return the evidence with what a comparison measured; a champion's trouble that is known already stays."""
        measured = {one.name: getattr(compared, one.name) for one in fields(Comparison)}
        trouble = self.champion_trouble or compared.champion_trouble
        return replace(self, **{**measured, "champion_trouble": trouble})


@dataclass(frozen=True)
class Finding:
    """One rule's word: `outcome` is what it alone would have decided."""

    rule: str
    outcome: Outcome
    seen: str
    expected: str

    @classmethod
    def of(cls, rule: str, is_met: bool, seen: str, expected: str, *, otherwise: Outcome = Outcome.KEEP) -> Self:
        """Return the finding of a rule that promotes where it is met."""
        return cls(rule, Outcome.PROMOTE if is_met else otherwise, seen, expected)


ROUNDING = 1e-9
"""Two sums of the same numbers in another order differ by less than this share: that is no loss."""


def is_sure_loss(
    difference: Interval | None, other: float | None, share: float, *, is_lower_better: bool = True
) -> bool | None:
    """Return whether even the favourable end of a difference to another's value is a loss; None where it is not finite.

    A difference that another error does not confirm is none.

    Args:
        difference: own value minus the other's, with its interval.
        other: the other's value.
        share: of that value, up to which a loss counts as none.
        is_lower_better: the metric's direction.
    """
    if difference is None or other is None:
        return None
    if not all(map(math.isfinite, (difference.value, difference.lower, difference.upper, other))):
        return None
    least = difference.lower if is_lower_better else -difference.upper
    return difference.is_confirmed and least > max(share, ROUNDING) * abs(other)
