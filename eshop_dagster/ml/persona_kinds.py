"""The kinds of customers that a segment can be, each with the condition that its profile must meet."""

from collections.abc import Mapping
from dataclasses import dataclass

ANY = float("inf")


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
    """A kind of customer: its names, a sentence that says what it is, one on what to do, and the condition for it.

    Attributes:
        bounds: by attribute of `Ratios`, the least and the greatest value that the kind may have.
    """

    name_pt: str
    name_en: str
    lead_pt: str
    lead_en: str
    advice_pt: str
    advice_en: str
    bounds: Mapping[str, tuple[float, float]]

    def fits(self, ratios: Ratios, slack: float = 0.0) -> bool:
        """Return whether the ratios keep the bounds, each widened by the share `slack`."""
        return all(
            low * (1 - slack) <= getattr(ratios, name) <= high * (1 + slack)
            for name, (low, high) in self.bounds.items()
        )


KINDS: tuple[Kind, ...] = (
    Kind(
        "Premium",
        "Premium",
        "Os clientes de maior valor: ativos e com receita muito acima da base.",
        "The most valuable customers: active, with revenue far above the base.",
        "reconhecer e reter com atendimento prioritário e acesso antecipado; descontos aqui só reduzem a margem.",
        "reward and keep them with priority service and early access; discounts here only cost margin.",
        {"revenue": (1.75, ANY), "recency": (0, 1.0)},
    ),
    Kind(
        "Novos",
        "New",
        "Clientes que chegaram há pouco tempo e ainda formam o hábito de compra.",
        "Customers who arrived lately and are still forming a habit.",
        "incentivar a segunda compra com uma sequência de boas-vindas e uma oferta com prazo curto.",
        "win the second purchase with a welcome series and an offer that ends soon.",
        {"tenure": (0, 0.5), "recency": (0, 1.0)},
    ),
    Kind(
        "Em risco",
        "At risk",
        "Clientes de valor perto da média ou acima dela, que há muito não compram.",
        "Customers worth about the average or more, who have not bought for long.",
        "reativar antes que se percam, com contato pessoal e uma oferta ligada ao que já compraram.",
        "win them back before they are lost, with a personal word and an offer tied to what they bought.",
        {"recency": (1.25, ANY), "revenue": (1.0, ANY)},
    ),
    Kind(
        "Adormecidos",
        "Dormant",
        "Clientes de valor modesto que há muito não compram.",
        "Customers of modest worth, who have not bought for long.",
        "uma campanha de retorno de baixo custo e, sem resposta, menos mensagens.",
        "one low-cost campaign to come back and, without an answer, fewer messages.",
        {"recency": (1.25, ANY), "revenue": (-ANY, 1.0)},
    ),
    Kind(
        "Fiéis",
        "Loyal",
        "Clientes que compram com mais frequência do que a base e seguem ativos.",
        "Customers who buy more often than the base and are still active.",
        "programa de fidelidade e venda cruzada; pedir avaliações e indicações.",
        "a loyalty programme and cross-selling; ask them for reviews and referrals.",
        {"orders": (1.2, ANY), "order_count": (1.5, ANY), "recency": (0, 1.0)},
    ),
    Kind(
        "Ticket alto",
        "Big ticket",
        "Clientes que gastam em cada pedido bem mais do que a base.",
        "Customers who spend far more on an order than the base.",
        "oferecer produtos de maior valor, parcelamento e garantia estendida.",
        "offer higher-priced products, instalments and extended warranty.",
        {"ticket": (1.4, ANY)},
    ),
    Kind(
        "Uma compra",
        "One-time",
        "Clientes que, em geral, compraram uma única vez.",
        "Customers who mostly bought a single time.",
        "incentivar a segunda compra com um cupom e produtos que completam a primeira.",
        "win the second purchase with a voucher and products that complete the first.",
        {"order_count": (0, 1.25)},
    ),
    Kind(
        "Econômicos",
        "Thrifty",
        "Clientes de ticket baixo em relação à base.",
        "Customers with a low ticket compared with the base.",
        "aumentar o ticket com kits e frete grátis a partir de um valor mínimo.",
        "raise the ticket with bundles and free freight from a minimum amount.",
        {"ticket": (-ANY, 0.7)},
    ),
    Kind(
        "Ocasionais",
        "Occasional",
        "Clientes que compram de vez em quando, sem outro traço que os distinga.",
        "Customers who buy now and then, and stand out in nothing else.",
        "comunicar nas datas sazonais e testar ofertas por categoria para aumentar a frequência.",
        "write to them in season and test offers by category to make them buy more often.",
        {},
    ),
)
"""Foremost first; the last one fits every segment."""

BY_NAME = {kind.name_en: kind for kind in KINDS}
