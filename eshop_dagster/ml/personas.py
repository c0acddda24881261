"""Names and descriptions of segments, in Portuguese and English, that follow from their profile alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from eshop_dagster.ml.features import FEATURES
from eshop_dagster.ml.persona_kinds import BY_NAME, KINDS, Kind, Ratios
from eshop_dagster.ml.persona_text import describe_en, describe_pt, manner_of

SEGMENT_ID = "segment_id"


def segment_profile(frame: pd.DataFrame, labels: Sequence[int] | np.ndarray | pd.Series) -> pd.DataFrame:
    """Return one row per segment, by rising id: its size, its share of customers and revenue, and its features.

    Args:
        frame: features by customer; `net_revenue_brl` is required, each other feature is profiled if it is there.
        labels: segment id of each row of `frame`.

    Returns:
        `segment_id`, `customer_count`, `customer_share` (0-1), `net_revenue_share` (0-1; 0 where the base
        has no revenue) and for every feature `<feature>_mean` and `<feature>_median`.

    Raises:
        ValueError: no rows, no `net_revenue_brl`, or another number of labels than of rows.
    """
    ids = np.asarray(labels)
    if len(ids) != len(frame) or len(frame) == 0:
        raise ValueError(f"{len(frame)} customers and {len(ids)} labels; expected as many of each, at least one.")
    if "net_revenue_brl" not in frame.columns:
        raise ValueError(f"column net_revenue_brl is missing; expected it beside {list(frame.columns)}.")
    names = [name for name in FEATURES if name in frame.columns]
    groups = frame[names].astype("float64").groupby(ids)
    size, revenue = groups.size(), groups["net_revenue_brl"].sum()
    total = float(revenue.sum())
    columns = {
        "customer_count": size.astype("int64"),
        "customer_share": size / len(frame),
        "net_revenue_share": revenue / total if total > 0 else revenue * 0.0,
    }
    means, medians = groups.mean(), groups.median()
    for name in names:
        columns |= {f"{name}_mean": means[name], f"{name}_median": medians[name]}
    return pd.DataFrame(columns).rename_axis(SEGMENT_ID).reset_index()


@dataclass(frozen=True)
class Persona:
    """A segment's names, unique within one model. What it is like stands in `describe_personas`, figures and all.

    Attributes:
        kind: English name of its kind in `KINDS`.
        before_pt: what the same segment was called under the model before, where it was of another kind; else empty.
        before_en: the same in English.
    """

    segment_id: int
    name_pt: str
    name_en: str
    kind: str
    before_pt: str = ""
    before_en: str = ""


_UNFIT = 1000
_SLACK = 0.15
"""A name stays while the profile keeps its kind's bounds widened by this share: no name flickers at a bound."""


def name_personas(profile: pd.DataFrame, earlier: Iterable[Mapping[str, Any]] = ()) -> list[Persona]:
    """Return a persona for each segment of the profile, by rising id.

    Each kind of customer has a condition on the segment's means over those of the base (for example at risk: recency
    1.25 times the base's or more, revenue not below it). A segment keeps the name that its id had as long as its kind
    fits, bounds widened by 15%; otherwise the persona says what it was called. For the others, no kind is used twice
    while another fits: of all ways to give kinds to segments, the one with the least sum of places in `KINDS` is taken.
    Where kinds run out, segments of one kind are numbered by rising id: Ocasionais, Ocasionais 2.

    Args:
        profile: as `segment_profile` returns it.
        earlier: of the model before, `segment_id`, `kind`, `name_pt` and `name_en` of each persona
            (`SegmentModel.names_`).

    Raises:
        ValueError: a column that the rule needs is missing.
    """
    _require_profile(profile)
    profile = profile.sort_values(SEGMENT_ID, ignore_index=True)
    ids = [int(one) for one in profile[SEGMENT_ID]]
    ratios = _ratios(profile)
    known = {int(persona[SEGMENT_ID]): persona for persona in earlier}
    kept = {
        place: known[one]
        for place, one in enumerate(ids)
        if one in known and known[one]["kind"] in BY_NAME and BY_NAME[known[one]["kind"]].fits(ratios[place], _SLACK)
    }
    kinds = _assign_kinds(ratios, {place: BY_NAME[persona["kind"]] for place, persona in kept.items()})
    names = _names(kinds, kept)
    return [
        _persona(one, kinds[place], names[place], None if place in kept else known.get(one))
        for place, one in enumerate(ids)
    ]


def describe_personas(
    profile: pd.DataFrame, personas: Iterable[Mapping[str, Any]], currency: str = "BRL"
) -> pd.DataFrame:
    """Return `segment_id`, `description_pt` and `description_en` of each segment of the profile, in its order.

    Args:
        profile: of the customers described, as `segment_profile` returns it; the figures in the text are its own.
        personas: the fields of the `Persona` of each of its segments.
        currency: ISO 4217 code of the amounts.

    Raises:
        ValueError: a column that the text needs is missing, or a segment has no persona.
    """
    _require_profile(profile)
    known = {int(one[SEGMENT_ID]): one for one in personas}
    nameless = sorted({int(one) for one in profile[SEGMENT_ID]} - set(known))
    if nameless:
        raise ValueError(f"segments {nameless} have no persona; expected one for each, found those of {sorted(known)}.")
    manner, rows = manner_of(profile, currency), []
    for row, ratios in zip(profile.to_dict("records"), _ratios(profile), strict=True):
        one = known[int(row[SEGMENT_ID])]
        kind, changed_pt, changed_en = BY_NAME[one["kind"]], "", ""
        if one.get("before_pt"):
            changed_pt = f" No modelo anterior este segmento se chamava {one['before_pt']}: o perfil mudou."
            changed_en = (
                f" Under the model before, this segment was called {one['before_en']}: its profile has changed."
            )
        rows.append(
            {
                SEGMENT_ID: int(row[SEGMENT_ID]),
                "description_pt": describe_pt(row, kind, ratios, manner) + changed_pt,
                "description_en": describe_en(row, kind, ratios, manner) + changed_en,
            }
        )
    return pd.DataFrame(rows)


def _require_profile(profile: pd.DataFrame) -> None:
    needed = ["recency_days", "tenure_days", "order_count", "net_revenue_brl", "average_ticket_brl"]
    columns = [
        SEGMENT_ID,
        "customer_count",
        "customer_share",
        "net_revenue_share",
        *(f"{name}_mean" for name in needed),
    ]
    missing = [column for column in columns if column not in profile.columns]
    if missing or profile.empty:
        raise ValueError(f"profile of {len(profile)} segments lacks {missing}; expected what segment_profile returns.")


def _persona(segment_id: int, kind: Kind, names: tuple[str, str], before: Mapping[str, Any] | None) -> Persona:
    return Persona(
        segment_id=segment_id,
        name_pt=names[0],
        name_en=names[1],
        kind=kind.name_en,
        before_pt=str(before["name_pt"]) if before else "",
        before_en=str(before["name_en"]) if before else "",
    )


def _names(kinds: Sequence[Kind], kept: Mapping[int, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Portuguese and English names: those kept, and for the others the kind's with the first free number."""
    taken = {persona["name_en"] for persona in kept.values()}
    names = []
    for place, kind in enumerate(kinds):
        if place in kept:
            names.append((str(kept[place]["name_pt"]), str(kept[place]["name_en"])))
            continue
        number = next(number for number in range(1, len(kinds) + 2) if _numbered(kind.name_en, number) not in taken)
        taken.add(_numbered(kind.name_en, number))
        names.append((_numbered(kind.name_pt, number), _numbered(kind.name_en, number)))
    return names


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"


def _ratios(profile: pd.DataFrame) -> list[Ratios]:
    share = profile["customer_share"].to_numpy()

    def over_base(name: str) -> np.ndarray:
        means = profile[f"{name}_mean"].to_numpy()
        base = float((share * means).sum())
        return means / base if base > 0 else np.ones_like(means)

    columns = (over_base(name) for name in ("recency_days", "tenure_days", "order_count", "net_revenue_brl"))
    rows = zip(*columns, over_base("average_ticket_brl"), profile["order_count_mean"], strict=True)
    return [Ratios(*(float(value) for value in row)) for row in rows]


def _assign_kinds(ratios: list[Ratios], kept: Mapping[int, Kind]) -> list[Kind]:
    cost = np.array([[place if kind.fits(ratio) else _UNFIT for place, kind in enumerate(KINDS)] for ratio in ratios])
    kinds = [KINDS[int(row.argmin())] for row in cost]
    for segment, kind in kept.items():
        kinds[segment] = kind
        cost[:, KINDS.index(kind)] = _UNFIT
        cost[segment, :] = _UNFIT
    for segment, place in zip(*linear_sum_assignment(cost), strict=True):
        if cost[segment, place] < _UNFIT:
            kinds[segment] = KINDS[place]
    return kinds
