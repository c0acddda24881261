"""Totals, discounts and repeats: what a draft takes, what it asks, and what stands beside the sum loaded."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from .report_drafts import drafted, revenue

HEADER = "Pedido;Data;Cliente;SKU;Qtd;Preço"
SHOPIFY = (
    "Name,Email,Financial Status,Created at,Subtotal,Shipping,Total,Discount Amount,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Lineitem discount"
)


def of(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def two(columns: str, first: str, second: str) -> str:
    """Two orders of goods for 10.00 and 3 x 10.00, with columns of their own."""
    return of(f"{HEADER};{columns}", f"1;05/03/2024;17;A1;1;10,00;{first}", f"2;25/03/2024;18;B2;3;10,00;{second}")


@pytest.mark.parametrize(
    "columns, first, second, goods, freight",
    [
        ("Frete;Total", "5,00;15,00", "5,00;35,00", "40.00", "10.00"),
        ("Imposto;Total", "1,00;11,00", "3,00;33,00", "40.00", "0.00"),
        ("Frete;Gorjeta;Total", "5,00;1,50;16,50", "5,00;;35,00", "40.00", "10.00"),
        ("Frete;Seguro de envio;ICMS;Total", "5,00;1,00;2,00;18,00", "0,00;0,50;6,00;36,50", "40.00", "5.00"),
        ("Frete;Desconto;Total", "5,00;1,00;14,00", "5,00;0,00;35,00", "39.00", "10.00"),
    ],
)
def test_a_line_s_total_that_holds_freight_tax_or_tip_is_not_taken_for_goods(
    tmp_path: Path, columns: str, first: str, second: str, goods: str, freight: str
) -> None:
    draft, source = drafted(tmp_path, two(columns, first, second))
    assert yaml.safe_load(draft)["columns"]["unit_price"] == "Preço"
    assert (revenue(source), source.balance.freight_brl) == (Decimal(goods), Decimal(freight))


def test_a_total_above_the_price_that_nothing_explains_is_a_guess(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, two("Total", "11,00", "33,00"))
    assert "# GUESS: on 2 of 2 lines it is not quantity x 'Preço' (with freight or tax?)" in draft


def test_a_total_beside_freight_without_a_unit_price_is_a_guess(tmp_path: Path) -> None:
    text = of("Pedido;Data;SKU;Qtd;Frete;Total", "1;05/03/2024;A1;1;5,00;15,00", "2;25/03/2024;B2;3;5,00;35,00")
    assert "# GUESS: taken for goods without 'Frete', which is added" in drafted(tmp_path, text)[0]


def test_an_order_s_total_with_freight_on_each_line_is_compared_and_not_loaded(tmp_path: Path) -> None:
    text = of(
        f"{HEADER};Frete;Total",
        "1;05/03/2024;17;A1;1;10,00;5,00;35,00",
        "1;05/03/2024;17;B1;2;10,00;5,00;35,00",
        "2;25/03/2024;18;B2;3;10,00;0,00;30,00",
    )
    _, source = drafted(tmp_path, text)
    balance = source.balance
    assert (revenue(source), balance.freight_brl) == (Decimal("60.00"), Decimal("5.00"))
    assert (balance.file_total_brl, balance.orders_off_total) == (Decimal("65.00"), 0)


def test_the_file_s_own_totals_stand_beside_the_sum_loaded(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, two("Total do Pedido", "10,00", "31,00"))
    assert yaml.safe_load(draft)["columns"]["control_total"] == "Total do Pedido"
    assert (source.balance.file_total_brl, source.balance.orders_off_total) == (Decimal("41.00"), 1)


@pytest.mark.parametrize(
    "header, first, second",
    [
        ("Desconto (%)", "10,00", "5,00"),
        ("Desconto %", "10", "0"),
        ("Desconto", "10%", "0%"),
        ("Percentual de desconto", "10", "0"),
        ("Discount pct", "10", "0"),
        ("Desconto unitário", "1,00", "0,00"),
        ("Valor com desconto", "9,00", "30,00"),
        ("Valor do cupom", "1,00", "0"),
        ("Desconto", "1.50", "0.00"),
    ],
)
def test_a_discount_that_is_not_loaded_is_always_a_todo(tmp_path: Path, header: str, first: str, second: str) -> None:
    draft, source = drafted(tmp_path, two(header, first, second))
    assert f'"{header}" (TODO: named like a discount' in draft
    assert revenue(source) == Decimal("40.00")


def test_percentages_are_no_amounts_of_other_columns_either(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, two("Frete (%)", "5,00", "5,00"))
    assert '"Frete (%)" (named like freight, but its numbers are percentages and no amounts)' in draft
    assert source.balance.freight_brl == Decimal("0.00")


@pytest.mark.parametrize("zero", ["0", "0,00", "0.00", "R$ 0,00", "-"])
def test_a_column_without_any_discount_asks_nothing(tmp_path: Path, zero: str) -> None:
    draft, source = drafted(tmp_path, two("Desconto", zero, "0,00"))
    assert "TODO: named like a discount" not in draft
    assert revenue(source) == Decimal("40.00")


@pytest.mark.parametrize("orders_own, line_s_own", [("0.00", "15.00"), ("15.00", "0.00")])
def test_of_two_discounts_the_one_with_which_the_subtotals_add_up_is_taken(
    tmp_path: Path, orders_own: str, line_s_own: str
) -> None:
    text = of(
        SHOPIFY,
        f"#1,a@x.com,paid,2024-03-05 10:00:00 -0300,85.00,5.00,90.00,{orders_own},1,A,100.00,a,{line_s_own}",
        "#2,b@x.com,paid,2024-03-25 10:00:00 -0300,100.00,0.00,100.00,0.00,1,A,100.00,a,0.00",
    )
    _, source = drafted(tmp_path, text)
    assert revenue(source) == source.balance.file_total_brl == Decimal("185.00")


def test_a_draft_that_drops_equal_lines_says_that_it_guesses(tmp_path: Path) -> None:
    line = "1;05/03/2024;17;A1;2;10,00"
    draft, source = drafted(tmp_path, of(HEADER, line, line, "2;25/03/2024;18;B2;1;30,00"))
    assert "# GUESS: 1 of 3 lines are equal to an earlier line in every column; keep loads them all." in draft
    assert (source.balance.loaded_brl, source.balance.repeated_brl) == (Decimal("50.00"), Decimal("20.00"))


@pytest.mark.parametrize("price", ["Preço", "Valor Total"])
def test_an_amount_beyond_the_contract_s_largest_stands_in_the_balance(tmp_path: Path, price: str) -> None:
    rows = ("1;05/03/2024;17;A1;1;9.999.999.999.999,99", "2;25/03/2024;18;B2;1;30,00")
    balance = drafted(tmp_path, of(HEADER.replace("Preço", price), *rows))[1].balance
    assert (balance.loaded_brl, balance.quarantined_brl) == (Decimal("30.00"), Decimal("9999999999999.99"))
    assert (balance.read_brl, balance.lines_without_amount) == (Decimal("10000000000029.99"), 0)
