"""What a feature says of a customer, in Portuguese and in English, for people who have never seen the table."""

from eshop_dagster.ml.features import FEATURES
from eshop_dagster.ml.spend.effects import SEASON

PHRASES: dict[str, tuple[str, str]] = {
    "recency_days": ("Última compra há {days} dias", "Last order {days} days ago"),
    "tenure_days": ("Cliente há {days} dias", "Customer for {days} days"),
    "order_count": ("{count} pedidos até hoje", "{count} orders so far"),
    "order_last_30_days_count": ("{count} pedidos nos últimos 30 dias", "{count} orders in the last 30 days"),
    "order_last_90_days_count": ("{count} pedidos nos últimos 90 dias", "{count} orders in the last 90 days"),
    "order_last_365_days_count": ("{count} pedidos nos últimos 12 meses", "{count} orders in the last 12 months"),
    "net_revenue_brl": ("R$ {brl} gastos até hoje", "{brl} BRL spent so far"),
    "net_revenue_last_90_days_brl": ("R$ {brl} gastos nos últimos 90 dias", "{brl} BRL spent in the last 90 days"),
    "net_revenue_last_365_days_brl": ("R$ {brl} gastos nos últimos 12 meses", "{brl} BRL spent in the last 12 months"),
    "net_revenue_same_season_last_year_brl": (
        "R$ {brl} gastos na mesma época do ano passado",
        "{brl} BRL spent in the same season of last year",
    ),
    "average_ticket_brl": ("Pedido médio de R$ {brl}", "Average order of {brl} BRL"),
    "largest_ticket_brl": ("Maior pedido de R$ {brl}", "Largest order of {brl} BRL"),
    "last_ticket_brl": ("Último pedido de R$ {brl}", "Last order of {brl} BRL"),
    "ticket_spread_brl": ("Pedidos variam em R$ {brl}", "Orders vary by {brl} BRL"),
    "item_count": ("{count} itens comprados", "{count} items bought"),
    "average_item_count": ("{number} itens por pedido", "{number} items in an order"),
    "category_count": ("Compra em {count} categorias", "Buys in {count} categories"),
    "favourite_category_share": (
        "{pct} % das compras na categoria preferida",
        "{pct}% of purchases in the favourite category",
    ),
    "category_mix_share": (
        "{pct} % de variedade entre categorias",
        "{pct}% variety among categories",
    ),
    "freight_share": ("{pct} % do valor pago é frete", "{pct}% of what was paid is freight"),
    "app_share": ("{pct} % dos pedidos pelo aplicativo", "{pct}% of orders placed in the app"),
    "store_share": ("{pct} % dos pedidos em loja física", "{pct}% of orders placed in a shop"),
    "cancelled_order_count": ("{count} pedidos cancelados", "{count} orders cancelled"),
    "returned_item_count": ("{count} itens devolvidos", "{count} items returned"),
    "late_delivery_count": ("{count} entregas atrasadas", "{count} late deliveries"),
    "cancelled_order_share": ("{pct} % dos pedidos cancelados", "{pct}% of orders cancelled"),
    "returned_order_share": ("{pct} % dos pedidos com devolução", "{pct}% of orders with a return"),
    "late_delivery_share": ("{pct} % das entregas atrasadas", "{pct}% of deliveries late"),
    "interpurchase_spread_days": (
        "Intervalo entre compras varia em {days} dias",
        "Time between orders varies by {days} days",
    ),
    "silence_share": (
        "{pct} % de silêncio em relação ao seu ritmo de compra",
        "{pct}% silent, measured by their own rhythm",
    ),
    "net_revenue_trend_share": (
        "{pct} % de ritmo recente frente ao ritmo habitual (50 % é estável)",
        "{pct}% recent pace against the usual one (50% is steady)",
    ),
    "interpurchase_days": ("Compra a cada {days} dias em média", "Buys every {days} days on average"),
    SEASON: ("Época do ano", "Time of the year"),
}
"""By feature: what its value says; `{days}`, `{count}`, `{brl}`, `{pct}` and `{number}` stand for the value."""


def sentences(feature: str, value: float, effect_brl: float) -> tuple[str, str]:
    """Return one reason in Portuguese and in English; a feature without a phrase is named by its description.

    Args:
        value: of the feature, NaN for the season.
        effect_brl: what it adds to the expected spend.
    """
    described = f"{FEATURES.get(feature, feature)}: {{number}}"
    portuguese, english = PHRASES.get(feature, (described, described))
    amount = f"{abs(effect_brl):,.2f}"
    verbs = ("soma", "adds") if effect_brl >= 0 else ("tira", "takes away")
    said = _values(value)
    pt = portuguese.format(**{name: _in_portuguese(text) for name, text in said.items()})
    return f"{pt}: {verbs[0]} R$ {_in_portuguese(amount)}.", f"{english.format(**said)}: {verbs[1]} {amount} BRL."


def _values(value: float) -> dict[str, str]:
    return {
        "days": f"{value:,.0f}",
        "count": f"{value:,.0f}",
        "brl": f"{value:,.2f}",
        "pct": f"{100 * value:,.0f}",
        "number": f"{value:,.2f}",
    }


def _in_portuguese(number: str) -> str:
    """1,234.56 as 1.234,56."""
    return number.translate(str.maketrans(",.", ".,"))
