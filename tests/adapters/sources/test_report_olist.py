"""The public Olist data, joined into one export in several ways, comes back to the cent."""

import csv
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff


def instant(column: str) -> str:
    return f"coalesce(strftime({column}::TIMESTAMP, '%d/%m/%Y %H:%M:%S'), '')"


BRAZILIAN = {
    "Nº Pedido": "order_id",
    "Item": "order_item_id",
    "Código do Cliente": "customer_unique_id",
    "CEP": "customer_zip_code_prefix",
    "Cidade": "customer_city",
    "UF": "customer_state",
    "Código do Produto": "product_id",
    "Descrição": "coalesce(product_category_name, 'sem descrição')",
    "Qtd": "'1'",
    "Valor Unitário": "replace(price, '.', ',')",
    "Frete": "replace(freight_value, '.', ',')",
    "Data do Pedido": instant("order_purchase_timestamp"),
    "Data de Aprovação": instant("order_approved_at"),
    "Data de Envio": instant("order_delivered_carrier_date"),
    "Data de Entrega": instant("order_delivered_customer_date"),
    "Situação": "order_status",
}
WITHOUT_ITEM = {header: value for header, value in BRAZILIAN.items() if header != "Item"}
AS_PUBLISHED = {
    name: name
    for name in (
        "order_id",
        "product_id",
        "seller_id",
        "shipping_limit_date",
        "price",
        "freight_value",
        "customer_id",
        "customer_unique_id",
        "customer_zip_code_prefix",
        "customer_city",
        "customer_state",
        "order_status",
        "order_purchase_timestamp",
        "order_approved_at",
        "order_delivered_carrier_date",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
        "product_category_name",
    )
}
"""The names of Olist's own files, with neither a quantity nor a line number: equal lines are several pieces."""


def write_export(olist: Path, path: Path, columns: Mapping[str, str], *, most_lines: int = 1_000_000) -> None:
    """Join orders, items, customers and products into one export, one line per order line.

    Headers in Portuguese are written as a Brazilian spreadsheet does, the published ones as plain CSV.
    """
    file = {
        name: f"read_csv('{olist}/olist_{name}_dataset.csv', all_varchar = true) AS {name}"
        for name in ("orders", "order_items", "customers", "products")
    }
    lines = (
        duckdb.connect()
        .execute(f"""
        SELECT {", ".join(columns.values())}
        FROM {file["order_items"]} JOIN {file["orders"]} USING (order_id) JOIN {file["customers"]} USING (customer_id)
        LEFT JOIN {file["products"]} USING (product_id)
        ORDER BY order_purchase_timestamp, order_id, order_item_id::INTEGER LIMIT {most_lines}
    """)
        .fetchall()
    )
    encoding, delimiter = ("utf-8", ",") if columns is AS_PUBLISHED else ("cp1252", ";")
    with path.open("w", encoding=encoding, newline="") as export:
        writer = csv.writer(export, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows(lines)


@pytest.mark.parametrize(
    "columns, duplicates",
    [(BRAZILIAN, "quarantine"), (WITHOUT_ITEM, "keep"), (AS_PUBLISHED, "keep")],
    ids=["brazilian", "brazilian without a line number", "as published, without a line number and a quantity"],
)
def test_olist_as_one_export_keeps_every_line_and_cent(
    columns: Mapping[str, str], duplicates: str, olist_dir: Path, tmp_path: Path
) -> None:
    write_export(olist_dir, tmp_path / "vendas.csv", columns)
    (tmp_path / "mapping.yml").write_text(sniff(tmp_path / "vendas.csv"), encoding="utf-8")
    mapping = load_mapping(tmp_path / "mapping.yml")
    assert mapping.duplicates == duplicates
    source = ReportSource(tmp_path / "vendas.csv", mapping)
    chunks = list(source.changes(source.first_day(), source.last_day()))
    rejected = sum(chunk.rejected.num_rows for chunk in chunks)
    assert (source.lines_read, rejected, source.notes) == (112_650, 0, [])
    items = pa.concat_tables([chunk.tables["order_items"] for chunk in chunks])
    connection = duckdb.connect()
    connection.register("items", items)
    ((lines, revenue, freight),) = connection.execute("""
        SELECT count(*), sum(quantity::DECIMAL(18, 3) * unit_price_brl::DECIMAL(18, 4))::DECIMAL(18, 2)::VARCHAR,
            sum(freight_brl::DECIMAL(18, 2))::VARCHAR
        FROM (FROM items QUALIFY changed_date = max(changed_date) OVER (PARTITION BY order_id))
    """).fetchall()
    assert (lines, revenue, freight) == (112_650, "13591643.70", "2251909.54")
    customers = {row["customer_id"] for chunk in chunks for row in chunk.tables["customers"].to_pylist()}
    assert len(customers) == 95_420


def test_olist_cut_in_the_middle_of_a_line_is_refused(olist_dir: Path, tmp_path: Path) -> None:
    write_export(olist_dir, tmp_path / "vendas.csv", BRAZILIAN, most_lines=20_000)
    (tmp_path / "mapping.yml").write_text(sniff(tmp_path / "vendas.csv"), encoding="utf-8")
    content = (tmp_path / "vendas.csv").read_bytes()
    end = content.index(b";", len(content) // 2)
    (tmp_path / "vendas.csv").write_bytes(content[: end + 2])
    with pytest.raises(SourceError, match="is cut short"):
        ReportSource(tmp_path / "vendas.csv", load_mapping(tmp_path / "mapping.yml"))
