"""The exports of six shop systems are known by their headers; their drafts load without an edit."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from .report_drafts import drafted, revenue, statuses

EXPORTS = {
    "shopify": (
        "Name,Email,Financial Status,Created at,Currency,Subtotal,Shipping,Total,Discount Amount,Lineitem quantity,"
        "Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Shipping Province\n"
        "#1001,ana@loja.example,paid,2024-03-01 10:00:00 -0300,BRL,55.90,10.00,65.90,5.00,2,Caneca,10.50,A1,0,SP\n"
        "#1001,,,2024-03-01 10:00:00 -0300,,,,,,1,Livro,39.90,B2,0,\n"
        "#1002,bia@loja.example,refunded,2024-03-02 11:00:00 -0300,BRL,39.90,0.00,39.90,0.00,1,Livro,39.90,B2,0,RJ\n",
        "95.80",
        {"#1001": "approved", "#1002": "returned"},
    ),
    "woocommerce": (
        "Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),State (Billing),SKU,Item #,"
        "Item Name,Quantity (- Refund),Item Cost,Discount Amount,Cart Discount Amount,"
        "Order Shipping Amount,Order Total Amount\n"
        "55,Completed,2024-03-01 10:15,Ana,ana@loja.example,SP,A1,1,Caneca,2,10.50,2.00,2.00,8.00,66.90\n"
        "55,Completed,2024-03-01 10:15,Ana,ana@loja.example,SP,B2,2,Livro,1,39.90,0.00,2.00,8.00,66.90\n"
        "56,Cancelled,2024-03-13 10:15,Bia,bia@loja.example,RJ,B2,1,Livro,1,39.90,0.00,0.00,0.00,39.90\n",
        "98.80",
        {"55": "delivered", "56": "cancelled"},
    ),
    "nuvemshop": (
        "Número do Pedido;E-mail;Data;Status do Pedido;Moeda;Subtotal;Desconto;Valor do Frete;Total;Nome do comprador;"
        "CPF / CNPJ;Cidade;CEP;Estado;Forma de Pagamento;Nome do Produto;Valor do Produto;Quantidade Comprada;SKU\n"
        "100;ana@loja.example;05/03/2024 10:00:00;Arquivado;BRL;60,90;5,00;10,00;65,90;Ana;012.345.678-90;São Paulo;"
        "01310-100;São Paulo;Pix;Caneca;10,50;2;A1\n"
        "100;ana@loja.example;;;;;;;;;;;;;;Livro;39,90;1;B2\n"
        "101;bia@loja.example;26/03/2024 11:00:00;Cancelado;BRL;39,90;0,00;0,00;39,90;Bia;111.444.777-35;Rio;"
        "20040-020;Rio de Janeiro;Pix;Livro;39,90;1;B2\n",
        "95.80",
        {"100": "delivered", "101": "cancelled"},
    ),
    "bling": (
        "Número do pedido;Data;Nome Comprador;CPF/CNPJ Comprador;E-mail Comprador;UF Comprador;CEP Comprador;SKU;"
        "Produto;Quantidade;Valor Unitário;Desconto Pedido;Frete Pedido;Situação\n"
        "1;05/03/2024;Ana;012.345.678-90;ana@loja.example;SP;01310-100;A1;Caneca;2;10,50;5,00;10,00;Atendido\n"
        "1;05/03/2024;Ana;012.345.678-90;ana@loja.example;SP;01310-100;B2;Livro;1;39,90;5,00;10,00;Atendido\n"
        "2;26/03/2024;Bia;111.444.777-35;bia@loja.example;RJ;20040-020;B2;Livro;1;39,90;0,00;0,00;Cancelado\n",
        "95.80",
        {"1": "delivered", "2": "cancelled"},
    ),
    "mercado livre": (
        "Vendas\n\n"
        "N.º de venda;Data da venda;Estado;Descrição do status;Unidades;Receita por produtos (BRL);Total (BRL);SKU;"
        "# de anúncio;Título do anúncio;Preço unitário de venda do anúncio (BRL);Comprador;CPF\n"
        "2000001;5 de março de 2024 10:30 hs.;A caminho;A caminho;2;21,00;17,30;A1;MLB1;Caneca;10,50;Ana;01234567890\n"
        "2000002;26 de março de 2024 18:05 hs.;Entregue;Entregue;1;39,90;33,10;B2;MLB2;Livro;39,90;Bia;11144477735\n",
        "60.90",
        {"2000001": "processing", "2000002": "delivered"},
    ),
    "vtex": (
        "Origin;Order;Sequence;Creation Date;Client Name;Client Document;Email;UF;City;Postal Code;SKU Name;ID_SKU;"
        "Quantity_SKU;SKU Value;SKU Selling Price;SKU Total Price;Shipping Value;Total Value;Discounts Totals;Status\n"
        "Marketplace;v1-01;500001;2024-03-01 02:30:00Z;Ana;01234567890;ana@loja.example;SP;São Paulo;01310-100;Caneca;"
        "A1;2;12,50;10,50;21,00;10,00;70,90;0,00;Faturado\n"
        "Marketplace;v1-01;500001;2024-03-01 02:30:00Z;Ana;01234567890;ana@loja.example;SP;São Paulo;01310-100;Livro;"
        "B2;1;39,90;39,90;39,90;10,00;70,90;0,00;Faturado\n"
        "Marketplace;v2-01;500002;2024-03-26 12:00:00Z;Bia;11144477735;bia@loja.example;RJ;Rio;20040-020;Livro;"
        "B2;1;39,90;39,90;39,90;0,00;39,90;0,00;Cancelado\n",
        "100.80",
        {"v1-01": "invoiced", "v2-01": "cancelled"},
    ),
}


@pytest.mark.parametrize("system", EXPORTS)
def test_an_export_is_drafted_and_loaded_without_an_edit(tmp_path: Path, system: str) -> None:
    text, total, expected = EXPORTS[system]
    draft, source = drafted(tmp_path, text)
    assert {"order_id", "product_id", "quantity", "customer_id"} <= yaml.safe_load(draft)["columns"].keys()
    balance = source.balance
    assert balance.lines_read == balance.lines_loaded + balance.lines_quarantined
    assert revenue(source) == Decimal(total), draft
    assert statuses(source) == expected
