"""The decision to promote a model: a pure function of evidence, which fails closed.

The rules are asked in a fixed order and the first that is not met decides; all are asked, so that a person sees
everything at once. What is missing, broken or not finite never promotes, and neither does a rule without anything to
judge: a model must have been held against the best baseline or the champion.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Evidence, Finding, GateRules, Outcome, is_sure_loss
from eshop_dagster.ml.gate_segments import (
    gives_way,
    segment_findings,
    takes_an_unfit_place,
    without_segments,
    written_way_out,
)


@dataclass(frozen=True)
class Decision:
    """What becomes of the challenger, why in words, and every finding in the order of the rules."""

    outcome: Outcome
    reason: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_promoted(self) -> bool:
        """Whether the challenger becomes champion."""
        return self.outcome is Outcome.PROMOTE


def judge(evidence: Evidence, rules: GateRules) -> Decision:
    """Return whether the challenger becomes champion, is kept as challenger, or waits for a person."""
    kept = f"{evidence.champion_name} stays champion" if evidence.champion_name else "there is no champion yet"
    kept += without_segments(evidence)
    if evidence.obstacle:
        finding = Finding("trained", Outcome.KEEP, evidence.obstacle, "a model that was fitted")
        return Decision(Outcome.KEEP, f"{evidence.obstacle}; {kept}", (finding,))
    findings = tuple(finding for rule in _RULES for finding in rule(evidence, rules))
    refused = [finding for finding in findings if finding.outcome in (Outcome.KEEP, Outcome.PERSON)]
    if refused:
        first = refused[0]
        return Decision(first.outcome, f"{first.rule}: {first.seen}, expected {first.expected}; {kept}", findings)
    compared = [finding for finding in findings if finding.rule in (_BASELINE, _CHAMPION)]
    seen = "; ".join([*(finding.seen for finding in compared), *written_way_out(evidence)])
    if not any(finding.outcome is Outcome.PROMOTE for finding in compared):
        return Decision(Outcome.KEEP, f"{seen}: the model was held against nothing; {kept}", findings)
    return Decision(Outcome.PROMOTE, seen, findings)


def steps_down(evidence: Evidence, rules: GateRules) -> bool:
    """Return whether what serves gives way to the best baseline: there is no champion, or it surely loses to it."""
    if not evidence.champion_name:
        return True
    lost = _is_surely_worse(evidence, evidence.champion_against_baseline, evidence.baseline, rules)
    return lost is True


_BASELINE, _CHAMPION = "not worse than the best baseline", "not worse than the champion"


def _quality(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    failed = sorted(table for table, has_passed in evidence.quality.items() if not has_passed)
    seen = f"{', '.join(failed)} without a passed record" if failed else f"{len(evidence.quality)} tables passed"
    is_met = bool(evidence.quality) and not failed
    yield Finding.of("quality records", is_met, seen, "a passed record of the very rows of each table used")


def _volume(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    before = evidence.champion_training_rows
    if before is None:
        yield Finding.of("data volume", evidence.training_rows > 0, f"{evidence.training_rows:,} rows", "some rows")
        return
    least = math.ceil(rules.least_rows_share * before)
    yield Finding.of(
        "data volume",
        evidence.training_rows >= least,
        f"{evidence.training_rows:,} training rows",
        f"at least {least:,}, for the champion had {before:,}",
        otherwise=Outcome.PERSON,
    )


def _drift(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    if evidence.psi is None or not evidence.champion_name:
        return
    broken = [name for name, value in evidence.psi.items() if not math.isfinite(value)]
    drifted = sorted(name for name, value in evidence.psi.items() if not value <= rules.largest_psi)
    most = math.floor(rules.most_drifted_share * len(evidence.psi))
    expected = f"at most {most} of {len(evidence.psi)} features beyond a PSI of {rules.largest_psi:g}"
    if not evidence.psi:
        yield Finding("drift", Outcome.KEEP, "not measured", "the PSI of each feature")
        return
    is_far = len(drifted) > most
    is_met = (not is_far or gives_way(evidence)) and not broken
    seen = f"{len(drifted)} drifted{': ' + ', '.join(drifted[:5]) if drifted else ''}"
    seen += ", and the champion gives way all the same" if is_far and is_met else ""
    yield Finding.of("drift", is_met, seen, expected, otherwise=Outcome.PERSON)


def _baseline(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    gain = _gain(evidence, evidence.challenger, evidence.baseline)
    interval = evidence.against_baseline
    lost = gain is not None and gain < 0 if interval is None else None
    if interval is not None:
        lost = _is_surely_worse(evidence, interval, evidence.baseline, rules)
    if gain is None or lost is None:
        yield Finding(_BASELINE, Outcome.KEEP, _numbers(evidence, "baseline"), "finite numbers of both")
        return
    name = evidence.baseline_name or "the baseline"
    yield Finding.of(
        _BASELINE,
        not lost,
        f"{evidence.metric} {evidence.challenger:.4g} against {evidence.baseline:.4g} of {name} "
        f"({gain:+.2%}{_written(interval)})",
        _not_surely_worse(rules),
    )


def _champion(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    if not evidence.champion_name:
        seen = "it is the first champion"
        yield Finding(_CHAMPION, Outcome.NOT_JUDGED, seen, "no champion to compare with")
        return
    if takes_an_unfit_place(evidence):
        seen = f"{evidence.champion_name} cannot be published: {'; '.join(evidence.champion_misfits)}"
        yield Finding(_CHAMPION, Outcome.NOT_JUDGED, seen, "a champion that fits today's customers")
        return
    gain = _gain(evidence, evidence.challenger, evidence.champion)
    lost = _is_surely_worse(evidence, evidence.difference, evidence.champion, rules)
    if gain is None or lost is None:
        trouble = f" ({evidence.champion_trouble})" if evidence.champion_trouble else ""
        seen = _numbers(evidence, "champion") + trouble
        yield Finding(_CHAMPION, Outcome.KEEP, seen, "finite numbers, and their interval")
        return
    yield Finding.of(
        _CHAMPION,
        not lost,
        f"{evidence.metric} {evidence.challenger:.4g} against {evidence.champion:.4g} of {evidence.champion_name} on "
        f"the same rows ({gain:+.2%}{_written(evidence.difference)})",
        _not_surely_worse(rules),
    )


def _is_surely_worse(
    evidence: Evidence, difference: Interval | None, other: float | None, rules: GateRules
) -> bool | None:
    return is_sure_loss(difference, other, rules.sure_loss_share, is_lower_better=evidence.is_lower_better)


def _not_surely_worse(rules: GateRules) -> str:
    return "not surely worse" + (f" by {rules.sure_loss_share:.1%} or more" if rules.sure_loss_share else "")


def _written(interval: Interval | None) -> str:
    if interval is None:
        return ""
    doubt = "" if interval.is_confirmed or not interval.excludes_zero() else ", not confirmed by a second error"
    return f"; difference {interval.lower:+.4g} to {interval.upper:+.4g}{doubt}"


def _plausible(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    gain = _gain(evidence, evidence.challenger, evidence.champion)
    if not evidence.champion_name or gain is None or gives_way(evidence):
        return
    yield Finding.of(
        "a plausible gain",
        gain <= rules.largest_gain_share,
        f"{gain:+.0%} against {evidence.champion_name}",
        f"at most {rules.largest_gain_share:.0%}: beyond, a feature that knows the future is the likelier reason",
        otherwise=Outcome.PERSON,
    )


def _slices(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    judged = [one for one in evidence.slices if one.rows >= rules.slice_rows]
    broken = [one for one in judged if not (math.isfinite(one.loss) and math.isfinite(one.reference))]
    expected = f"no slice more than {rules.slice_loss_share:.0%} worse"
    if not judged:
        seen = f"none of {len(evidence.slices)} slices has {rules.slice_rows} rows"
        yield Finding("no slice collapses", Outcome.NOT_JUDGED, seen, expected)
        return
    limit = 1 + rules.slice_loss_share
    fallen = [one for one in judged if one.is_sure and one.loss > limit * one.reference]
    named = "; ".join(f"{one.name}: {one.loss:.4g} against {one.reference:.4g}" for one in (*broken, *fallen))
    yield Finding.of(
        "no slice collapses",
        not broken and not fallen,
        named or f"{len(judged)} slices hold",
        expected,
        otherwise=Outcome.KEEP if broken else Outcome.PERSON,
    )


def _loads(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    words = {None: "not tried", True: "every score is equal to the last bit", False: "it fails or scores otherwise"}
    yield Finding.of(
        "loads in a fresh process",
        evidence.loads_equally is True,
        words[evidence.loads_equally],
        "the saved file scores the sample alike",
    )


_RULES: tuple[Callable[[Evidence, GateRules], Iterator[Finding]], ...] = (
    _quality,
    _volume,
    _drift,
    _baseline,
    _champion,
    _plausible,
    _slices,
    segment_findings,
    _loads,
)


def _gain(evidence: Evidence, value: float | None, reference: float | None) -> float | None:
    """Return by which share of the reference the value is better; None where either is missing or not finite."""
    if value is None or reference is None or not (math.isfinite(value) and math.isfinite(reference)):
        return None
    better = reference - value if evidence.is_lower_better else value - reference
    return better / abs(reference) if reference else better


def _numbers(evidence: Evidence, other: str) -> str:
    values = {"challenger": evidence.challenger, other: getattr(evidence, other)}
    words = [f"{name} {'not measured' if value is None else value}" for name, value in values.items()]
    return f"{evidence.metric} of {', of '.join(words)}" + (
        "" if other == "baseline" or evidence.difference is not None else ", and no interval of their difference"
    )
