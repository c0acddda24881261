"""Names and descriptions of segments, in Portuguese and English, that follow from their profile alone."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from eshop_dagster.ml.features import FEATURES
from eshop_dagster.ml.persona_kinds import KINDS, Kind, Ratios

SEGMENT_ID = "segment_id"


def segment_profile(frame: pd.DataFrame, labels: Sequence[int] | np.ndarray | pd.Series) -> pd.DataFrame:
    """Return one row per segment, by rising id: its size, its share of customers and revenue, and its features.

    Args:
        frame: features by customer; `revenue_brl` is required, each other feature is profiled if it is there.
        labels: segment id of each row of `frame`.

    Returns:
        `segment_id`, `customer_count`, `customer_share` (0-1), `revenue_share` (0-1 of net revenue; 0 where the base
        has none) and for every feature `<feature>_mean` and `<feature>_median`.

    Raises:
        ValueError: no rows, no `revenue_brl`, or another number of labels than of rows.
    """
    ids = np.asarray(labels)
    if len(ids) != len(frame) or len(frame) == 0:
        raise ValueError(f"{len(frame)} customers and {len(ids)} labels; expected as many of each, at least one.")
    if "revenue_brl" not in frame.columns:
        raise ValueError(f"column revenue_brl is missing; expected it beside {list(frame.columns)}.")
    names = [name for name in FEATURES if name in frame.columns]
    groups = frame[names].astype("float64").groupby(ids)
    size, revenue = groups.size(), groups["revenue_brl"].sum()
    total = float(revenue.sum())
    columns = {
        "customer_count": size.astype("int64"),
        "customer_share": size / len(frame),
        "revenue_share": revenue / total if total > 0 else revenue * 0.0,
    }
    means, medians = groups.mean(), groups.median()
    for name in names:
        columns |= {f"{name}_mean": means[name], f"{name}_median": medians[name]}
    return pd.DataFrame(columns).rename_axis(SEGMENT_ID).reset_index()


@dataclass(frozen=True)
class Persona:
    """A segment in words; names are unique within one model."""

    segment_id: int
    name_pt: str
    name_en: str
    description_pt: str
    description_en: str


_UNFIT = 1000


def name_personas(profile: pd.DataFrame) -> list[Persona]:
    """Return a persona for each segment of the profile, by rising id.

    Each kind of customer has a condition on the segment's means over those of the base (for example at risk: recency
    1.25 times the base's or more, revenue not below it). No kind is used twice while another fits: of all ways to give
    kinds to segments, the one with the least sum of places in `KINDS` is taken. Where kinds run out, segments of one
    kind are numbered by falling value: Ocasionais, Ocasionais 2.

    Args:
        profile: as `segment_profile` returns it.

    Raises:
        ValueError: a column that the rule needs is missing.
    """
    needed = ["recency_days", "tenure_days", "order_count", "revenue_brl", "average_ticket_brl"]
    columns = [SEGMENT_ID, "customer_count", "customer_share", "revenue_share", *(f"{name}_mean" for name in needed)]
    missing = [column for column in columns if column not in profile.columns]
    if missing or profile.empty:
        raise ValueError(f"profile of {len(profile)} segments lacks {missing}; expected what segment_profile returns.")
    profile = profile.sort_values(SEGMENT_ID, ignore_index=True)
    ratios = _ratios(profile)
    kinds = _assign_kinds(ratios)
    used: dict[str, int] = {}
    personas = []
    for row, kind, ratio in zip(profile.to_dict("records"), kinds, ratios, strict=True):
        used[kind.name_en] = used.get(kind.name_en, 0) + 1
        suffix = f" {used[kind.name_en]}" if used[kind.name_en] > 1 else ""
        personas.append(
            Persona(
                segment_id=int(row[SEGMENT_ID]),
                name_pt=kind.name_pt + suffix,
                name_en=kind.name_en + suffix,
                description_pt=f"{kind.lead_pt} {_facts_pt(row, ratio)}",
                description_en=f"{kind.lead_en} {_facts_en(row, ratio)}",
            )
        )
    return personas


def _ratios(profile: pd.DataFrame) -> list[Ratios]:
    share = profile["customer_share"].to_numpy()

    def over_base(name: str) -> np.ndarray:
        means = profile[f"{name}_mean"].to_numpy()
        base = float((share * means).sum())
        return means / base if base > 0 else np.ones_like(means)

    columns = (over_base(name) for name in ("recency_days", "tenure_days", "order_count", "revenue_brl"))
    rows = zip(*columns, over_base("average_ticket_brl"), profile["order_count_mean"], strict=True)
    return [Ratios(*(float(value) for value in row)) for row in rows]


def _assign_kinds(ratios: list[Ratios]) -> list[Kind]:
    cost = np.array([[place if kind.fits(ratio) else _UNFIT for place, kind in enumerate(KINDS)] for ratio in ratios])
    kinds = [KINDS[int(row.argmin())] for row in cost]
    for segment, place in zip(*linear_sum_assignment(cost), strict=True):
        if cost[segment, place] < _UNFIT:
            kinds[segment] = KINDS[place]
    return kinds


def _facts_en(row: Mapping[Hashable, Any], ratio: Ratios) -> str:
    return (
        f"{row['customer_count']:,.0f} customers ({row['customer_share']:.1%} of the base) bring "
        f"{row['revenue_share']:.1%} of net revenue: on average {row['order_count_mean']:,.1f} orders, a ticket of "
        f"R$ {row['average_ticket_brl_mean']:,.2f}, R$ {row['revenue_brl_mean']:,.2f} in all "
        f"({ratio.revenue:,.2f} times the average customer), the last purchase {row['recency_days_mean']:,.0f} days "
        f"and the first {row['tenure_days_mean']:,.0f} days ago."
    )


def _facts_pt(row: Mapping[Hashable, Any], ratio: Ratios) -> str:
    return (
        f"São {_pt(row['customer_count'], 0)} clientes ({_pt(100 * row['customer_share'], 1)}% da base), responsáveis "
        f"por {_pt(100 * row['revenue_share'], 1)}% da receita líquida: em média {_pt(row['order_count_mean'], 1)} "
        f"pedidos, ticket de R$ {_pt(row['average_ticket_brl_mean'], 2)}, R$ {_pt(row['revenue_brl_mean'], 2)} no "
        f"total ({_pt(ratio.revenue, 2)} vezes a média por cliente), última compra há "
        f"{_pt(row['recency_days_mean'], 0)} dias e primeira há {_pt(row['tenure_days_mean'], 0)} dias."
    )


def _pt(value: float, decimals: int) -> str:
    """1234.5 as 1.234,50."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
