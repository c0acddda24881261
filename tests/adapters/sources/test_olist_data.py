"""The public Olist data set comes through whole: the last version of each order, to the cent."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.sources.olist import OlistSource

LAST_VERSIONS = "SELECT order_id, max(changed_date) AS changed_date FROM orders GROUP BY ALL"


@pytest.fixture(scope="module")
def chunks(olist_dir: Path) -> list[Changes]:
    source = OlistSource(olist_dir)
    assert (source.first_day(), source.last_day()) == (date(2016, 9, 4), date(2018, 10, 29))
    return list(source.changes(source.first_day(), source.last_day()))


@pytest.fixture(scope="module")
def log(chunks: list[Changes]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The whole change log, one table a raw table."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in chunks[0].tables:
            connection.register(name, pa.concat_tables([chunk.tables[name] for chunk in chunks]))
        yield connection


def one(log: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = log.execute(sql).fetchall()[0]
    return row


def test_every_order_and_person_is_there(log: duckdb.DuckDBPyConnection) -> None:
    assert one(log, f"SELECT count(*) FROM ({LAST_VERSIONS})") == (99_441,)
    assert one(log, "SELECT count(DISTINCT customer_id) FROM customers") == (96_096,)
    assert one(log, "SELECT count(DISTINCT customer_id), count(*) FILTER (customer_id IS NULL) FROM orders") == (
        96_096,
        0,
    )


def test_the_lines_of_the_last_versions_add_up_to_the_cent(log: duckdb.DuckDBPyConnection) -> None:
    total = one(
        log,
        "SELECT count(*), sum(unit_price_brl::DECIMAL(18, 2) * quantity), sum(freight_brl::DECIMAL(18, 2)) "
        f"FROM order_items SEMI JOIN ({LAST_VERSIONS}) USING (order_id, changed_date)",
    )
    assert total == (112_650, Decimal("13591643.70"), Decimal("2251909.54"))


def test_the_payments_of_the_last_versions_add_up_to_the_cent(log: duckdb.DuckDBPyConnection) -> None:
    total = one(
        log,
        "SELECT count(*), sum(amount_brl::DECIMAL(18, 2)) "
        f"FROM payments SEMI JOIN ({LAST_VERSIONS}) USING (order_id, changed_date)",
    )
    assert total == (103_886, Decimal("16008872.12"))


def test_the_last_versions_have_the_files_statuses(log: duckdb.DuckDBPyConnection) -> None:
    statuses = log.execute(
        f"SELECT status, count(*) FROM orders SEMI JOIN ({LAST_VERSIONS}) USING (order_id, changed_date) GROUP BY ALL"
    ).fetchall()
    assert dict(statuses) == {
        "delivered": 96_478,
        "shipped": 1_107,
        "cancelled": 625,
        "unavailable": 609,
        "invoiced": 314,
        "processing": 301,
        "created": 5,
        "approved": 2,
    }


def test_reviews_products_and_sellers_come_once(log: duckdb.DuckDBPyConnection) -> None:
    assert one(log, "SELECT count(*), count(DISTINCT (review_id, order_id)) FROM reviews") == (99_224, 99_224)
    assert one(log, "SELECT count(*), count(DISTINCT product_id) FROM products") == (32_951, 32_951)
    assert one(log, "SELECT count(*), count(DISTINCT seller_id) FROM sellers") == (3_095, 3_095)


def test_times_that_run_backwards_are_kept(log: duckdb.DuckDBPyConnection) -> None:
    backwards = one(
        log,
        "SELECT count(*) FILTER (shipped_at < approved_at), count(*) FILTER (delivered_at < shipped_at), "
        "count(*) FILTER (shipped_at < ordered_at) "
        f"FROM orders SEMI JOIN ({LAST_VERSIONS}) USING (order_id, changed_date)",
    )
    assert backwards == (1_359, 23, 166)


def test_zip_prefixes_keep_their_leading_zeros(log: duckdb.DuckDBPyConnection) -> None:
    lengths = one(log, "SELECT min(length(zip_prefix)), max(length(zip_prefix)), min(zip_prefix) FROM customers")
    assert lengths == (5, 5, "01003")
    assert one(log, "SELECT min(zip_prefix) FROM sellers") == ("01001",)


def test_the_byte_order_mark_of_the_translation_costs_no_category(log: duckdb.DuckDBPyConnection) -> None:
    translated = one(log, "SELECT DISTINCT category_english FROM products WHERE category = 'beleza_saude'")
    assert translated == ("health_beauty",)
    assert one(log, "SELECT count(DISTINCT category), count(DISTINCT category_english) FROM products") == (73, 71)


def test_two_categories_have_no_translation_and_610_products_no_category(log: duckdb.DuckDBPyConnection) -> None:
    untranslated = log.execute(
        "SELECT category, count(*) FROM products WHERE category_english IS NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert untranslated == [("pc_gamer", 3), ("portateis_cozinha_e_preparadores_de_alimentos", 10), (None, 610)]


def test_every_row_lies_in_the_chunk_of_its_day_and_nothing_was_rejected(chunks: list[Changes]) -> None:
    for chunk in chunks:
        assert chunk.rejected.num_rows == 0
        for rows in chunk.tables.values():
            days = rows["changed_date"].unique().to_pylist()
            assert all(chunk.first_day <= day <= chunk.last_day for day in days)


def test_no_version_shows_a_time_of_a_later_day(log: duckdb.DuckDBPyConnection) -> None:
    local = "timezone('America/Sao_Paulo', {0})::DATE"
    later = " OR ".join(
        f"{local.format(column)} > changed_date"
        for column in ("ordered_at", "approved_at", "shipped_at", "delivered_at")
    )
    assert one(log, f"SELECT count(*) FROM orders WHERE {later}") == (0,)


def test_no_version_is_delivered_shipped_or_approved_before_it_was(log: duckdb.DuckDBPyConnection) -> None:
    early = log.execute(
        f"SELECT status, count(*) FROM orders ANTI JOIN ({LAST_VERSIONS}) USING (order_id, changed_date) "
        "WHERE CASE status WHEN 'delivered' THEN delivered_at WHEN 'shipped' THEN shipped_at "
        "WHEN 'approved' THEN approved_at ELSE ordered_at END IS NULL GROUP BY ALL"
    ).fetchall()
    assert early == []
