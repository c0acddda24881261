"""The kinds of customers that a segment can be, each with the condition that its profile must meet."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratios:
    """A segment's means over those of the base, and its mean number of orders as it is."""

    recency: float
    tenure: float
    orders: float
    revenue: float
    ticket: float
    order_count: float


@dataclass(frozen=True)
class Kind:
    """A kind of customer: what it is called, a sentence that says what it is, and the condition for it."""

    name_pt: str
    name_en: str
    lead_pt: str
    lead_en: str
    fits: Callable[[Ratios], bool]


KINDS: tuple[Kind, ...] = (
    Kind(
        "Premium",
        "Premium",
        "Os clientes de maior valor: ativos e com receita muito acima da base.",
        "The most valuable customers: active, with revenue far above the base.",
        lambda r: r.revenue >= 1.75 and r.recency <= 1.0,
    ),
    Kind(
        "Novos",
        "New",
        "Clientes que chegaram há pouco tempo e ainda formam o hábito de compra.",
        "Customers who arrived lately and are still forming a habit.",
        lambda r: r.tenure <= 0.5 and r.recency <= 1.0,
    ),
    Kind(
        "Em risco",
        "At risk",
        "Clientes que já valeram mais do que a média, mas há muito não compram.",
        "Customers once worth more than the average, who have not bought for long.",
        lambda r: r.recency >= 1.25 and r.revenue >= 1.0,
    ),
    Kind(
        "Adormecidos",
        "Dormant",
        "Clientes de valor menor que a média que há muito não compram.",
        "Customers worth less than the average, who have not bought for long.",
        lambda r: r.recency >= 1.25 and r.revenue < 1.0,
    ),
    Kind(
        "Fiéis",
        "Loyal",
        "Clientes que compram com mais frequência do que a base e seguem ativos.",
        "Customers who buy more often than the base and are still active.",
        lambda r: r.orders >= 1.2 and r.order_count >= 1.5 and r.recency <= 1.0,
    ),
    Kind(
        "Ticket alto",
        "Big ticket",
        "Clientes que gastam em cada pedido bem mais do que a base.",
        "Customers who spend far more on an order than the base.",
        lambda r: r.ticket >= 1.4,
    ),
    Kind(
        "Uma compra",
        "One-time",
        "Clientes que, em geral, compraram uma única vez.",
        "Customers who mostly bought a single time.",
        lambda r: r.order_count < 1.25,
    ),
    Kind(
        "Econômicos",
        "Thrifty",
        "Clientes de ticket baixo em relação à base.",
        "Customers with a low ticket compared with the base.",
        lambda r: r.ticket <= 0.7,
    ),
    Kind(
        "Ocasionais",
        "Occasional",
        "Clientes que compram de vez em quando, sem outro traço que os distinga.",
        "Customers who buy now and then, and stand out in nothing else.",
        lambda r: True,
    ),
)
"""Foremost first; the last one fits every segment."""
