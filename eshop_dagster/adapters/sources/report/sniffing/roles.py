"""Which column is what, by its header in English or Portuguese."""

import re
import unicodedata
from collections.abc import Iterable

SYNONYMS: dict[str, str] = {
    "order_id": "n o de venda, no de venda, numero de venda, order sequence, "
    "order id, order no, order number, order, orderid, invoice, invoice no, invoice id, invoice number, "
    "transaction id, sale id, receipt, bill no, pedido, no pedido, n pedido, num pedido, numero do pedido, "
    "numero pedido, id pedido, id do pedido, cod pedido, codigo do pedido, nota fiscal, no nota, numero da nota, nf, "
    "cupom, venda, id venda, id da venda, codigo venda, codigo da venda, no venda, numero da venda",
    "line_number": "item #, "
    "line number, line no, line, order item id, order item number, id item pedido, item pedido id, "
    "item number, order line, item, no item, linha, numero da linha, seq, sequencia, item pedido, item do pedido",
    "customer_id": "customer id, cliente unico id, id cliente unico, id unico cliente, customer no, customer number, "
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
    "product_id": "lineitem sku, id sku, sku id, # de anuncio, "
    "product id, product code, product no, sku, stock code, item code, item id, article, article no, "
    "asin, ean, cod produto, codigo produto, codigo do produto, id produto, id do produto, "
    "produto id, ref, referencia",
    "product_name": "lineitem name, sku name, titulo do anuncio, titulo do produto, "
    "model, modelo, product name, product, description, product description, item name, item description, produto, "
    "nome produto, nome do produto, descricao, descricao produto, descricao do produto, mercadoria",
    "category": "category, product category, product category name, category name, product line, categoria, "
    "categoria produto, categoria do produto, departamento, grupo, linha de produto",
    "quantity": "lineitem quantity, quantidade comprada, quantity refund, quantity sku, "
    "sales volume, units sold, volume de vendas, "
    "quantity, qty, units, quantity sold, qty sold, qty ordered, order qty, item quantity, "
    "quantidade vendida, qtd vendida, qtde vendida, order quantity, quantity ordered, pieces, qtd, qtde, quant, "
    "quantidade, qt, unidades, pecas",
    "unit_price": "lineitem price, valor do produto, item cost, sku selling price, "
    "preco unitario de venda do anuncio brl, "
    "unit price, price, price each, item price, price per unit, unitprice, preco, preco unitario, "
    "valor unitario, vlr unitario, vl unitario, preco unit, valor unit, preco de venda",
    "line_total": "sku total price, receita por produtos brl, "
    "sales, total, line total, amount, total amount, revenue, total price, sales amount, total sales, "
    "total revenue, subtotal, valor total, vlr total, vl total, preco total, valor, valor do item, receita, "
    "faturamento, valor da venda, valor venda, total do item",
    "discount": "discounts totals, lineitem discount, "
    "discount, discount amount, discount value, discounts, desconto, descontos, valor desconto, "
    "valor do desconto, vlr desconto, desconto do item, desconto item, desconto pedido, desconto do pedido, "
    "cart discount amount, item discount",
    "control_total": "order total amount, order total, grand total, total do pedido, total pedido, valor do pedido, "
    "valor total do pedido, valor total pedido, total da nota, total geral",
    "currency": "currency, currency code, moeda, moeda do pedido",
    "country": "country, country code, country name, customer country, shipping country, ship country, "
    "country code billing, billing country, country region, pais, pais do cliente, pais de entrega, pais cliente",
    "freight": "order shipping amount, shipping value, frete pedido, valor do frete do pedido, frete do pedido, "
    "freight, freight value, freight cost, freight price, shipping, shipping cost, shipping fee, "
    "delivery fee, frete, valor frete, valor do frete, custo do frete, entrega valor",
    "ordered_at": "creation date, data de venda, "
    "order date, order datetime, order purchase date, purchase timestamp, invoice date, invoicedate, "
    "purchase date, order purchase timestamp, ordered at, created at, transaction date, sale date, date, datetime, "
    "timestamp, order timestamp, data, data pedido, data do pedido, data da compra, data compra, data venda, "
    "data da venda, data hora, data e hora, data emissao, data de emissao, dt pedido, dt venda, criado em, "
    "data criacao",
    "ordered_time": "time, order time, hora, hora do pedido, hora pedido, hora da venda, hora venda, horario",
    "status": "financial status, status do pedido nuvem, descricao do status, "
    "status, order status, state of order, situacao, situacao do pedido, status do pedido, status pedido",
    "channel": "channel, sales channel, canal, canal de venda, canal de vendas, origem",
    "state": "shipping province, uf comprador, state code billing, state billing, shipping state, "
    "state, state province, customer state, uf, estado, uf cliente, estado do cliente, uf entrega, uf de entrega",
    "region": "region, province, county, regiao",
    "year": "year, ano, order year, sale year, ano da venda, ano do pedido",
    "city": "shipping city, city billing, "
    "city, customer city, cidade, cidade cliente, cidade do cliente, municipio, cidade de entrega",
    "zip_prefix": "cep comprador, shipping zip, postcode billing, codigo postal, postcode, "
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
}  # fmt: skip
"""What some headers mean, or that they are left out, in the exports of a shop system, by a header that only it has:
Shopify, Nuvemshop, Mercado Livre, WooCommerce and VTEX."""

PREFERRED = "order id, customer unique id, cliente unico id, id cliente unico, id unico cliente"
"""Headers that go before other words for their role, wherever they stand: marketplaces give each order a customer id
of its own, and only the unique one comes back with the person."""

STATUS_WORDS: dict[str, str] = {
    "created": "em aberto, created, pending, open, new, on hold, unpaid, awaiting payment, criado, "
    "pendente, aberto, novo, "
    "aguardando pagamento",
    "approved": "authorized, payment approved, pagamento confirmado, approved, paid, confirmed, aprovado, "
    "pago, confirmado, pagamento aprovado",
    "processing": "em andamento, verificado, handling, ready for handling, preparando entrega, "
    "processing, in process, "
    "preparing, processando, em processamento, em separacao, em preparacao, "
    "preparando",
    "invoiced": "invoiced, billed, faturado, nota emitida",
    "shipped": "shipped, in transit, sent, dispatched, enviado, em transporte, em transito, despachado, postado, "
    "saiu para entrega, a caminho, em caminho",
    "delivered": "atendido, arquivado, delivered, complete, completed, closed, done, resolved, "
    "entregue, concluido, finalizado, completo",
    "unavailable": "unavailable, out of stock, indisponivel, sem estoque",
    "cancelled": "expired, venda cancelada, cancelled, canceled, cancel, void, voided, cancelado, cancelada, "
    "estorno de pedido",
    "returned": "returned, return, refunded, refund, returned to seller, devolvido, devolvida, devolucao, estornado, "
    "reembolsado, troca",
}


def bare(text: str) -> str:
    """Lower-case letters and digits of a text, without accents: `Nº Pedido` is `nopedido`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def _by_bare_word(words: dict[str, str]) -> dict[str, str]:
    return {bare(word): meaning for meaning, listed in words.items() for word in listed.split(",")}


_ROLE_OF = _by_bare_word(SYNONYMS)
_PREFERRED = frozenset(map(bare, PREFERRED.split(",")))
_STATUS_OF = _by_bare_word(STATUS_WORDS)


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
    return _ROLE_OF.get(bare(header)) or (_ROLE_OF.get(bare(header.replace(code, ""))) if code else None)


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


def status_of(word: str) -> str | None:
    """The contract's status that a shop's word means, if it is a known one."""
    return _STATUS_OF.get(bare(word))


def is_portuguese(headers: list[str]) -> bool:
    """Whether any header is one of the Portuguese words above, or carries a Portuguese accent."""
    return any(re.search("[ãõçáéíóúâêôº]", header.lower()) for header in headers) or any(
        bare(header)
        in {"data", "pedido", "cliente", "produto", "qtd", "quantidade", "valor", "preco", "cidade", "uf", "estado"}
        for header in headers
    )
