"""Names and descriptions of segments, in Portuguese and English, that follow from their profile alone."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from eshop_dagster.ml.features import FEATURES
from eshop_dagster.ml.persona_kinds import BY_NAME, KINDS, Kind, Ratios
from eshop_dagster.ml.persona_text import describe_en, describe_pt

SEGMENT_ID = "segment_id"


def segment_profile(frame: pd.DataFrame, labels: Sequence[int] | np.ndarray | pd.Series) -> pd.DataFrame:
    """Return one row per segment, by rising id: its size, its share of customers and revenue, and its features.

    Args:
        frame: features by customer; `net_revenue_brl` is required, each other feature is profiled if it is there.
        labels: segment id of each row of `frame`.

    Returns:
        `segment_id`, `customer_count`, `customer_share` (0-1), `net_revenue_share` (0-1; 0 where the base has none)
        and for every feature `<feature>_mean` and `<feature>_median`.

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
    """A segment in words; names are unique within one model.

    Attributes:
        kind: English name of its kind in `KINDS`.
        is_changed: whether the same segment was of another kind under the model before.
    """

    segment_id: int
    name_pt: str
    name_en: str
    description_pt: str
    description_en: str
    kind: str
    is_changed: bool


_UNFIT = 1000
_SLACK = 0.15
"""A name stays while the profile keeps its kind's bounds widened by this share: no name flickers at a bound."""


def name_personas(profile: pd.DataFrame, earlier: Iterable[Mapping[str, Any]] = ()) -> list[Persona]:
    """Return a persona for each segment of the profile, by rising id.

    Each kind of customer has a condition on the segment's means over those of the base (for example at risk: recency
    1.25 times the base's or more, revenue not below it). A segment keeps the name that its id had as long as its kind
    fits, bounds widened by 15%; otherwise the description says that it changed. For the others, no kind is used twice
    while another fits: of all ways to give kinds to segments, the one with the least sum of places in `KINDS` is taken.
    Where kinds run out, segments of one kind are numbered by rising id: Ocasionais, Ocasionais 2.

    Args:
        profile: as `segment_profile` returns it.
        earlier: of the model before, `segment_id`, `kind`, `name_pt` and `name_en` of each persona
            (`SegmentModel.names_`).

    Raises:
        ValueError: a column that the rule needs is missing.
    """
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
        _persona(row, kinds[place], ratios[place], names[place], None if place in kept else known.get(ids[place]))
        for place, row in enumerate(profile.to_dict("records"))
    ]


def _persona(
    row: Mapping[Hashable, Any],
    kind: Kind,
    ratios: Ratios,
    names: tuple[str, str],
    before: Mapping[str, Any] | None,
) -> Persona:
    changed_pt = f" No modelo anterior este segmento se chamava {before['name_pt']}: o perfil mudou." if before else ""
    changed_en = (
        f" Under the model before, this segment was called {before['name_en']}: its profile has changed."
        if before
        else ""
    )
    return Persona(
        segment_id=int(row[SEGMENT_ID]),
        name_pt=names[0],
        name_en=names[1],
        description_pt=describe_pt(row, kind, ratios) + changed_pt,
        description_en=describe_en(row, kind, ratios) + changed_en,
        kind=kind.name_en,
        is_changed=before is not None,
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
