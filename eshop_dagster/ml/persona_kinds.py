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
        trade_pt: what to do in a shop whose customers buy to sell on or to work with; no voucher moves them.
        trade_en: the same in English.
        bounds: by attribute of `Ratios`, the least and the greatest value that the kind may have.
    """

    name_pt: str
    name_en: str
    lead_pt: str
    lead_en: str
    advice_pt: str
    advice_en: str
    trade_pt: str
    trade_en: str
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
        "designar um vendedor para a conta, garantir estoque e prazo e combinar condições por volume.",
        "name an account manager, secure stock and delivery, and agree on terms by volume.",
        {"revenue": (1.75, ANY), "recency": (0, 1.0)},
    ),
    Kind(
        "Novos",
        "New",
        "Clientes que chegaram há pouco tempo e ainda formam o hábito de compra.",
        "Customers who arrived lately and are still forming a habit.",
        "incentivar a segunda compra com uma sequência de boas-vindas e uma oferta com prazo curto.",
        "win the second purchase with a welcome series and an offer that ends soon.",
        "acompanhar o segundo pedido por telefone, com catálogo, condições de pagamento e pedido mínimo claros.",
        "follow up the second order by phone, with the catalogue, payment terms and minimum order made clear.",
        {"tenure": (0, 0.5), "recency": (0, 1.0)},
    ),
    Kind(
        "Em risco",
        "At risk",
        "Clientes de valor perto da média ou acima dela, que há muito não compram.",
        "Customers worth about the average or more, who have not bought for long.",
        "reativar antes que se percam, com contato pessoal e uma oferta ligada ao que já compraram.",
        "win them back before they are lost, with a personal word and an offer tied to what they bought.",
        "ligar antes que se percam, perguntar por preço, prazo e sortimento e propor uma reposição.",
        "call before they are lost, ask about price, delivery and range, and propose to restock.",
        {"recency": (1.25, ANY), "revenue": (1.0, ANY)},
    ),
    Kind(
        "Adormecidos",
        "Dormant",
        "Clientes de valor modesto que há muito não compram.",
        "Customers of modest worth, who have not bought for long.",
        "uma campanha de retorno de baixo custo e, sem resposta, menos mensagens.",
        "one low-cost campaign to come back and, without an answer, fewer messages.",
        "um contato de baixo custo com o catálogo atual e, sem resposta, menos visitas.",
        "one low-cost contact with the present catalogue and, without an answer, fewer visits.",
        {"recency": (1.25, ANY), "revenue": (-ANY, 1.0)},
    ),
    Kind(
        "Fiéis",
        "Loyal",
        "Clientes que compram com mais frequência do que a base e seguem ativos.",
        "Customers who buy more often than the base and are still active.",
        "programa de fidelidade e venda cruzada; pedir avaliações e indicações.",
        "a loyalty programme and cross-selling; ask them for reviews and referrals.",
        "pedidos programados, condições pelo volume do ano e itens que completam o sortimento.",
        "standing orders, terms by the volume of the year, and items that complete their range.",
        {"orders": (1.2, ANY), "order_count": (1.5, ANY), "recency": (0, 1.0)},
    ),
    Kind(
        "Ticket alto",
        "Big ticket",
        "Clientes que gastam em cada pedido bem mais do que a base.",
        "Customers who spend far more on an order than the base.",
        "oferecer produtos de maior valor, parcelamento e garantia estendida.",
        "offer higher-priced products, instalments and extended warranty.",
        "negociar preço por quantidade, prazo de pagamento e entrega programada.",
        "negotiate prices by quantity, payment terms and scheduled delivery.",
        {"ticket": (1.4, ANY)},
    ),
    Kind(
        "Uma compra",
        "One-time",
        "Clientes que, em geral, compraram uma única vez.",
        "Customers who mostly bought a single time.",
        "incentivar a segunda compra com um cupom e produtos que completam a primeira.",
        "win the second purchase with a voucher and products that complete the first.",
        "perguntar como foi o primeiro pedido e propor a reposição do que mais saiu.",
        "ask how the first order went and propose to restock what sold best.",
        {"order_count": (0, 1.25)},
    ),
    Kind(
        "Econômicos",
        "Thrifty",
        "Clientes de ticket baixo em relação à base.",
        "Customers with a low ticket compared with the base.",
        "aumentar o ticket com kits e frete grátis a partir de um valor mínimo.",
        "raise the ticket with bundles and free freight from a minimum amount.",
        "aumentar o pedido com caixas fechadas, preço por quantidade e frete incluído a partir de um valor.",
        "raise the order with full cases, prices by quantity and freight included from an amount.",
        {"ticket": (-ANY, 0.7)},
    ),
    Kind(
        "Ocasionais",
        "Occasional",
        "Clientes que compram de vez em quando, sem outro traço que os distinga.",
        "Customers who buy now and then, and stand out in nothing else.",
        "comunicar nas datas sazonais e testar ofertas por categoria para aumentar a frequência.",
        "write to them in season and test offers by category to make them buy more often.",
        "avisar antes das datas em que costumam repor e testar ofertas por linha de produtos.",
        "write before they usually restock and test offers by product line.",
        {},
    ),
)
"""Foremost first; the last one fits every segment."""

BY_NAME = {kind.name_en: kind for kind in KINDS}
