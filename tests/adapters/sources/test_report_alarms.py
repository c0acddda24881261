"""What may make the money or the people wrong is said at the top of a draft, or loads right."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportSource
from eshop_dagster.adapters.sources.report.loading import parse_mapping

from .report_drafts import HEAD, draft_of, drafted, items, pieces, revenue, statuses, written


def customers(source: ReportSource) -> list[str | None]:
    """Of each order its customer; None for a guest."""
    chunks = source.changes(source.first_day(), source.last_day())
    return [row["customer_id"] for chunk in chunks for row in chunk.tables["orders"].to_pylist()]


@pytest.mark.parametrize(
    "header, values, seen, remedy",
    [
        ("Motivação", ("", "Devolução"), "'Devolução' on 1", "map it as status"),
        ("Data Devolução", ("", "13/03/2024"), "texts on 1", "give them a word of the status"),
        ("Qtd Devolvida", ("0", "2"), "a sum of 2.00 on 1", "take it off the quantities or prices"),
        ("Refunded Amount", ("0,00", "15,00"), "a sum of 15.00 on 1", "take it off the quantities or prices"),
        ("Movimento", ("Saída", "Crédito"), "'Saída', 'Crédito' on 2", "map it as status"),
    ],
)
def test_a_column_that_undoes_sales_and_is_not_loaded_is_asked_about(
    tmp_path: Path, header: str, values: tuple[str, str], seen: str, remedy: str
) -> None:
    one, two = values
    text = written(f"1;10/03/2024;17;A;1;100,00;{one}", f"2;11/03/2024;18;B;2;50,00;{two}", more=f";{header}")
    draft = draft_of(tmp_path, text)
    (alarm,) = [line for line in draft.splitlines() if line.startswith("# TODO") and repr(header) in line]
    assert f"is not loaded, and may change what was sold: it holds {seen} of 2 lines." in alarm and remedy in alarm
    assert draft.index(alarm) < draft.index("\nname:")


@pytest.mark.parametrize(
    "header, words, state, sold",
    [
        ("Tipo", ("Venda", "Devolução"), "returned", 60),
        ("Natureza da Operação", ("VENDA", "REMESSA P/ CONSERTO"), "cancelled", 140),
        ("Cancelado", ("Não", "Sim"), "cancelled", 140),
        ("Event Type", ("Payment", "Refund"), "returned", 60),
    ],
)
def test_a_column_that_says_which_lines_are_no_sales_stands_in_for_the_status(
    tmp_path: Path, header: str, words: tuple[str, str], state: str, sold: int
) -> None:
    one, two = words
    text = written(f"1;10/03/2024;17;A;1;100,00;{one}", f"2;11/03/2024;17;A;2;20,00;{two}", more=f";{header}")
    draft, source = drafted(tmp_path, text)
    assert "  # GUESS: it says which lines are no sales" in draft
    assert statuses(source) == {"1": "delivered", "2": state}
    assert revenue(source) == source.balance.read_brl == sold


@pytest.mark.parametrize("header", ["Data Cancelamento", "Cancelled at", "Data e hora do cancelamento"])
def test_a_day_of_cancellation_is_known_by_its_name(tmp_path: Path, header: str) -> None:
    draft = draft_of(tmp_path, written("1;10/03/2024;17;A;1;100,00;13/03/2024", more=f";{header}"))
    assert "  # GUESS: an order with a text in it is cancelled" in draft


@pytest.mark.parametrize("status, without", [("Pago", "approved"), (None, "delivered")])
def test_an_order_with_a_day_of_cancellation_is_cancelled(tmp_path: Path, status: str | None, without: str) -> None:
    more, word = (";Status", f";{status}") if status else ("", "")
    lines = (f"1;10/03/2024;17;A;1;100,00;{word}", f"2;11/03/2024;17;A;2;20,00;13/03/2024{word}")
    _, source = drafted(tmp_path, written(*lines, more=f";Cancelado em{more}"))
    assert statuses(source) == {"1": without, "2": "cancelled"}


def test_credit_notes_of_negative_amounts_are_not_turned_again(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;100,00;Venda", "2;11/03/2024;17;A;-2;20,00;Devolução")
    draft, source = drafted(tmp_path, written(*lines, more=";Tipo"))
    assert "credit_notes" not in draft and revenue(source) == 60


def test_line_totals_of_credit_notes_are_turned_with_their_pieces(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;100,00;Venda", "2;11/03/2024;17;A;2;40,00;Devolução")
    _, source = drafted(tmp_path, written(*lines, more=";Tipo", head=HEAD.replace("Preço", "Valor Total")))
    assert [Decimal(quantity) for quantity in pieces(source).values()] == [1, -2]
    assert revenue(source) == source.balance.loaded_brl == 60


def test_credit_notes_need_the_words_that_say_which_they_are() -> None:
    text = (
        "name: x\ncolumns: {order_id: A, ordered_at: B, product_id: C, unit_price: D}\nreturn: {credit_notes: true}\n"
    )
    with pytest.raises(SourceError, match=r"return[.]credit_notes needs return[.]statuses and a status column"):
        parse_mapping(text)


def test_a_column_of_refunds_that_has_none_is_not_asked_about(tmp_path: Path) -> None:
    draft = draft_of(tmp_path, written("1;10/03/2024;17;A;1;100,00;0,00;Não", more=";Refunded Amount;Cancelado"))
    assert "may change what was sold" not in draft


@pytest.mark.parametrize("header, word", [("Desconto", "-"), ("Desconto", "n/d"), ("Frete", "Grátis")])
def test_dashes_and_words_for_none_beside_amounts_are_empty(tmp_path: Path, header: str, word: str) -> None:
    lines = (f"{n};10/03/2024;17;A;1;100,00;{word if n > 6 else '5,00'}" for n in range(1, 9))
    draft, source = drafted(tmp_path, written(*lines, more=f";{header}"))
    assert yaml.safe_load(draft)["format"]["empty_words"] == [word]
    assert revenue(source) == (770 if header == "Desconto" else 800)
    assert source.balance.freight_brl == (0 if header == "Desconto" else 30)


def test_a_price_is_a_piece_s_where_it_is_the_same_at_any_quantity_and_a_line_s_where_it_grows(tmp_path: Path) -> None:
    same = ("1;10/03/2024;17;A;1;10,00", "2;11/03/2024;18;A;3;10,00", "3;12/03/2024;18;A;2;10,00")
    draft, source = drafted(tmp_path, written(*same, head=HEAD.replace("Preço", "Valor")))
    assert "  # GUESS: of 1 products it is the same at any quantity; else write line_total in place" in draft
    assert revenue(source) == 60
    grows = ("1;10/03/2024;17;A;1;10,00", "2;11/03/2024;18;A;3;30,00", "3;12/03/2024;18;B;2;7,00")
    draft, source = drafted(tmp_path, written(*grows))
    assert "  # GUESS: of 1 products it grows with the quantity; else write unit_price in place" in draft
    assert revenue(source) == 47
    draft, source = drafted(tmp_path, written(*same[:2]))
    assert "it grows" not in draft and revenue(source) == 40


def test_a_price_whose_name_says_what_it_is_is_asked_about_only(tmp_path: Path) -> None:
    grows = ("1;10/03/2024;17;A;1;10,00", "2;11/03/2024;18;A;3;30,00")
    draft, source = drafted(tmp_path, written(*grows, head=HEAD.replace("Preço", "Preço Unitário")))
    assert "  # GUESS: of 1 products it grows with the quantity: if so, write line_total" in draft
    assert revenue(source) == 100


def test_lines_of_totals_freight_and_components_are_asked_about(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;60,00", "1;10/03/2024;17;TOTAL DO PEDIDO;1;60,00", "1;10/03/2024;17;FRETE;1;15,00")
    draft = draft_of(tmp_path, written(*lines))
    assert "# TODO 1 lines have a total for a product in 'SKU'" in draft
    assert "# TODO 1 lines have a product in 'SKU' that is named like freight" in draft
    lines = ("1;10/03/2024;17;K;1;99,00;Kit", "1;10/03/2024;17;A;1;99,00;Componente")
    draft = draft_of(tmp_path, written(*lines, more=";Espécie"))
    assert "# TODO 'Espécie' tells kits from their components" in draft


@pytest.mark.parametrize("header", ["Série", "Canal"])
def test_one_number_in_two_series_or_channels_is_two_orders(tmp_path: Path, header: str) -> None:
    text = written("1;10/03/2024;17;A;1;60,00;A1", "1;10/03/2024;17;B;1;40,00;B2", more=f";{header}")
    draft, source = drafted(tmp_path, text)
    assert f"# GUESS: the same numbers stand in several of {header!r}, so both make the order." in draft
    assert {row["order_id"] for row in items(source)} == {"A1|1", "B2|1"}


@pytest.mark.parametrize("days", [range(1, 21), (5, 25, 26)])
def test_days_whose_last_part_alone_changes_freely_have_their_year_first(tmp_path: Path, days: range) -> None:
    lines = (f"{n};24/03/{n:02};17;A;1;10,00" for n in days)
    draft, source = drafted(tmp_path, written(*lines))
    assert "# GUESS: only the last part of the dates changes freely" in draft
    assert (source.first_day(), source.last_day()) == (date(2024, 3, days[0]), date(2024, 3, days[-1]))


def test_days_of_a_few_years_keep_their_year_last(tmp_path: Path) -> None:
    lines = (f"{n};{n:02}/03/{20 + n // 8};17;A;1;10,00" for n in range(1, 29))
    draft = draft_of(tmp_path, written(*lines))
    assert yaml.safe_load(draft)["format"]["date_formats"] == ["%d/%m/%y"]


def test_an_order_s_number_goes_before_its_lines_transaction(tmp_path: Path) -> None:
    head = "Transaction ID;Order ID;Date;SKU;Quantity;Price"
    draft, source = drafted(tmp_path, written("9;1;2024-03-10;A;1;10.00", "8;1;2024-03-10;B;1;5.00", head=head))
    assert yaml.safe_load(draft)["columns"]["order_id"] == "Order ID"
    assert {row["order_id"] for row in items(source)} == {"1"}


def test_excel_s_formula_of_a_text_is_the_text(tmp_path: Path) -> None:
    lines = ('="0001";10/03/2024;="52998224725";="007";1;10,00', "0002;11/03/2024;529.982.247-25;007;1;20,00")
    _, source = drafted(tmp_path, written(*lines, head=HEAD.replace("Cliente", "CPF")))
    assert {(row["order_id"], row["product_id"]) for row in items(source)} == {("0001", "007"), ("0002", "007")}
    assert len(set(customers(source))) == 1


def test_marks_for_nothing_and_a_cpf_of_one_digit_are_guests(tmp_path: Path) -> None:
    words = ("-", "N/A", "n.a.", "Não informado", "99999999999", "111.111.111-11", "529.982.247-25")
    lines = (f"{n};10/03/2024;{word};A;1;10,00" for n, word in enumerate(words, 1))
    _, source = drafted(tmp_path, written(*lines, head=HEAD.replace("Cliente", "CPF")))
    assert [person is None for person in customers(source)] == [True] * 6 + [False]


@pytest.mark.parametrize(
    "line, reason",
    [("1;7891234567890,00", "rule:unit_price_brl"), ("7891234567890;1,00", "implausible:quantity")],
)
def test_a_bar_code_in_a_cell_of_money_or_pieces_takes_its_order_along_and_no_other(
    tmp_path: Path, line: str, reason: str
) -> None:
    lines = [f"{n};10/03/2024;17;A;1;10,00" for n in range(2, 30)]
    _, source = drafted(tmp_path, written(f"1;10/03/2024;17;A;{line}", *lines))
    assert revenue(source) == Decimal(280)
    rejected = [chunk.rejected["reason"].to_pylist() for chunk in source.changes(source.first_day(), source.last_day())]
    assert rejected == [[reason]]


@pytest.mark.parametrize("name", ["2024", "2024-03-05", "no", "null", "true", "0x1f"])
def test_a_report_may_have_any_name(tmp_path: Path, name: str) -> None:
    draft = draft_of(tmp_path, written("1;10/03/2024;17;A;1;10,00"), f"{name}.csv")
    assert yaml.safe_load(draft)["name"] == name


def test_a_second_column_of_the_same_meaning_that_says_something_else_is_asked_about(tmp_path: Path) -> None:
    text = written("1;16/03/2024;17;A;1;10,00;14/03/2024", "2;17/03/2024;18;A;1;10,00;17/03/2024", more=";Criado em")
    draft = draft_of(tmp_path, text)
    assert "# GUESS: ordered_at is taken from 'Data'; 'Criado em' means the same, and differs on 1 of 2 lines" in draft


def test_lines_of_several_instalments_are_asked_about(tmp_path: Path) -> None:
    text = written("1;16/03/2024;17;A;1;50,00;1/2", "1;16/03/2024;17;A;1;50,00;2/2", more=";Parcela")
    draft = draft_of(tmp_path, text)
    assert "# TODO 1 orders have lines of several 'Parcela'" in draft


def test_an_id_with_a_third_of_a_few_orders_is_asked_about(tmp_path: Path) -> None:
    lines = [f"{n};{n:02}/03/2024;{17 if n % 2 else 100 + n};A;1;10,00" for n in range(1, 25)]
    draft = draft_of(tmp_path, written(*lines, head=HEAD.replace("Cliente", "Cód. Cliente")))
    assert "TODO one id has 50% of all orders" in draft


def test_packs_whose_products_stand_below_without_their_buyer_are_asked_about(tmp_path: Path) -> None:
    lines = ("1;10/03/2024;17;A;1;60,00;Não", "2;11/03/2024;18;;1;0,00;Sim", "3;11/03/2024;;B;1;40,00;Não")
    draft = draft_of(tmp_path, written(*lines, more=";Pacote de diversos produtos"))
    assert "# TODO 1 lines are packs ('Pacote de diversos produtos')" in draft
