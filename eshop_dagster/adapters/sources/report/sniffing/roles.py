"""Which column is what, by its header in English or Portuguese."""

import re
import unicodedata
from collections.abc import Iterable

SYNONYMS: dict[str, str] = {
    "order_id": "amazon order id, "
    "n o de venda, no de venda, numero de venda, order sequence, "
    "order id, order no, order number, order, orderid, invoice, invoice no, invoice id, invoice number, "
    "transaction id, sale id, receipt, bill no, pedido, no pedido, n pedido, num pedido, numero do pedido, "
    "numero pedido, id pedido, id do pedido, cod pedido, codigo do pedido, nota fiscal, no nota, numero da nota, nf, "
    "cupom, venda, id venda, id da venda, codigo venda, codigo da venda, no venda, numero da venda",
    "line_number": "item #, "
    "line number, line no, line, order item id, order item number, id item pedido, item pedido id, "
    "item number, order line, item, no item, linha, numero da linha, seq, sequencia, item pedido, item do pedido",
    "customer_id": "nome usuario comprador, buyer username, "
    "customer id, cliente unico id, id cliente unico, id unico cliente, customer no, customer number, "
    "customer code, customer unique id, client id, user id, buyer id, id cliente, id do cliente, cod cliente, "
    "codigo cliente, codigo do cliente, no cliente, cliente id",
    "name": "nome do comprador, nome comprador, billing name, first name billing, "
    "customer name, customer, client name, client, buyer, buyer name, nome, cliente, nome cliente, "
    "nome do cliente, comprador, nome completo, razao social",
    "email": "email billing, e mail comprador, e mail do comprador, "
    "email, e mail, customer email, email cliente, email do cliente, mail",
    "cpf": "client document, cpf cnpj comprador, cpf, cpf cnpj, cpf cliente, cpf do cliente, documento",
    "phone": "phone billing, billing phone, "
    "phone, phone number, telephone, mobile, telefone, celular, fone, telefone cliente, whatsapp",
    "product_id": "custom label, sku produto, variant sku, referencia sku, numero referencia sku, listing sku, "
    "lineitem sku, id sku, sku id, # de anuncio, "
    "product id, product code, product no, sku, stock code, item code, item id, article, article no, "
    "asin, ean, cod produto, codigo produto, codigo do produto, id produto, id do produto, "
    "produto id, ref, referencia",
    "product_name": "item title, lineitem name, sku name, titulo do anuncio, titulo do produto, "
    "model, modelo, product name, product, description, product description, item name, item description, produto, "
    "nome produto, nome do produto, descricao, descricao produto, descricao do produto, mercadoria",
    "category": "category, product category, product category name, category name, product line, categoria, "
    "categoria produto, categoria do produto, departamento, grupo, linha de produto",
    "quantity": "net quantity, quantidade produto, "
    "lineitem quantity, quantidade comprada, quantity refund, quantity sku, "
    "sales volume, units sold, volume de vendas, "
    "quantity, qty, units, quantity sold, qty sold, qty ordered, order qty, item quantity, "
    "quantidade vendida, qtd vendida, qtde vendida, order quantity, quantity ordered, pieces, qtd, qtde, quant, "
    "quantidade, qt, unidades, pecas",
    "unit_price": "sold for, preco produto, preco com desconto, preco promocional, preco final, preco acordado, "
    "preco pago, "
    "net price, "
    "lineitem price, valor do produto, item cost, sku selling price, "
    "preco unitario de venda do anuncio brl, "
    "unit price, price, price each, item price, price per unit, unitprice, preco, preco unitario, "
    "valor unitario, vlr unitario, vl unitario, preco unit, valor unit, preco de venda",
    "line_total": "net sales, valor liquido, total liquido, row total, subtotal produto, "
    "sku total price, receita por produtos brl, "
    "sales, total, line total, amount, total amount, revenue, total price, sales amount, total sales, "
    "total revenue, subtotal, valor total, vlr total, vl total, preco total, valor, valor do item, receita, "
    "faturamento, valor da venda, valor venda, total do item",
    "discount": "discounts totals, lineitem discount, "
    "discount, discount amount, discount value, discounts, desconto, descontos, valor desconto, "
    "valor do desconto, vlr desconto, desconto do item, desconto item, desconto pedido, desconto do pedido, "
    "cart discount amount, item discount",
    "control_total": "total pago, total paid, "
    "order total amount, order total, grand total, total do pedido, total pedido, valor do pedido, "
    "valor total do pedido, valor total pedido, total da nota, total geral",
    "currency": "currency, currency code, moeda, moeda do pedido",
    "country": "country, country code, country name, customer country, shipping country, ship country, "
    "country code billing, billing country, country region, pais, pais do cliente, pais de entrega, pais cliente",
    "freight": "order shipping, shipping price, shipping amount, shipping and handling, "
    "valor envio, taxa entrega, taxa envio, taxa envio pagas comprador, "
    "order shipping amount, shipping value, frete pedido, valor do frete do pedido, frete do pedido, "
    "freight, freight value, freight cost, freight price, shipping, shipping cost, shipping fee, "
    "delivery fee, frete, valor frete, valor do frete, custo do frete, entrega valor",
    "ordered_at": "purchased on, data criacao pedido, "
    "creation date, data de venda, "
    "order date, order datetime, order purchase date, purchase timestamp, invoice date, invoicedate, "
    "purchase date, order purchase timestamp, ordered at, created at, transaction date, sale date, date, datetime, "
    "timestamp, order timestamp, data, data pedido, data do pedido, data da compra, data compra, data venda, "
    "data da venda, data hora, data e hora, data emissao, data de emissao, dt pedido, dt venda, criado em, "
    "data criacao",
    "ordered_time": "time, order time, hora, hora do pedido, hora pedido, hora da venda, hora venda, horario",
    "status": "pedido status, "
    "financial status, status do pedido nuvem, descricao do status, "
    "status, order status, state of order, situacao, situacao do pedido, status do pedido, status pedido",
    "cancelled_at": "cancelled at, canceled at, cancelled on, canceled on, cancellation date, cancel date, "
    "data cancelamento, data hora cancelamento, cancelado em",
    "channel": "channel, sales channel, canal, canal de venda, canal de vendas, origem",
    "state": "endereco estado, ship state, ship to state, "
    "shipping province, uf comprador, state code billing, state billing, shipping state, "
    "state, state province, customer state, uf, estado, uf cliente, estado do cliente, uf entrega, uf de entrega",
    "region": "region, province, county, regiao",
    "year": "year, ano, order year, sale year, ano da venda, ano do pedido",
    "city": "ship city, ship to city, "
    "shipping city, city billing, "
    "city, customer city, cidade, cidade cliente, cidade do cliente, municipio, cidade de entrega",
    "zip_prefix": "ship postal code, ship to zip, "
    "cep comprador, shipping zip, postcode billing, codigo postal, postcode, "
    "cep, cep cliente, cep de entrega, cep do cliente, zip, zip code, zip prefix, postal code, "
    "customer zip code prefix, customer zip code, zip code prefix, prefixo cep, cep prefixo",
    "approved_at": "approved at, order approved at, order approved date, payment date, paid at, "
    "approval date, data aprovacao, data de aprovacao, data pagamento, data do pagamento, data de pagamento, "
    "aprovado em, pago em",
    "shipped_at": "ship date, shipped at, shipping date, shipped date, dispatch date, order delivered carrier date, "
    "delivered carrier date, data entrega transportadora, data envio, data de envio, data do envio, data postagem, "
    "data despacho, enviado em",
    "delivered_at": "delivery date, delivered at, delivered date, order delivered customer date, "
    "delivered customer date, data entrega cliente, data entrega, data de entrega, data da entrega, entregue em",
    "promised_date": "promised date, estimated delivery, estimated delivery date, order estimated delivery date, "
    "data entrega estimada, data estimada entrega, due date, prazo, prazo de entrega, previsao de entrega, "
    "data prevista, previsao entrega, entrega prevista",
    "seller_id": "seller id, seller, vendor, vendor id, vendedor, id vendedor, codigo vendedor, lojista, loja id",
    "payment_method": "payment method title, payment system name, "
    "payment method, payment type, payment, payment mode, forma pagamento, forma de pagamento, "
    "meio de pagamento, pagamento, tipo de pagamento, metodo de pagamento, tipo pagamento, metodo pagamento",
    "payment_installments": "installments, payment installments, parcelas, no parcelas, numero de parcelas, "
    "qtd parcelas",
    "payment_amount": "payment amount, payment value, amount paid, paid, valor pago, valor pagamento, "
    "valor do pagamento",
}

SYSTEMS: dict[str, dict[str, str]] = {
    "Lineitem quantity": {"Name": "order_id", "Discount Amount": "discount", "Lineitem discount": "", "Total": "",
                          "Subtotal": "control_total", "Vendor": "", "Source": "", "Phone": ""},
    "Quantidade Comprada": {"Subtotal": "", "Total": "control_total", "Canal": "", "Vendedor": "", "Data de envio": ""},
    "Receita por produtos (BRL)": {"Estado": "status", "Estado (2)": "state", "Descrição do status": "",
                                   "Total (BRL)": ""},
    "Quantity (- Refund)": {"Item #": "", "Quantity": "", "Discount Amount": "", "Name": "product_name"},
    "Quantity_SKU": {"Sequence": "", "Total Value": "control_total", "SKU Total Price": ""},
    "amazon-order-id": {"item-price": "line_total", "item-promotion-discount": "discount", "asin": "",
                        "item-status": "", "sales-channel": ""},
}  # fmt: skip
"""What some headers mean, or that they are left out, in the exports of a shop system, by a header that only it has:
Shopify, Nuvemshop, Mercado Livre, WooCommerce, VTEX and Amazon, whose price is its line's."""

PREFERRED = (
    "order id, net sales, valor liquido, customer unique id, cliente unico id, id cliente unico, id unico cliente"
)
"""Headers that go before other words for their role, wherever they stand: marketplaces give each order a customer id
of its own, and only the unique one comes back with the person."""


def bare(text: str) -> str:
    """Lower-case letters and digits of a text, without accents: `Nº Pedido` is `nopedido`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def by_bare_word(words: dict[str, str]) -> dict[str, str]:
    return {bare(word): meaning for meaning, listed in words.items() for word in listed.split(",")}


def words_of(header: str) -> tuple[str, ...]:
    """A header's words in any order, spelled out and without articles: `Cód. do Produto` is `Produto_codigo`."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode()
    plain = re.sub("([a-z])([A-Z])", r"\1 \2", plain).lower().replace("#", " no ")
    words = [_SPELLED_OUT.get(word, word) for word in re.findall("[a-z]+|[0-9]+", plain)]
    return tuple(sorted(word for word in words if word not in _ARTICLES))


_ARTICLES = frozenset(["do", "da", "de", "dos", "das", "pelo", "pela", "of", "the", "e", "a"])
_SPELLED_OUT = {
    **dict.fromkeys(["qtd", "qtde", "qt", "quant"], "quantidade"),
    **dict.fromkeys(["num", "nr", "no", "n", "nro", "number"], "numero"),
    **dict.fromkeys(["vlr", "vl"], "valor"),
    **{"cod": "codigo", "qty": "quantity", "dt": "data", "prod": "produto", "ped": "pedido", "cli": "cliente"},
    "unit": "unitario",
}
_UNITS = re.compile(
    r"\s*(\((R\$|US\$|€|£|BRL|reais|un|und|unid|unidades|pcs|pç|pc|kg|UTC)\.?\)|R\$|US\$|€|£)\s*$", re.IGNORECASE
)
"""Behind a header's words: `Preço (R$)`, `Qtd (un)`."""
_ROLE_OF = by_bare_word(SYNONYMS)
_ROLE_OF_WORDS = {words_of(word): role for role, listed in SYNONYMS.items() for word in listed.split(",")}
_PREFERRED = frozenset(map(bare, PREFERRED.split(",")))


def role_of(header: str, others: Iterable[str] = ()) -> str | None:
    """The mapping's field that a header names, if it is a known word for one.

    Args:
        header: the column's name.
        others: all names of the file: some systems call an order's number `Name`, and its status `Estado`.
    """
    named = next((own for sign, own in SYSTEMS.items() if sign in others), {})
    if header not in named:
        # The n-th of several columns of one name is told as `Total (2)`.
        header = re.sub(r" \(\d\)$", "", header)
    if header in named:
        return named[header] or None
    code = currency_in(header)
    spellings = [header, *([header.replace(code, "")] if code else []), _UNITS.sub("", header)]
    found = (_ROLE_OF.get(bare(text)) or _ROLE_OF_WORDS.get(words_of(text)) for text in spellings)
    return next((role for role in found if role), None)


def currency_in(header: str) -> str | None:
    """The currency's code that a header ends in, such as `Price_USD` or `Price (EUR)`."""
    match = re.search(r"[\s_(\[-](BRL|USD|EUR|GBP|ARS|CLP|MXN|CAD|AUD|JPY|INR|CHF)[)\]]?$", header)
    return match[1] if match else None


def is_of_percent(header: str) -> bool:
    """Whether a header says that its numbers are percentages."""
    return "%" in header or bool(re.search("percent|porcent|(^|[^a-z])pct|perc$", header.casefold()))


def is_preferred(header: str) -> bool:
    """Whether a header goes before the other words for its role."""
    return bare(header) in _PREFERRED


def is_portuguese(headers: list[str]) -> bool:
    """Whether any header is one of the Portuguese words above, or carries a Portuguese accent."""
    return any(re.search("[ãõçáéíóúâêôº]", header.lower()) for header in headers) or any(
        bare(header)
        in {"data", "pedido", "cliente", "produto", "qtd", "quantidade", "valor", "preco", "cidade", "uf", "estado"}
        for header in headers
    )
