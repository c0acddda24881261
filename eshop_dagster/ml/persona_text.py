"""A segment's paragraph in Portuguese and in English: what it is, its figures, and what marketing may do."""

from collections.abc import Hashable, Mapping
from typing import Any

from eshop_dagster.ml.persona_kinds import Kind, Ratios


def describe_en(row: Mapping[Hashable, Any], kind: Kind, ratios: Ratios) -> str:
    """Return the paragraph in English, numbers as 1,234.56; `row` is one of `segment_profile`."""
    count = row["customer_count"]
    return (
        f"{kind.lead_en} {count:,.0f} customer{'' if count == 1 else 's'} ({row['customer_share']:.1%} of the base) "
        f"bring{'s' if count == 1 else ''} {row['net_revenue_share']:.1%} of net revenue. On average, a customer "
        f"placed {row['order_count_mean']:,.1f} orders with a ticket of R$ {row['average_ticket_brl_mean']:,.2f} and "
        f"is worth R$ {row['net_revenue_brl_mean']:,.2f} in all ({ratios.revenue:,.2f} times the average of the base); "
        f"the last purchase was {_days_en(row['recency_days_mean'])} ago, the first "
        f"{_days_en(row['tenure_days_mean'])}. Suggestion: {kind.advice_en}"
    )


def describe_pt(row: Mapping[Hashable, Any], kind: Kind, ratios: Ratios) -> str:
    """Return the paragraph in Portuguese, numbers as 1.234,56; `row` is one of `segment_profile`."""
    count, orders = row["customer_count"], row["order_count_mean"]
    one = count == 1
    placed = f"{_pt(orders, 1)} {'pedido' if round(orders, 1) < 2 else 'pedidos'}"
    return (
        f"{kind.lead_pt} {'É' if one else 'São'} {_pt(count, 0)} cliente{'' if one else 's'} "
        f"({_pt(100 * row['customer_share'], 1)}% da base), {'responsável' if one else 'responsáveis'} por "
        f"{_pt(100 * row['net_revenue_share'], 1)}% da receita líquida. Em média, cada cliente fez {placed} com "
        f"ticket de R$ {_pt(row['average_ticket_brl_mean'], 2)} e vale R$ {_pt(row['net_revenue_brl_mean'], 2)} no "
        f"total ({_pt(ratios.revenue, 2)} vezes a média da base); a última compra foi há "
        f"{_days_pt(row['recency_days_mean'])} e a primeira, há {_days_pt(row['tenure_days_mean'])}. "
        f"Sugestão: {kind.advice_pt}"
    )


def _days_en(days: float) -> str:
    return f"{days:,.0f} day{'' if round(days) == 1 else 's'}"


def _days_pt(days: float) -> str:
    return f"{_pt(days, 0)} dia{'' if round(days) in (0, 1) else 's'}"


def _pt(value: float, decimals: int) -> str:
    """1234.5 as 1.234,50."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
