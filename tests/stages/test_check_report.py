"""`eshop report check` tells what a load would bring, and what to do about the rest."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eshop_dagster.adapters.raw_intake import Limits
from eshop_dagster.cli.main import app
from eshop_dagster.stages.check_report import Question, ReportCheck, check_report, open_questions

MAPPING = """\
name: shop
columns:
  order_id: Pedido
  ordered_at: Data
  # GUESS: no customer number, so the name tells customers apart.
  customer_id: Cliente
  product_id: SKU
  quantity: Qtd
  unit_price: Preço
  discount: Desconto
  freight: Frete
  # TODO status: no column was found (every order has the default_status below).
format:
  delimiter: ;
  date_formats: ["%d/%m/%Y"]
"""
HEADER = "Pedido;Data;Cliente;SKU;Qtd;Preço;Desconto;Frete"
LINES = (
    "1;05/03/2024;Ana;A;2;10.00;1.50;4.00",
    "2;06/03/2024;;A;1;10.00;0.00;0.00",
    "3;07/03/2024;Ana;B;1;30.00;0.00;2.00",
    "4;08/03/2024;Bia;B;x;30.00;0.00;0.00",
)


def checked(folder: Path, *lines: str, more: str = "") -> ReportCheck:
    """What the check says of a small report; `more` is added to its mapping."""
    return check_report(*written(folder, *lines, more=more), Limits())


def written(folder: Path, *lines: str, more: str = "") -> tuple[Path, Path]:
    """A small report and its mapping, as files."""
    report, mapping = folder / "vendas.csv", folder / "mapping.yml"
    report.write_text("\n".join([HEADER, *(lines or LINES), ""]), encoding="utf-8")
    mapping.write_text(MAPPING + more, encoding="utf-8")
    return report, mapping


def test_orders_persons_days_and_sums_are_those_of_the_loaded_lines(tmp_path: Path) -> None:
    found = checked(tmp_path)
    assert (found.orders, found.customers, found.guests) == (3, 1, 1)
    assert (found.first_day, found.last_day) == (date(2024, 3, 5), date(2024, 3, 7))
    balance = found.balance
    assert (balance.lines_read, balance.lines_loaded, balance.lines_quarantined) == (4, 3, 1)
    assert (balance.loaded_brl, balance.discount_brl) == (Decimal("58.50"), Decimal("1.50"))
    assert balance.freight_brl == Decimal("6.00")
    assert found.refusal == ""


def test_a_reason_comes_with_an_example_and_the_column_to_mend(tmp_path: Path) -> None:
    (bad,) = checked(tmp_path).bad
    assert (bad.table, bad.reason, bad.rows) == ("order_items", "unreadable:quantity", 1)
    assert bad.example == LINES[3]
    assert bad.remedy.startswith("'Qtd' is no number as format.decimal")


def test_lines_of_negative_prices_count_as_discounts_where_the_mapping_says_so(tmp_path: Path) -> None:
    lines = ("1;05/03/2024;Ana;A;1;10.00;0.00;0.00", "1;05/03/2024;Ana;CUPOM;1;-2.00;0.00;0.00")
    balance = checked(tmp_path, *lines, more="negative_price: discount\n").balance
    assert (balance.loaded_brl, balance.discount_brl) == (Decimal("8.00"), Decimal("2.00"))


def test_a_report_that_a_load_would_refuse_says_why(tmp_path: Path) -> None:
    lines = ("1;05/03/2024;Ana;A;1;10.00;0.00;0.00", "1;05/04/2024;Bia;A;1;10.00;0.00;0.00")
    found = checked(tmp_path, *lines)
    assert found.refusal.startswith("2 of 2 rows of order_items break the raw contract")
    (bad,) = found.bad
    assert "order_id: {from: [Data, Pedido]}" in bad.remedy and "days_within_order: 30" in bad.remedy
    assert (found.orders, found.first_day, found.last_day) == (0, None, None)


def test_payments_without_a_method_are_seen_before_a_load(tmp_path: Path) -> None:
    report, mapping = written(tmp_path)
    mapping.write_text(MAPPING.replace("  freight: Frete\n", "  payment_amount: Frete\n"), encoding="utf-8")
    found = check_report(report, mapping, Limits())
    assert found.refusal.startswith("3 of 3 rows of payments")
    assert any("'Frete' is taken for a payment" in bad.remedy for bad in found.bad)


def test_open_questions_carry_their_whole_sentence_and_the_key_that_they_decide() -> None:
    text = (
        "# Check every line with GUESS or TODO before you load.\n# TODO 'Tipo' is not loaded.\nname: x\n"
        "# GUESS: negative quantities are credit notes. If not,\n# move the signs.\nreturn:\n"
        "time_zone: UTC  # GUESS: see above.\n  # TODO state: no column was found (places).\n"
        '  #   "Desconto %" (TODO: no amounts)\n'
    )
    assert list(open_questions(text)) == [
        Question(2, "TODO 'Tipo' is not loaded.", ""),
        Question(4, "GUESS: negative quantities are credit notes. If not, move the signs.", "return:"),
        Question(7, "GUESS: see above.", "time_zone: UTC"),
        Question(9, '"Desconto %" (TODO: no amounts)', ""),
    ]


@pytest.mark.parametrize(
    "lines, code, verdict",
    [
        (LINES, 0, "a load would be taken, and 1 lines of the mapping are still to decide"),
        (LINES[3:], 1, "a load would be refused: 1 of 1 rows of order_items break the raw contract"),
    ],
)
def test_the_command_prints_questions_and_the_verdict(
    tmp_path: Path, lines: tuple[str, ...], code: int, verdict: str
) -> None:
    done = CliRunner().invoke(app, ["report", "check", *map(str, written(tmp_path, *lines))])
    assert done.exit_code == code
    assert "  decides: customer_id: Cliente" in done.output
    assert "no column was found for: status" in done.output
    assert done.output.strip().splitlines()[-1].startswith(verdict)


def test_the_command_speaks_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["report", "check", *map(str, written(tmp_path)), "--json"])
    content = json.loads(done.output)
    assert (content["balance"]["loaded_brl"], content["orders"], content["refusal"]) == ("58.50", 3, "")
    assert not (tmp_path / "data").exists() and len(list(tmp_path.iterdir())) == 2
