"""The files of the Olist set, read whole or refused.

What belongs here: which files there are, and what must hold between them. What does not: what changed on a day
(`changes.py`).

A file that ends between two of its lines looks whole. What is missing shows in the other files: every order has its
customer and every customer its order, every line its order, product and seller, and every delivered order its lines
and, but for a known few, its payment and its review. What no file can tell is the loss of the last rows of an order
that has others, of a payment or a review of an order that was never delivered, and, in a part of the set, of as many
reviews as the whole set lacks.
"""

from math import ceil
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.strict_csv import read_strict_csv

FILES = {
    "customers": (
        "olist_customers_dataset.csv",
        "customer_id customer_unique_id customer_zip_code_prefix customer_city customer_state",
    ),
    "items": (
        "olist_order_items_dataset.csv",
        "order_id order_item_id product_id seller_id shipping_limit_date price freight_value",
    ),
    "payments": (
        "olist_order_payments_dataset.csv",
        "order_id payment_sequential payment_type payment_installments payment_value",
    ),
    "reviews": (
        "olist_order_reviews_dataset.csv",
        "review_id order_id review_score review_comment_title review_comment_message review_creation_date "
        "review_answer_timestamp",
    ),
    "orders": (
        "olist_orders_dataset.csv",
        "order_id customer_id order_status order_purchase_timestamp order_approved_at order_delivered_carrier_date "
        "order_delivered_customer_date order_estimated_delivery_date",
    ),
    "products": (
        "olist_products_dataset.csv",
        # The two misspelt names are the data set's own.
        "product_id product_category_name product_name_lenght product_description_lenght product_photos_qty "
        "product_weight_g "
        "product_length_cm product_height_cm product_width_cm",
    ),
    "sellers": ("olist_sellers_dataset.csv", "seller_id seller_zip_code_prefix seller_city seller_state"),
    "translation": ("product_category_name_translation.csv", "product_category_name product_category_name_english"),
}

_NEEDED = {
    "customers": ("customer_id", "customer_unique_id"),
    "orders": ("order_id", "customer_id"),
    **dict.fromkeys(("items", "payments", "reviews"), ("order_id",)),
}
"""Without these columns a row belongs to no order, and would be on no day."""
_BELONGS_TO = {
    "items": (("orders", "order_id"), ("products", "product_id"), ("sellers", "seller_id")),
    "payments": (("orders", "order_id"),),
    "reviews": (("orders", "order_id"),),
    "orders": (("customers", "customer_id"),),
    "customers": (("orders", "customer_id"),),
}
_MAY_LACK = {"items": (0, 0.0), "payments": (1, 1.0), "reviews": (646, 0.02)}
"""How many of the delivered orders may be without a row, and which share (0-1) of them: of the 96,478 that were
published, none is without a line, 1 without a payment and 646 without a review."""
_UNTRANSLATED = 2
"""Product categories without a translation, as published."""
END_OF_TRANSLATION = b"seguros_e_servicos,security_and_services"
"""The translation is published without a final line break."""

_MULTILINE = ("review_comment_title", "review_comment_message")


def load_files(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with one table of texts for each of `FILES`.

    Raises:
        SourceError: a file cannot be read whole, or rows that another file tells of are missing.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, (file, columns) in FILES.items():
        rows: pa.Table = read_strict_csv(
            folder / file,
            tuple(columns.split()),
            unbroken_end=END_OF_TRANSLATION if name == "translation" else None,
            multiline=_MULTILINE if name == "reviews" else (),
        )
        connection.register("loaded", rows)
        connection.execute(f"CREATE TABLE {name} AS FROM loaded")
        connection.unregister("loaded")
    _refuse_missing_keys(connection)
    _refuse_missing_parents(connection)
    _refuse_missing_rows(connection)
    return connection


def _refuse_missing_keys(connection: duckdb.DuckDBPyConnection) -> None:
    for name, keys in _NEEDED.items():
        for key in keys:
            (count,) = connection.execute(f"SELECT count(*) FROM {name} WHERE {key} IS NULL").fetchall()[0]
            if count:
                raise SourceError(
                    f"{FILES[name][0]} has {count} rows without {key}, expected one on every row: the file is damaged; "
                    "fetch it again"
                )


def _refuse_missing_parents(connection: duckdb.DuckDBPyConnection) -> None:
    for child, parents in _BELONGS_TO.items():
        for parent, key in parents:
            count, example = connection.execute(
                f"SELECT count(*), min({key}) FROM {child} ANTI JOIN {parent} USING ({key}) WHERE {key} IS NOT NULL"
            ).fetchall()[0]
            if count:
                raise SourceError(
                    f"{FILES[child][0]} has {count} rows whose {key} is not in {FILES[parent][0]} (such as {example}): "
                    "one of the two was cut short or is of another edition; fetch both again"
                )


def _refuse_missing_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a file that lacks more rows for what the others tell of than the set as it was published."""
    delivered = "(FROM orders WHERE order_status = 'delivered')"
    ((orders,),) = connection.execute(f"SELECT count(DISTINCT order_id) FROM {delivered}").fetchall()
    for name, (published, share) in _MAY_LACK.items():
        expected = min(published, ceil(share * orders))
        count, example = connection.execute(
            f"SELECT count(DISTINCT order_id), min(order_id) FROM {delivered} ANTI JOIN {name} USING (order_id)"
        ).fetchall()[0]
        if count > expected:
            raise SourceError(
                f"{count} of {orders} delivered orders have no row in {FILES[name][0]} (such as {example}), expected "
                f"at most {expected}: it was cut short or is of another edition; fetch it again"
            )
    ((categories,),) = connection.execute(
        "SELECT count(DISTINCT product_category_name) FROM products ANTI JOIN translation USING (product_category_name)"
        " WHERE product_category_name IS NOT NULL"
    ).fetchall()
    if categories > _UNTRANSLATED:
        raise SourceError(
            f"{categories} product categories are not in {FILES['translation'][0]}, expected at most {_UNTRANSLATED}: "
            "it was cut short or is of another edition; fetch it again"
        )
