"""A report written to a file, and read by the very mapping that is drafted from it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff
from eshop_dagster.adapters.sources.report.sniffing.decisions import decide
from eshop_dagster.adapters.sources.report.sniffing.draft import draft
from eshop_dagster.adapters.sources.report.sniffing.sample import read_sample

HEAD = "Pedido;Data;Cliente;SKU;Qtd;Preço"


def written(*lines: str, more: str = "", head: str = HEAD) -> str:
    """A report of lines behind a header, which has further columns behind the usual ones."""
    return "\n".join((head + more, *lines, ""))


def drafted(folder: Path, text: str, encoding: str = "utf-8") -> tuple[str, ReportSource]:
    """The draft for a report, and the report read by that very draft."""
    report = folder / "vendas 2024.csv"
    report.write_bytes(text.encode(encoding))
    text = sniff(report)
    (folder / "mapping.yml").write_text(text, encoding="utf-8")
    return text, ReportSource(report, load_mapping(folder / "mapping.yml"))


def draft_of(folder: Path, text: str, name: str = "vendas 2024.csv") -> str:
    """The draft for a report, as it is before it is tried."""
    report = folder / name
    report.write_text(text, encoding="utf-8")
    sample = read_sample(report)
    return draft(sample, decide(sample))


def revenue(source: ReportSource) -> Decimal:
    """The sum over each order's last version."""
    lines = {}
    for chunk in source.changes(source.first_day(), source.last_day()):
        for row in chunk.tables["order_items"].to_pylist():
            lines[row["order_id"], row["line_number"]] = Decimal(row["quantity"]) * Decimal(row["unit_price_brl"])
    return sum(lines.values(), Decimal())


def items(source: ReportSource) -> list[dict[str, Any]]:
    """All order items, day by day."""
    chunks = source.changes(source.first_day(), source.last_day())
    return [row for chunk in chunks for row in chunk.tables["order_items"].to_pylist()]


def pieces(source: ReportSource) -> dict[tuple[str, str], str]:
    """Quantity by order and line number."""
    return {(row["order_id"], row["line_number"]): row["quantity"] for row in items(source)}


def statuses(source: ReportSource) -> dict[str, str]:
    chunks = source.changes(source.first_day(), source.last_day())
    return {row["order_id"]: row["status"] for chunk in chunks for row in chunk.tables["orders"].to_pylist()}
