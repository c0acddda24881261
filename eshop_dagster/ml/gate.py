"""The decision to promote a model: a pure function of what was measured on the same later rows."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """One model's value of the metric that decides, measured on the holdout rows."""

    name: str
    value: float


@dataclass(frozen=True)
class Decision:
    """Whether the challenger becomes champion, and why, in words."""

    is_promoted: bool
    reason: str


def decide(
    challenger: Measured | None,
    baseline: Measured | None,
    champion: Measured | None,
    *,
    metric: str,
    is_lower_better: bool,
    obstacle: str | None = None,
) -> Decision:
    """Return whether the challenger is promoted: it must beat the baseline and not be worse than the champion.

    Anything missing or not finite keeps the champion.

    Args:
        challenger: the model just trained, or None when none could be.
        baseline: what a model must beat.
        champion: the present champion, scored on the very same rows; None when there is none.
        metric: the name of the metric, for the words.
        is_lower_better: whether a lower value is the better one.
        obstacle: why no decision can be taken at all, such as a champion that cannot be scored.
    """
    kept = f"{champion.name} stays champion" if champion else "there is no champion yet"
    if obstacle:
        return Decision(False, f"{obstacle}; {kept}")
    for measured in (challenger, baseline):
        if measured is None or not math.isfinite(measured.value):
            missing = "was not measured" if measured is None else f"of {measured.name} is {measured.value}"
            return Decision(False, f"{metric} {missing}, expected a finite number; {kept}")
    assert challenger is not None and baseline is not None
    if champion is not None and not math.isfinite(champion.value):
        return Decision(False, f"{metric} of {champion.name} is {champion.value}, expected a finite number; {kept}")
    sign = 1 if is_lower_better else -1
    if sign * challenger.value >= sign * baseline.value:
        return Decision(
            False, f"{metric} {challenger.value:.4g} does not beat {baseline.name} ({baseline.value:.4g}); {kept}"
        )
    beats = f"{metric} {challenger.value:.4g} beats {baseline.name} ({baseline.value:.4g})"
    if champion is None:
        return Decision(True, f"{beats}; it is the first champion")
    if sign * challenger.value > sign * champion.value:
        return Decision(False, f"{beats}, but not {champion.name} on the same rows ({champion.value:.4g}); {kept}")
    return Decision(True, f"{beats}, and is not worse than {champion.name} on the same rows ({champion.value:.4g})")
