"""The exports of six shop systems are known by their headers; their drafts load without an edit."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from .report_drafts import drafted, revenue, statuses

EXPORTS = {
    "shopify": (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
        "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
        "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
        "Lineitem fulfillment status,Billing Name,Billing City,Billing Zip,Billing Province,Billing Country,"
        "Billing Phone,Shipping Name,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Cancelled at,"
        "Payment Method,Refunded Amount,Vendor,Id,Tags,Source,Lineitem discount\n"
        "#1001,ana@loja.example,paid,2024-03-01 10:00:05 -0300,fulfilled,,yes,BRL,55.90,10.00,0.00,65.90,OLA5,5.00,"
        "PAC,2024-03-01 10:00:00 -0300,2,Caneca,10.50,,A1,true,true,fulfilled,Ana,São Paulo,'01310,SP,BR,,Ana,"
        "São Paulo,'01310,SP,BR,,Pix,0.00,Loja,5550001,,web,0.00\n"
        "#1001,ana@loja.example,,,,,,,,,,,,,,2024-03-01 10:00:00 -0300,1,Livro,39.90,,B2,true,true,fulfilled,,,,,,,,,,,"
        ",,,,Editora,,,,0.00\n"
        "#1002,bia@loja.example,refunded,2024-03-02 11:00:05 -0300,fulfilled,,no,BRL,39.90,0.00,0.00,39.90,,0.00,"
        "PAC,2024-03-02 11:00:00 -0300,1,Livro,39.90,,B2,true,true,fulfilled,Bia,Rio,'20040,RJ,BR,,Bia,"
        "Rio,'20040,RJ,BR,,Pix,39.90,Editora,5550002,,web,0.00\n",
        "95.80",
        {"#1001": "approved", "#1002": "returned"},
    ),
    "woocommerce": (
        '"Order Number","Order Status","Order Date","Customer Note","First Name (Billing)","Last Name (Billing)",'
        '"City (Billing)","State Code (Billing)","Postcode (Billing)","Country Code (Billing)","Email (Billing)",'
        '"Phone (Billing)","Item #",SKU,Name,Quantity,"Quantity (- Refund)","Item Cost","Order Line Total",'
        '"Coupon Code","Discount Amount","Payment Method Title","Cart Discount Amount","Order Subtotal Amount",'
        '"Order Shipping Amount","Order Refund Amount","Order Total Amount"\n'
        "55,Completed,2024-03-01 10:15,,Ana,Souza,São Paulo,SP,01310-100,BR,ana@loja.example,,1,A1,Caneca,2,2,10.50,"
        "19.00,OLA,2.00,Pix,2.00,60.90,8.00,0.00,66.90\n"
        "55,Completed,2024-03-01 10:15,,Ana,Souza,São Paulo,SP,01310-100,BR,ana@loja.example,,2,B2,Livro,1,1,39.90,"
        "39.90,OLA,2.00,Pix,2.00,60.90,8.00,0.00,66.90\n"
        "56,Cancelled,2024-03-13 10:15,,Bia,Reis,Rio,RJ,20040-020,BR,bia@loja.example,,1,B2,Livro,1,1,39.90,"
        "39.90,,0.00,Pix,0.00,39.90,0.00,0.00,39.90\n",
        "98.80",
        {"55": "delivered", "56": "cancelled"},
    ),
    "nuvemshop": (
        "Número do Pedido;E-mail;Data;Status do Pedido;Status do Pagamento;Status do Envio;Moeda;Subtotal;Desconto;"
        "Valor do Frete;Total;Nome do comprador;CPF / CNPJ;Telefone;Nome para a entrega;Telefone para a entrega;"
        "Endereço;Número;Complemento;Bairro;Cidade;Código postal;Estado;País;Forma de Entrega;Forma de Pagamento;"
        "Cupom de Desconto;Anotações do Comprador;Anotações do Vendedor;Data de pagamento;Data de envio;"
        "Nome do Produto;Valor do Produto;Quantidade Comprada;SKU;Canal;Código de rastreio do envio;"
        "Identificador da transação no meio de pagamento;Identificador do pedido;Produto Fisico;"
        "Pessoa que registrou a venda;Local de venda;Vendedor;Data e hora do cancelamento;Motivo do cancelamento\n"
        "100;ana@loja.example;05/03/2024 10:00:00;Arquivado;Confirmado;Enviado;BRL;60,90;5,00;10,00;65,90;Ana;"
        "012.345.678-90;;Ana;;Rua A;1;;Centro;São Paulo;01310-100;São Paulo;Brasil;PAC;Pix;OLA;;;05/03/2024;"
        "06/03/2024;Caneca;10,50;2;A1;Loja virtual;;T1;900001;Sim;;;;;\n"
        "100;ana@loja.example" + ";" * 30 + "Livro;39,90;1;B2;;;;;Sim;;;;;\n"
        "101;bia@loja.example;26/03/2024 11:00:00;Cancelado;Pendente;;BRL;39,90;0,00;0,00;39,90;Bia;"
        "111.444.777-35;;Bia;;Rua B;2;;Centro;Rio de Janeiro;20040-020;Rio de Janeiro;Brasil;PAC;Pix;;;;;"
        ";Livro;39,90;1;B2;Loja virtual;;T2;900002;Sim;;;;26/03/2024 12:00:00;Desistência\n",
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
        "Vendas\n\n\n"
        "N.º de venda;Data da venda;Estado;Descrição do status;Pacote de diversos produtos;Unidades;"
        "Receita por produtos (BRL);Receita por envio (BRL);Tarifa de venda e impostos (BRL);Tarifas de envio (BRL);"
        "Cancelamentos e reembolsos (BRL);Total (BRL);Venda por publicidade;SKU;# de anúncio;Título do anúncio;"
        "Variação;Preço unitário de venda do anúncio (BRL);Tipo de anúncio;Comprador;CPF;Endereço;Cidade;Estado;CEP;"
        "País;Forma de entrega;Unidades;Forma de entrega\n"
        "2000001;5 de março de 2024 10:30 hs.;A caminho;Chega amanhã;Não;2;21,00;0,00;-3,70;0,00;0,00;17,30;Não;A1;"
        "MLB1;Caneca;Azul;10,50;Clássico;Ana;01234567890;Rua A;São Paulo;São Paulo;01310100;Brasil;Correios;;\n"
        "2000002;26 de março de 2024 18:05 hs.;Entregue;Chegou;Não;1;39,90;0,00;-6,80;0,00;0,00;33,10;Sim;B2;"
        "MLB2;Livro;;39,90;Clássico;Bia;11144477735;Rua B;Rio;Rio de Janeiro;20040020;Brasil;Correios;;\n",
        "60.90",
        {"2000001": "shipped", "2000002": "delivered"},
    ),
    "vtex": (
        "Origin;Order;Sequence;Creation Date;Client Name;Client Document;Email;UF;City;Postal Code;Status;"
        "Payment System Name;Installments;Payment Value;Quantity_SKU;ID_SKU;Reference Code;SKU Name;SKU Value;"
        "SKU Selling Price;SKU Total Price;Shipping Value;Total Value;Discounts Totals;Seller Name\n"
        "Marketplace;v1-01;500001;2024-03-01 02:30:00Z;Ana;01234567890;ana@loja.example;SP;Santos;11010-100;Faturado;"
        "Pix;1;70,90;2;A1;R1;Caneca;12,50;10,50;21,00;10,00;70,90;0,00;Loja\n"
        "Marketplace;v1-01;500001;2024-03-01 02:30:00Z;Ana;01234567890;ana@loja.example;SP;Santos;11010-100;Faturado;"
        "Pix;1;70,90;1;B2;R2;Livro;39,90;39,90;39,90;10,00;70,90;0,00;Loja\n"
        "Marketplace;v2-01;500002;2024-03-26 12:00:00Z;Bia;11144477735;bia@loja.example;RJ;Rio;20040-020;Cancelado;"
        "Visa;3;39,90;1;B2;R2;Livro;39,90;39,90;39,90;0,00;39,90;0,00;Loja\n",
        "100.80",
        {"v1-01": "invoiced", "v2-01": "cancelled"},
    ),
}


@pytest.mark.parametrize("system", EXPORTS)
def test_an_export_is_drafted_and_loaded_without_an_edit(tmp_path: Path, system: str) -> None:
    text, total, expected = EXPORTS[system]
    draft, source = drafted(tmp_path, text)
    assert {"order_id", "product_id", "quantity", "customer_id", "state"} <= yaml.safe_load(draft)["columns"].keys()
    balance = source.balance
    assert balance.lines_read == balance.lines_loaded + balance.lines_quarantined
    assert revenue(source) == Decimal(total), draft
    assert statuses(source) == expected
