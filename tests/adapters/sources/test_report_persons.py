"""One person in several spellings is one customer, and a word for nobody is a guest."""

from pathlib import Path

import pytest

from .test_report_orders import line, report, rows


def customers(folder: Path, texts: list[str], field: str = "cpf") -> list[str | None]:
    """The customer of one order for each text."""
    lines = [line(order_id=str(n), **{field: text}) for n, text in enumerate(texts)]
    return [found for (found,) in rows(report(folder, lines, columns={"customer_id": field}), "orders", "customer_id")]


def test_a_cpf_in_three_spellings_is_one_customer(tmp_path: Path) -> None:
    assert customers(tmp_path, ["012.345.678-90", "01234567890", "1234567890"]) == ["01234567890"] * 3


@pytest.mark.parametrize(
    "text, expected",
    [
        ("11.222.333/0001-81", "11222333000181"),
        ("1222333", "1222333"),
        ("1234567891", "1234567891"),
        ("987.654.321-99", "98765432199"),
        ("AB-12", "AB-12"),
    ],
)
def test_zeros_are_added_only_where_the_check_digits_agree(tmp_path: Path, text: str, expected: str) -> None:
    assert customers(tmp_path, [text]) == [expected]


def test_an_address_in_three_cases_is_one_customer(tmp_path: Path) -> None:
    texts = ["ana@loja.example", "Ana@loja.example", "ANA@LOJA.EXAMPLE "]
    assert customers(tmp_path, texts, "email") == ["ana@loja.example"] * 3
    assert customers(tmp_path, texts, "customer_id") == ["ana@loja.example"] * 3


def test_words_for_nobody_are_guests(tmp_path: Path) -> None:
    texts = ["CONSUMIDOR FINAL", "0", "000.000.000-00", "00000000000", "Cliente Balcão", "7"]
    assert customers(tmp_path, texts, "customer_id") == [None] * 5 + ["7"]
    named = [line(customer_id="1", name="Consumidor Final"), line(order_id="2", customer_id="2", name="Ana")]
    assert rows(report(tmp_path, named), "orders", "customer_id") == [(None,), ("2",)]
    kept = report(tmp_path, [line(customer_id="0")], guest_words=[])
    assert rows(kept, "orders", "customer_id") == [("0",)]
