"""Olist's orders, joined into one plain sales report, must give the revenue that its own tables give."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from eshop_dagster.adapters.sources import open_source
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.adapters.sources.report import sniff
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import pull

from .conftest import eshop

_JOIN = """
    COPY (
        SELECT o.order_id AS "Nº Pedido", c.customer_unique_id AS "Cliente", o.order_status AS "Status",
            strftime(o.order_purchase_timestamp::TIMESTAMP, '%d/%m/%Y %H:%M:%S') AS "Data do Pedido",
            i.product_id AS "Produto", p.product_category_name AS "Categoria", 1 AS "Qtd",
            replace(i.price, '.', ',') AS "Valor Unitário", replace(i.freight_value, '.', ',') AS "Frete",
            c.customer_state AS "Estado", c.customer_city AS "Cidade"
        FROM read_csv('{folder}/olist_order_items_dataset.csv', all_varchar = true) i
        JOIN read_csv('{folder}/olist_orders_dataset.csv', all_varchar = true) o USING (order_id)
        JOIN read_csv('{folder}/olist_customers_dataset.csv', all_varchar = true) c USING (customer_id)
        LEFT JOIN read_csv('{folder}/olist_products_dataset.csv', all_varchar = true) p USING (product_id)
        ORDER BY o.order_purchase_timestamp, o.order_id, i.order_item_id
    ) TO '{file}' (HEADER, DELIMITER ';')
"""


def test_a_report_joined_from_olist_gives_the_same_revenue_to_the_cent(olist_dir: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "vendas.csv", tmp_path / "vendas.yml"
    duckdb.sql(_JOIN.format(folder=olist_dir, file=file))
    mapping.write_text(sniff(file), encoding="utf-8")
    opened = open_source(ReportConfig(path=file, mapping=mapping), yesterday())
    platform = Platform(Settings(home=tmp_path / "home"), Params())
    report = pull(platform, opened, opened.source.first_day(), opened.source.last_day(), only_new=False)
    assert report.accepted["order_items"] == 112_650
    assert sum(report.quarantined.values()) == 0
    build_warehouse(platform)
    totals = platform.warehouse.read(
        "SELECT count(*) AS orders, sum(sold_brl) AS sold, sum(freight_brl) AS freight, sum(revenue_brl) AS revenue,"
        " count(*) FILTER (WHERE NOT is_cancelled) AS kept FROM fct_orders"
    ).to_pylist()[0]
    assert totals["sold"] == Decimal("13591643.70")
    assert totals["freight"] == Decimal("2251909.54")
    assert totals["revenue"] == Decimal("13494400.74")
    assert totals["kept"] == 98_199


@pytest.mark.parametrize(
    ("content", "mapping_line", "expected"),
    [
        ("pedido;data;produto;qtd;preco\n1;01/02/2024;a;1;2,50\n", "order_id: numero", "numero"),
        ("pedido;data;produto;qtd;preco\n1;01/02/2024;a;1;2,50\n2;01/02", "order_id: pedido", "cut short"),
        ("pedido;data;produto;qtd;preço\n1;01/02/2024;a;1;2,50\n", "order_id: pedido", "utf-8"),
    ],
    ids=["a column that is not there", "cut in mid-line", "latin-1 where utf-8 is said"],
)
def test_a_report_that_cannot_be_read_ends_in_one_sentence(
    tmp_path: Path, content: str, mapping_line: str, expected: str
) -> None:
    file, mapping, home = tmp_path / "r.csv", tmp_path / "r.yml", tmp_path / "home"
    file.write_bytes(content.encode("latin-1"))
    mapping.write_text(
        "name: vendas\nformat: {delimiter: ';', encoding: utf-8, decimal: ',', date_formats: ['%d/%m/%Y']}\n"
        f"columns:\n  {mapping_line}\n  ordered_at: data\n  product_id: produto\n  quantity: qtd\n  unit_price: preco\n"
    )
    done = eshop("run", "--source", "report", "--path", file, "--mapping", mapping, "--home", home, check=False)
    assert done.returncode == 1
    assert expected in done.stderr.lower()
    assert not (home / "published").exists()
