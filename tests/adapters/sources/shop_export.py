"""A Brazilian shop's sales report, written in the ways in which such files come."""

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.sources.report import ReportMapping, ReportSource

Line = dict[str, str]

FIELDS = {
    "order_id": "Pedido",
    "ordered_at": "Data",
    "customer_id": "Cliente",
    "name": "Nome",
    "cpf": "CPF",
    "zip_prefix": "CEP",
    "city": "Cidade",
    "product_id": "Código",
    "product_name": "Descrição",
    "quantity": "Qtd",
    "unit_price": "Preço",
}
HEADERS = list(FIELDS.values())
DESCRIPTIONS = ("Caneca", "Xícara; azul", 'Copo "Açaí"', "Kit:\n2 pratos\n1 bule", "Pão de mel, 100 g")
BRAZILIAN = {
    "delimiter": ";",
    "decimal": ",",
    "thousands": ".",
    "currency_prefix": "R$",
    "date_formats": ["%d/%m/%Y"],
}


def brazilian(amount: Decimal) -> str:
    """An amount as `R$ 1.234,56`."""
    return "R$ " + f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def lines(count: int = 30, money: Callable[[Decimal], str] = brazilian, date: str = "{0:02d}/03/2024") -> list[Line]:
    """Order lines of ten a day, of two lines an order: ids, CPFs and CEPs begin with zeros."""
    return [
        {
            "Pedido": f"{number // 2 + 1:07d}",
            "Data": date.format(number // 10 + 1),
            "Cliente": f"{number // 2 % 7 + 1:03d}",
            "Nome": f"José Conceição {number // 2 % 7 + 1}",
            "CPF": f"{number // 2 % 7 + 1:011d}",
            "CEP": f"{1000 + number // 2 % 7:05d}-000",
            "Cidade": "São Paulo",
            "Código": f"{number % 5:04d}",
            "Descrição": DESCRIPTIONS[number % 5],
            "Qtd": str(number % 3 + 1),
            "Preço": money(Decimal(123456 + 1037 * number) / 100),
        }
        for number in range(count)
    ]


def text(rows: Sequence[Line], headers: Sequence[str] = HEADERS, *, line_end: str = "\n", **dialect: Any) -> str:
    """The report as CSV, with quotes where they are needed."""
    out = io.StringIO(newline="")
    # With another line end the writer leaves a line break inside a field without quotes.
    writer = csv.writer(out, **{"delimiter": ";", "lineterminator": "\r\n", **dialect})
    writer.writerow(headers)
    writer.writerows([row[header] for header in headers] for row in rows)
    return out.getvalue().replace("\r\n", line_end)


def mapping(form: dict[str, Any] | None = None, **more: Any) -> ReportMapping:
    """The mapping that fits `lines` and `text` as they are by default."""
    columns = FIELDS | more.pop("columns", {})
    return ReportMapping.model_validate({"name": "loja", "columns": columns, "format": BRAZILIAN | (form or {})} | more)


def report(folder: Path, files: str | bytes | dict[str, str | bytes], use: ReportMapping | None = None) -> ReportSource:
    """A source over `vendas.csv` with the given content, or over a folder of the given files."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in ({"vendas.csv": files} if isinstance(files, str | bytes) else files).items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return ReportSource(folder, use or mapping())
