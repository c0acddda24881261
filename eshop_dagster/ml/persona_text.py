"""A segment's paragraph in Portuguese and in English: what it is, its figures, and what may be done about it.

The figures are those of the customers at hand: a release describes its own, never those of a training.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from eshop_dagster.ml.persona_kinds import Kind, Ratios

SYMBOLS = {"BRL": "R$", "EUR": "€", "GBP": "£", "USD": "US$"}
"""Of currencies that are not written by their code."""

_TRADE_ITEMS = 8.0
"""Mean order lines from which on a shop's customers buy to sell on or to work with: shops for people have 1 to 3."""

_CHANNEL_SHARE = 0.5


@dataclass(frozen=True)
class ShopManner:
    """What a paragraph must know of the shop beside the segment.

    Attributes:
        currency: ISO 4217 code of all amounts.
        is_trade: whether its customers order as businesses do, by the number of lines of a mean order.
    """

    currency: str = "BRL"
    is_trade: bool = False


def manner_of(profile: pd.DataFrame, currency: str = "BRL") -> ShopManner:
    """Return what the whole profile, as `segment_profile` gives it, says of the shop."""
    if "average_item_count_mean" not in profile.columns:
        return ShopManner(currency)
    lines = float((profile["customer_share"] * profile["average_item_count_mean"]).sum())
    return ShopManner(currency, is_trade=lines >= _TRADE_ITEMS)


def describe_en(row: Mapping[Hashable, Any], kind: Kind, ratios: Ratios, manner: ShopManner) -> str:
    """Return the paragraph in English, numbers as 1,234.56; `row` is one of `segment_profile`."""
    count, orders = row["customer_count"], row["order_count_mean"]
    ticket, worth = (_money_en(row[f"{name}_mean"], manner) for name in ("average_ticket_brl", "net_revenue_brl"))
    return (
        f"{kind.lead_en} {count:,.0f} customer{'' if count == 1 else 's'} ({row['customer_share']:.1%} of the base) "
        f"bring{'s' if count == 1 else ''} {row['net_revenue_share']:.1%} of net revenue. On average, a customer "
        f"placed {orders:,.1f} order{'' if round(orders, 1) == 1 else 's'} with a ticket of {ticket} and is worth "
        f"{worth} in all ({ratios.revenue:,.2f} times the average of the base); the last "
        f"purchase was {_days_en(row['recency_days_median'])} ago (median), the first "
        f"{_days_en(row['tenure_days_mean'])} (mean). "
        f"Suggestion: {kind.trade_en if manner.is_trade else kind.advice_en}{_channel(row, *_CHANNELS_EN)}"
    )


def describe_pt(row: Mapping[Hashable, Any], kind: Kind, ratios: Ratios, manner: ShopManner) -> str:
    """Return the paragraph in Portuguese, numbers as 1.234,56; `row` is one of `segment_profile`."""
    count, orders = row["customer_count"], row["order_count_mean"]
    one = count == 1
    placed = f"{_pt(orders, 1)} {'pedido' if round(orders, 1) < 2 else 'pedidos'}"
    ticket, worth = (_money_pt(row[f"{name}_mean"], manner) for name in ("average_ticket_brl", "net_revenue_brl"))
    return (
        f"{kind.lead_pt} {'É' if one else 'São'} {_pt(count, 0)} cliente{'' if one else 's'} "
        f"({_pt(100 * row['customer_share'], 1)}% da base), {'responsável' if one else 'responsáveis'} por "
        f"{_pt(100 * row['net_revenue_share'], 1)}% da receita líquida. Em média, cada cliente fez {placed} com "
        f"ticket de {ticket} e vale {worth} no total "
        f"({_pt(ratios.revenue, 2)} vezes a média da base); a última compra foi há "
        f"{_days_pt(row['recency_days_median'])} (mediana) e a primeira, há {_days_pt(row['tenure_days_mean'])} "
        f"(média). "
        f"Sugestão: {kind.trade_pt if manner.is_trade else kind.advice_pt}{_channel(row, *_CHANNELS_PT)}"
    )


_CHANNELS_EN = (" They buy mostly in the app: reach them there.", " They buy mostly in the shop: reach them there.")
_CHANNELS_PT = (
    " Compram sobretudo no aplicativo: fale com eles por lá.",
    " Compram sobretudo na loja: fale com eles lá.",
)


def _channel(row: Mapping[Hashable, Any], app: str, store: str) -> str:
    """The sentence of the channel in which the segment buys mostly; none where that is the website, or not known."""
    for name, sentence in (("app_share_mean", app), ("store_share_mean", store)):
        if row.get(name, 0.0) > _CHANNEL_SHARE:
            return sentence
    return ""


def _money_en(value: float, manner: ShopManner) -> str:
    return f"{SYMBOLS.get(manner.currency, manner.currency)}\u00a0{value:,.2f}"


def _money_pt(value: float, manner: ShopManner) -> str:
    return f"{SYMBOLS.get(manner.currency, manner.currency)}\u00a0{_pt(value, 2)}"


def _days_en(days: float) -> str:
    return f"{days:,.0f} day{'' if round(days) == 1 else 's'}"


def _days_pt(days: float) -> str:
    return f"{_pt(days, 0)} dia{'' if round(days) in (0, 1) else 's'}"


def _pt(value: float, decimals: int) -> str:
    """1234.5 as 1.234,50."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))
