"""The documentation of the report source names every key, and its examples work."""

import re
from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.sources.report import ReportSource, load_mapping
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.loading import parse_mapping
from eshop_dagster.adapters.sources.report.mapping import Columns, Constants, ReportMapping, Signs
from eshop_dagster.adapters.sources.report.signs import ReturnSigns

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "report-source.md").read_text(encoding="utf-8")
EXAMPLE = DOCS / "examples" / "report-mapping.yml"


@pytest.mark.parametrize("part", [ReportMapping, Columns, Format, Signs, Constants])
def test_every_key_is_explained(part: type[ReportMapping]) -> None:
    keys = [field.alias or name for name, field in part.model_fields.items()]
    assert [key for key in keys if not re.search(rf"`{key}[`:]|^## {key}$", PAGE, re.MULTILINE)] == []


def test_every_mapping_on_the_page_loads() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert [parse_mapping(block).name for block in blocks] == ["my-shop", "my-shop"]


def test_the_example_shows_every_column_and_format_key() -> None:
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert set(Columns.model_fields) - set(example["columns"]) == {"unit_price", "ordered_at", "channel"}
    assert set(example["format"]) == set(Format.model_fields)
    assert {field.alias or name for name, field in ReportMapping.model_fields.items()} == set(example)


def test_the_example_states_the_defaults(tmp_path: Path) -> None:
    stated = dict(re.findall(r"^  (\w+):.*# \[(true|false|0|utf-8)\]", EXAMPLE.read_text(), re.MULTILINE))
    assert stated == {
        "encoding": Format().encoding,
        "header": str(Format().header).lower(),
        "last_line_break": str(Format().last_line_break).lower(),
        "skip_lines": str(Format().skip_lines),
        "negative_parentheses": str(Format().negative_parentheses).lower(),
        "credit_notes": str(ReturnSigns().credit_notes).lower(),
    }


def test_a_report_is_read_by_the_example(tmp_path: Path) -> None:
    mapping = load_mapping(EXAMPLE)
    row = {
        "Nº Pedido": "1001",
        "Item": "1",
        "Código do Cliente": "77",
        "Código do Produto": "A-1",
        "Produto": "Café",
        "Categoria": "Bebidas",
        "Qtd": "3",
        "Valor Total": "R$ 1.000,00",
        "Desconto": "0,00",
        "Total do Pedido": "R$ 1.000,00",
        "Moeda": "BRL",
        "Frete": "n/d",
        "Data": "05/03/2024",
        "Hora": "10:00",
        "Situação": "ENTREGUE",
        "Cancelado em": "",
        "UF": "são paulo",
        "Cidade": "Santos",
        "CEP": "01037-000",
        "Pago em": "05/03/2024 10:01",
        "Enviado em": "06/03/2024",
        "Entregue em": "08/03/2024 17:30",
        "Prazo": "10/03/2024",
        "Vendedor": "-",
        "Pagamento": "pix",
        "Parcelas": "1",
        "Valor Pago": "R$ 1.000,00",
        "Cliente": "Ana",
        "E-mail": "ana@example.com",
        "CPF": "01234567890",
        "Telefone": "(11) 98765-4321",
    }
    report = tmp_path / "vendas.csv"
    report.write_text(";".join(row) + "\r\n" + ";".join(row.values()) + "\r\n", encoding="cp1252", newline="")
    source = ReportSource(report, mapping)
    *_, last = [
        chunk.tables for day in (5, 6, 8) for chunk in source.changes(*[source.first_day().replace(day=day)] * 2)
    ]
    (order,) = last["orders"].drop_columns(["changed_date", "ordered_at"]).to_pylist()
    assert order == {
        "order_id": "1001",
        "status": "delivered",
        "customer_id": "77",
        "channel": "store",
        "approved_at": "2024-03-05 13:01:00.000000+00",
        "shipped_at": "2024-03-06 03:00:00.000000+00",
        "delivered_at": "2024-03-08 20:30:00.000000+00",
        "promised_date": "2024-03-10",
        "state": "SP",
        "city": "Santos",
    }
    items = last["order_items"].select(["line_number", "quantity", "unit_price_brl", "seller_id", "freight_brl"])
    assert [tuple(item.values()) for item in items.to_pylist()] == [
        ("1", "2.000", "333.3300", None, None),
        ("2", "1.000", "333.3400", None, None),
    ]
    assert last["payments"].select(["method", "installments", "amount_brl"]).to_pylist() == [
        {"method": "pix", "installments": "1", "amount_brl": "1000.00"}
    ]
