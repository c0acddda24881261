"""The decision to promote a model: a pure function of evidence, which fails closed.

The rules are asked in a fixed order and the first that is not met decides; all are asked, so that a person sees
everything at once. What is missing, broken or not finite never promotes.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eshop_dagster.ml.evidence import Evidence, Finding, GateRules, Outcome


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
    if evidence.obstacle:
        finding = Finding("trained", Outcome.KEEP, evidence.obstacle, "a model that was fitted")
        return Decision(Outcome.KEEP, f"{evidence.obstacle}; {kept}", (finding,))
    findings = tuple(finding for rule in _RULES for finding in rule(evidence, rules))
    refused = [finding for finding in findings if finding.outcome is not Outcome.PROMOTE]
    if refused:
        first = refused[0]
        return Decision(first.outcome, f"{first.rule}: {first.seen}, expected {first.expected}; {kept}", findings)
    better = next(finding for finding in findings if finding.rule == _BASELINE)
    against = next(finding for finding in findings if finding.rule == _CHAMPION)
    return Decision(Outcome.PROMOTE, f"{better.seen}; {against.seen}", findings)


_BASELINE, _CHAMPION = "better than the baseline", "not worse than the champion"


def _quality(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    failed = sorted(table for table, has_passed in evidence.quality.items() if not has_passed)
    seen = f"{', '.join(failed)} without a passed record" if failed else f"{len(evidence.quality)} tables passed"
    is_met = bool(evidence.quality) and not failed
    yield _finding("quality records", is_met, seen, "a passed record of the very rows of each table used")


def _volume(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    before = evidence.champion_training_rows
    if before is None:
        yield _finding("data volume", evidence.training_rows > 0, f"{evidence.training_rows:,} rows", "some rows")
        return
    least = math.ceil(rules.least_rows_share * before)
    yield _finding(
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
    is_met = len(drifted) <= most and not broken
    seen = f"{len(drifted)} drifted{': ' + ', '.join(drifted[:5]) if drifted else ''}"
    yield _finding("drift", is_met, seen, expected, otherwise=Outcome.PERSON)


def _baseline(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    if evidence.shortfall:
        yield Finding(_BASELINE, Outcome.KEEP, evidence.shortfall, "a model that beats its baseline")
        return
    gain = _gain(evidence, evidence.challenger, evidence.baseline)
    if gain is None:
        yield Finding(_BASELINE, Outcome.KEEP, _numbers(evidence, "baseline"), "finite numbers of both")
        return
    yield _finding(
        _BASELINE,
        gain > 0 and gain >= rules.least_gain_share,
        f"{evidence.metric} {evidence.challenger:.4g} against {evidence.baseline:.4g} of the baseline ({gain:+.2%})",
        f"a gain of {rules.least_gain_share:.2%} or more",
    )


def _champion(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    if not evidence.champion_name:
        yield Finding(_CHAMPION, Outcome.PROMOTE, "it is the first champion", "no champion to compare with")
        return
    gain = _gain(evidence, evidence.challenger, evidence.champion)
    interval = evidence.difference
    is_measured = interval is not None and all(map(math.isfinite, (interval.value, interval.lower, interval.upper)))
    if gain is None or evidence.champion is None or interval is None or not is_measured:
        trouble = f" ({evidence.champion_trouble})" if evidence.champion_trouble else ""
        seen = _numbers(evidence, "champion") + trouble
        yield Finding(_CHAMPION, Outcome.KEEP, seen, "finite numbers, and their interval")
        return
    worst = interval.upper if evidence.is_lower_better else -interval.lower
    allowed = rules.worst_loss_share * abs(evidence.champion)
    yield _finding(
        _CHAMPION,
        worst <= allowed,
        f"{evidence.metric} {evidence.challenger:.4g} against {evidence.champion:.4g} of {evidence.champion_name} on "
        f"the same rows ({gain:+.2%}; difference {interval.lower:+.4g} to {interval.upper:+.4g})",
        f"a difference surely within {rules.worst_loss_share:.0%} of it ({allowed:.4g})",
    )


def _plausible(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    gain = _gain(evidence, evidence.challenger, evidence.champion)
    if not evidence.champion_name or gain is None:
        return
    yield _finding(
        "a plausible gain",
        gain <= rules.largest_gain_share,
        f"{gain:+.0%} against {evidence.champion_name}",
        f"at most {rules.largest_gain_share:.0%}: beyond, a feature that knows the future is the likelier reason",
        otherwise=Outcome.PERSON,
    )


def _slices(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    judged = [one for one in evidence.slices if one.rows >= rules.slice_rows]
    broken = [one for one in judged if not (math.isfinite(one.loss) and math.isfinite(one.reference))]
    limit = 1 + rules.slice_loss_share
    fallen = [one for one in judged if one.is_sure and one.loss > limit * one.reference]
    named = "; ".join(f"{one.name}: {one.loss:.4g} against {one.reference:.4g}" for one in (*broken, *fallen))
    yield _finding(
        "no slice collapses",
        not broken and not fallen,
        named or f"{len(judged)} slices hold",
        f"no slice more than {rules.slice_loss_share:.0%} worse",
        otherwise=Outcome.KEEP if broken else Outcome.PERSON,
    )


def _segments(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    if not evidence.is_segmentation:
        return
    stability = evidence.stability
    seen = "not measured" if stability is None else f"adjusted Rand index {stability:.3f}"
    is_met = stability is not None and math.isfinite(stability) and stability >= rules.least_stability
    yield _finding("stability", is_met, seen, f"at least {rules.least_stability:g}")
    if not evidence.champion_name:
        return
    moved = evidence.moved_share
    seen = "not measured" if moved is None else f"{moved:.1%} of customers change segment"
    is_met = moved is not None and math.isfinite(moved) and moved <= rules.most_moved_share
    otherwise = Outcome.KEEP if moved is None else Outcome.PERSON
    yield _finding("customers who move", is_met, seen, f"at most {rules.most_moved_share:.0%}", otherwise=otherwise)


def _loads(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    words = {None: "not tried", True: "every score is equal to the last bit", False: "it fails or scores otherwise"}
    yield _finding(
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
    _segments,
    _loads,
)


def _finding(rule: str, is_met: bool, seen: str, expected: str, *, otherwise: Outcome = Outcome.KEEP) -> Finding:
    return Finding(rule, Outcome.PROMOTE if is_met else otherwise, seen, expected)


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
