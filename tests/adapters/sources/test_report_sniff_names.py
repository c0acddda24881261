"""Columns of unusual names, and what their texts decide, each with a question; or a refusal that says what to write."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import sniff
from eshop_dagster.adapters.sources.report.loading import parse_mapping

from .report_drafts import HEAD, draft_of, drafted, items, revenue, statuses, written


@pytest.mark.parametrize(
    "headers, key, header",
    [
        (HEAD.replace("Preço", "Preço Unitário (R$)"), "unit_price", "Preço Unitário (R$)"),
        (HEAD.replace("Preço", "Valor Total R$"), "line_total", "Valor Total R$"),
        (HEAD.replace("Qtd", "Qtd (un)"), "quantity", "Qtd (un)"),
        (HEAD.replace("Pedido", "Pedido numero"), "order_id", "Pedido numero"),
        (HEAD.replace("SKU", "Cód. do Produto"), "product_id", "Cód. do Produto"),
        (HEAD.replace("Preço", "Preço Venda"), "unit_price", "Preço Venda"),
        (HEAD.replace("Preço", "Valor Líquido"), "line_total", "Valor Líquido"),
    ],
)
def test_names_are_known_with_their_unit_in_any_order_and_abbreviated(
    tmp_path: Path, headers: str, key: str, header: str
) -> None:
    draft = draft_of(tmp_path, written("1;10/03/2024;17;A;1;10,00", head=headers))
    assert yaml.safe_load(draft)["columns"][key] == header


def test_a_name_that_may_mean_the_field_is_taken_with_a_question_where_no_other_does(tmp_path: Path) -> None:
    head = "Número;Emissão;Cliente;Código;Qtd;Preço"
    draft = draft_of(tmp_path, written("1;10/03/2024;17;A;1;10,00", head=head))
    columns = yaml.safe_load(draft)["columns"]
    assert (columns["order_id"], columns["ordered_at"], columns["product_id"]) == ("Número", "Emissão", "Código")
    assert draft.count("# GUESS: taken by its name") == 3
    draft = draft_of(tmp_path, written("1;10/03/2024;17;A;1;10,00;Centro", head=f"{head};Bairro"))
    assert yaml.safe_load(draft)["columns"]["order_id"] == {"from": ["Emissão", "Cliente"]}


@pytest.mark.parametrize(
    "head, cell, advice",
    [
        (HEAD.replace("Preço", "Preço tabela"), "10,00", "'Preço tabela' looks like a price: write unit_price: Preço"),
        (HEAD.replace("Preço", "Total bruto"), "10,00", "'Total bruto' looks like a price: write line_total: Total"),
        (HEAD.replace("Preço", "price_cents"), "1000", "'price_cents' looks like a price in cents, which is not read"),
        (HEAD.replace("Data", "Mês"), "10,00", "'Mês' looks like a date: write ordered_at: Mês"),
        (HEAD.replace("SKU", "Artigo"), "10,00", "'Artigo' looks like a product: write product_id: Artigo"),
        (HEAD.replace("SKU", "Cor"), "10,00", "constants: {product_id: goods} names one for all lines"),
    ],
)
def test_a_refusal_says_which_column_looks_like_the_missing_one_and_what_to_write(
    tmp_path: Path, head: str, cell: str, advice: str
) -> None:
    with pytest.raises(SourceError) as refused:
        drafted(tmp_path, written(f"1;10/03/2024;17;A;1;{cell}", head=head))
    assert advice in str(refused.value)


def test_what_was_paid_without_a_method_is_held_against_the_orders(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;10,00;10,00", "2;11/03/2024;18;A;1;10,00;9,00")
    draft, source = drafted(tmp_path, written(*lines, more=";Valor Pago"))
    assert draft.startswith("# TODO 1 orders do not cost what 'Valor Pago' says")
    assert (revenue(source), source.balance.file_total_brl) == (20, 19)


def test_a_discount_without_which_the_totals_add_up_is_left_out(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;2;79,90;20,00;159,80", "2;11/03/2024;18;A;1;79,90;0,00;79,90")
    draft, source = drafted(tmp_path, written(*lines, more=";Desconto;Total do Pedido"))
    assert '"Desconto" (GUESS: the file\'s own totals add up without it, so prices' in draft
    assert revenue(source) == Decimal("239.70")


def test_a_freight_that_all_lines_of_an_order_have_counts_once_with_a_question(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;10,00;4,00", "1;10/03/2024;17;B;1;10,00;4,00", "2;11/03/2024;18;A;1;10,00;2,00")
    draft, source = drafted(tmp_path, written(*lines, more=";Frete"))
    assert "# GUESS: all lines of an order have the same freight: the order's.\nfreight_per: order" in draft
    assert source.balance.freight_brl == 6


def test_a_refund_under_its_order_s_number_belongs_to_the_order(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;2;50,00", "2;11/03/2024;18;A;1;50,00", "1;14/03/2024;17;A;-1;50,00")
    draft, source = drafted(tmp_path, written(*lines))
    assert yaml.safe_load(draft)["days_within_order"] == 5
    assert revenue(source) == 100


def test_numbers_that_start_again_each_day_have_the_day_in_their_id(tmp_path: Path) -> None:
    lines = [f"{n};{day}/03/2024;;A;1;{n},00" for day in (10, 11, 14) for n in (1, 2, 3)]
    draft, source = drafted(tmp_path, written(*lines))
    assert yaml.safe_load(draft)["columns"]["order_id"] == {"from": ["Data", "Pedido"]}
    assert (revenue(source), len(items(source))) == (18, 9)


def test_a_part_of_a_status_word_may_tell_it_with_a_question(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;10,00;Cancelado pelo vendedor", "2;11/03/2024;18;A;1;10,00;Parcialmente devolvido")
    draft, source = drafted(tmp_path, written(*lines, more=";Status"))
    assert '# GUESS: of these status words only a part is known: "Cancelado pelo vendedor".' in draft
    assert statuses(source) == {"1": "cancelled"}


def test_an_order_number_with_the_customer_s_name_is_not_kept(tmp_path: Path) -> None:
    lines = ("Ana Lima 1;10/03/2024;Ana Lima;A;1;10,00", "Bia Reis 2;11/03/2024;Bia Reis;A;1;10,00")
    _, source = drafted(tmp_path, written(*lines))
    assert {row["order_id"] for row in items(source)} == {"2024-03-10-0001", "2024-03-11-0001"}


def test_one_total_throughout_the_file_is_each_line_s_own(tmp_path: Path) -> None:
    lines = [f"{n};{10 + n}/03/2024;17;{sku};1;10,00" for n in (1, 2, 3) for sku in "AB"]
    draft, source = drafted(tmp_path, written(*lines, head=HEAD.replace("Preço", "Total")))
    assert "# GUESS: all lines of the file have the same total: each its own.\nline_total_per: line" in draft
    assert revenue(source) == 60


def test_times_of_which_some_say_that_they_are_utc_are_asked_about(tmp_path: Path) -> None:
    lines = ("1;2024-03-10T10:00:00Z;17;A;1;10.00", "2;2024-03-11T10:00:00;18;A;1;10.00")
    draft = draft_of(tmp_path, written(*lines))
    assert "time_zone: UTC  # GUESS: some times say that they are UTC; of the others?" in draft


@pytest.mark.parametrize("price", ["1,23,456.00", "12,00,000.00"])
def test_amounts_in_lakhs_are_read(tmp_path: Path, price: str) -> None:
    lines = (f'1,2024-03-10,17,A,1,"{price}"', "2,2024-03-11,18,A,1,999.50")
    _, source = drafted(tmp_path, written(*lines, head="Order ID,Date,Customer,SKU,Quantity,Price"))
    assert revenue(source) == Decimal(price.replace(",", "")) + Decimal("999.50")


def test_thin_blanks_between_thousands_are_read(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;1\u2009234,50", "2;11/03/2024;18;A;1;12\u202f000,00")
    _, source = drafted(tmp_path, written(*lines))
    assert revenue(source) == Decimal("13234.50")


def test_more_than_three_digits_before_a_mark_say_that_it_is_the_decimal_one(tmp_path: Path) -> None:
    lines = ("1,2024-03-10,17,A,1,15984.590", "2,2024-03-11,18,A,1,2.150")
    draft, source = drafted(tmp_path, written(*lines, head="Pedido,Data,Cliente,SKU,Qtd,Valor Total"))
    assert "three digits behind them" not in draft and revenue(source) == Decimal("15986.740")


def test_spanish_months_are_read(tmp_path: Path) -> None:
    lines = ("1;5 de enero de 2024;17;A;1;10,00", "2;14 de septiembre de 2024;18;A;1;10,00")
    _, source = drafted(tmp_path, written(*lines))
    assert (str(source.first_day()), str(source.last_day())) == ("2024-01-05", "2024-09-14")


@pytest.mark.parametrize(
    "text, advice",
    [
        ("PAR1\x15", "is a Parquet file, expected text: give it a name that ends in .parquet"),
        ("<html><table><tr><td>Pedido</td></tr></table>", "is a web page or XML"),
        ('{"pedido": 1}\n', "is JSON, expected text: export the report as CSV"),
        ("| Pedido | Data | Qtd |\n|---|---|---|\n| 1 | 10/03/2024 | 1 |\n", "is a table for reading (Markdown)"),
        (written("# exportado em 10/03", "1;10/03/2024;17;A;1;1,00"), "has a comment on line 2"),
        (
            written("1;10/03/2024;17;A;1;1,00;", "2;11/03/2024;17;A;1;1,00;"),
            "Take the ';' out of the ends of the lines",
        ),
        (written("1;10/03/2024;17;A;1;1;00", "2;11/03/2024;17;A;1;1;00"), "some field holds ';' itself"),
        (written("un;dd/mm;x;y;un;R$", "2;11/03/2024;17;A;1;1,00"), "take it out if it is a second header"),
        (written("1;10/03/2024;Jo\0o;A;1;1,00"), "holds a NUL character on line 2"),
        (written("1;10/03/2024;17;A;1;", "2;11/03/2024;17;A;1;"), "'Preço' is named like unit_price, but it is empty"),
    ],
)
def test_a_file_of_another_kind_is_named_with_what_to_do(tmp_path: Path, text: str, advice: str) -> None:
    with pytest.raises(SourceError) as refused:
        drafted(tmp_path, text)
    assert advice in str(refused.value)


def test_one_damaged_byte_in_a_file_of_utf_8_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(
        written("1;10/03/2024;João;A;1;1,00").encode() + b"2;11/03/2024;Jos\xe9;A;1;1,00\n"
    )
    with pytest.raises(SourceError, match=r"line 3\); its other accents are UTF-8: correct that line"):
        sniff(tmp_path / "a.csv")


def test_two_encodings_in_one_folder_are_named(tmp_path: Path) -> None:
    for name, encoding in (("a.csv", "utf-8"), ("b.csv", "cp1252")):
        (tmp_path / name).write_bytes(written(f"{name};10/03/2024;17;A;1;1,00").encode(encoding))
    with pytest.raises(SourceError, match=r"a[.]csv in utf-8 and b[.]csv in cp1252"):
        sniff(tmp_path)


def test_blank_lines_around_the_header_are_passed_over(tmp_path: Path) -> None:
    _, source = drafted(tmp_path, "\n\n\n" + written("", "1;10/03/2024;17;A;1;1,00"))
    assert revenue(source) == 1


def test_days_in_both_orders_are_refused() -> None:
    text = "name: x\ncolumns: {order_id: A, ordered_at: B, product_id: C, unit_price: D}\n"
    with pytest.raises(SourceError, match="'%d/%m/%Y' and '%m/%d/%Y' read one text as two days"):
        parse_mapping(text + "format: {date_formats: ['%d/%m/%Y', '%m/%d/%Y %H:%M']}\n")
