"""The gate's rules for segments: they are stable, they fit, and few customers move unless the champion gives way."""

import math
from collections.abc import Iterator

from eshop_dagster.ml.evidence import Evidence, Finding, GateRules, Outcome


def takes_an_unfit_place(evidence: Evidence) -> bool:
    """Return whether the champion cannot be published on today's customers, and the challenger can.

    While such a champion stays, nobody has a segment. It is then no champion to be held against: neither that many
    customers move nor that the challenger is another shop's than the champion's keeps it out.
    """
    return bool(evidence.champion_misfits) and evidence.misfits is not None and not evidence.misfits


def gives_way(evidence: Evidence) -> bool:
    """Return whether everybody may move: segments start again, or the champion cannot be published."""
    return bool(evidence.restart) or takes_an_unfit_place(evidence)


def written_way_out(evidence: Evidence) -> list[str]:
    """Return why many customers may move, as part of a verdict; nothing where the champion gives way to nobody."""
    if evidence.restart:
        return [f"segments start again with new ids: {evidence.restart}"]
    return [_moved(evidence)] if takes_an_unfit_place(evidence) else []


def without_segments(evidence: Evidence) -> str:
    """Return how a verdict goes on that leaves an unfit champion in its place: who has no segment, and what to do."""
    if not evidence.champion_misfits:
        return ""
    told = ", but nobody has a segment, for it does not fit today's customers: "
    if takes_an_unfit_place(evidence):
        return told + "look at what kept this version out, then promote it, or correct the data and retrain"
    return told + "check the data of the day, or change segmentation in params.yaml, and retrain"


def segment_findings(evidence: Evidence, rules: GateRules) -> Iterator[Finding]:
    """Yield the findings on a segmentation; none on another kind."""
    if not evidence.is_segmentation:
        return
    stability = evidence.stability
    seen = "not measured" if stability is None else f"adjusted Rand index {stability:.3f}"
    is_met = stability is not None and math.isfinite(stability) and stability >= rules.least_stability
    yield Finding.of("stability", is_met, seen, f"at least {rules.least_stability:g}")
    misfits = ("not looked at",) if evidence.misfits is None else evidence.misfits
    seen = "; ".join(misfits) or "every segment holds customers who resemble it"
    if evidence.champion_misfits:
        seen += f"; of the champion: {'; '.join(evidence.champion_misfits)}"
    expected = "no empty segment, few outliers, and figures of the segment's own customers"
    yield Finding.of("segments that fit", not misfits, seen, expected)
    if evidence.champion_name:
        yield _movement(evidence, rules)


def _movement(evidence: Evidence, rules: GateRules) -> Finding:
    rule, moved = "customers who move", evidence.moved_share
    if evidence.restart:
        (seen,) = written_way_out(evidence)
        return Finding(rule, Outcome.PROMOTE, seen, "ids that go on, or a champion that is outgrown")
    if moved is None or not math.isfinite(moved):
        seen = "not measured" if moved is None else _moved(evidence)
        return Finding(rule, Outcome.KEEP, seen, f"at most {rules.most_moved_share:.0%}")
    if takes_an_unfit_place(evidence):
        return Finding(rule, Outcome.PROMOTE, _moved(evidence), "any share, to get segments that can be published")
    is_met = moved <= rules.most_moved_share
    return Finding.of(rule, is_met, _moved(evidence), f"at most {rules.most_moved_share:.0%}", otherwise=Outcome.PERSON)


def _moved(evidence: Evidence) -> str:
    return f"{evidence.moved_share:.1%} of customers change segment"
