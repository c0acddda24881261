"""The public Olist marketplace data set: a folder of CSVs, unfolded into a change log by the orders' own timestamps.

The set holds each order's last state only. An order appears here on the business day of its purchase and again on the
day of
each later event (approval, hand-over to the carrier, delivery), showing what was known by the end of that day; its
status in
the file belongs to the last of these days. Events dated before the purchase stand as they are, on the day of the
purchase.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.base import Changes, SourceError
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

_BELONGS_TO = {
    "items": (("orders", "order_id"), ("products", "product_id"), ("sellers", "seller_id")),
    "payments": (("orders", "order_id"),),
    "reviews": (("orders", "order_id"),),
    "orders": (("customers", "customer_id"),),
}
_END_OF_TRANSLATION = b"seguros_e_servicos,security_and_services"
"""The translation is published without a final line break."""

_CHUNK_DAYS = 60

_INSTANT = "timezone('America/Sao_Paulo', {0}::TIMESTAMP)"
_BUSINESS_DATE = "timezone('America/Sao_Paulo', {0})::DATE"
# Not `greatest` alone, which passes over NULL: an event that never was would fall on the day of the purchase.
_EVENT_DATE = "if({0} IS NULL, NULL, greatest(timezone('America/Sao_Paulo', {0})::DATE, ordered_date))"

_EVENTS = f"""
    CREATE TABLE events AS
    WITH instants AS (
        SELECT orders.* EXCLUDE (customer_id), customers.customer_unique_id, customer_state, customer_city,
            customer_zip_code_prefix,
            {_INSTANT.format("order_purchase_timestamp")} AS ordered_at,
            {_INSTANT.format("order_approved_at")} AS approved_at,
            {_INSTANT.format("order_delivered_carrier_date")} AS shipped_at,
            {_INSTANT.format("order_delivered_customer_date")} AS delivered_at
        FROM orders LEFT JOIN customers USING (customer_id)
    )
    SELECT *, {_BUSINESS_DATE.format("ordered_at")} AS ordered_date,
        {_EVENT_DATE.format("approved_at")} AS approved_date,
        {_EVENT_DATE.format("shipped_at")} AS shipped_date,
        {_EVENT_DATE.format("delivered_at")} AS delivered_date
    FROM instants
"""
_VERSIONS = """
    CREATE TABLE versions AS
    SELECT DISTINCT order_id, unnest([ordered_date, approved_date, shipped_date, delivered_date]) AS changed_date
    FROM events
"""

_TABLES = {
    "customers": """
        SELECT customer_unique_id AS customer_id, customer_zip_code_prefix AS zip_prefix, customer_city AS city,
            customer_state AS state, ordered_date AS changed_date
        FROM events
        WHERE ordered_date BETWEEN $first AND $last
        QUALIFY row_number() OVER (PARTITION BY customer_unique_id, ordered_date ORDER BY ordered_at DESC, order_id) = 1
    """,
    "products": """
        SELECT product_id, product_category_name AS category, product_category_name_english AS category_english,
            product_weight_g::DOUBLE / 1000 AS weight_kg, $opening AS changed_date
        FROM products LEFT JOIN translation USING (product_category_name)
        WHERE $opening BETWEEN $first AND $last
    """,
    "sellers": """
        SELECT seller_id, seller_zip_code_prefix AS zip_prefix, seller_city AS city, seller_state AS state,
            $opening AS changed_date
        FROM sellers
        WHERE $opening BETWEEN $first AND $last
    """,
    "orders": """
        SELECT order_id, customer_unique_id AS customer_id,
            CASE
                WHEN changed_date = greatest(ordered_date, approved_date, shipped_date, delivered_date)
                    THEN if(order_status = 'canceled', 'cancelled', order_status)
                WHEN delivered_date <= changed_date THEN 'delivered'
                WHEN shipped_date <= changed_date THEN 'shipped'
                WHEN approved_date <= changed_date THEN 'approved'
                ELSE 'created'
            END AS status,
            ordered_at,
            if(approved_date <= changed_date, approved_at, NULL) AS approved_at,
            if(shipped_date <= changed_date, shipped_at, NULL) AS shipped_at,
            if(delivered_date <= changed_date, delivered_at, NULL) AS delivered_at,
            order_estimated_delivery_date::TIMESTAMP::DATE AS promised_date,
            customer_state AS state, customer_city AS city, changed_date
        FROM events JOIN versions USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
    "order_items": """
        SELECT order_id, order_item_id AS line_number, product_id, seller_id, 1 AS quantity, price AS unit_price_brl,
            freight_value AS freight_brl, changed_date
        FROM items JOIN versions USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
    "payments": """
        SELECT order_id, payment_sequential AS sequence, payment_type AS method, payment_installments AS installments,
            payment_value AS amount_brl, changed_date
        FROM payments JOIN versions USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
    "reviews": f"""
        SELECT review_id, order_id, review_score AS score, {_INSTANT.format("review_creation_date")} AS created_at,
            coalesce(greatest(review_creation_date, review_answer_timestamp)::TIMESTAMP::DATE, ordered_date) AS
            changed_date
        FROM reviews LEFT JOIN events USING (order_id)
        WHERE changed_date BETWEEN $first AND $last
    """,
}


class OlistSource:
    """The Olist CSVs as a source; the person is `customer_unique_id`.

    Args:
        folder: holds the CSVs under their published names (the geolocation file is not read).

    Raises:
        SourceError: the folder or a file is missing, cut short, or not what its name says.
    """

    name = "olist"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not folder.is_dir():
            raise SourceError(f"the Olist folder {folder} does not exist: give the folder that holds its CSV files")
        missing = [file for file, _ in FILES.values() if not (folder / file).is_file()]
        if missing:
            raise SourceError(
                f"the Olist folder {folder} lacks {', '.join(missing)}: all of {len(FILES)} files are needed"
            )
        self._database: duckdb.DuckDBPyConnection | None = None

    def fingerprint(self) -> str:
        """Return a hash of the files' contents: the same fingerprint gives the same changes."""
        digest = hashlib.sha256(b"olist 1")
        for file, _ in FILES.values():
            with (self._folder / file).open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
        return digest.hexdigest()[:16]

    def first_day(self) -> date:
        """First business day with a purchase."""
        return self._day("SELECT min(ordered_date) FROM events")

    def last_day(self) -> date:
        """Last business day with an event of an order or a review."""
        return self._day(
            f"SELECT max(changed_date) FROM (FROM versions SELECT changed_date UNION ALL {self._review_days()})"
        )

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        """Yield the changes of `first` to `last` in chunks of 60 days; days outside the set are empty."""
        opening = self.first_day()
        for start in range(0, (last - first).days + 1, _CHUNK_DAYS):
            chunk_first = first + timedelta(days=start)
            chunk_last = min(last, chunk_first + timedelta(days=_CHUNK_DAYS - 1))
            tables = {}
            for table, sql in _TABLES.items():
                parameters = {"first": chunk_first, "last": chunk_last, "opening": opening}
                used = {name: day for name, day in parameters.items() if f"${name}" in sql}
                with _readable_values():
                    tables[table] = self._connection().sql(sql, params=used).to_arrow_table()
            yield Changes(chunk_first, chunk_last, tables)

    def _review_days(self) -> str:
        return (
            "SELECT changed_date FROM ("
            + _TABLES["reviews"].replace("WHERE changed_date BETWEEN $first AND $last", "")
            + ")"
        )

    def _day(self, sql: str) -> date:
        with _readable_values():
            rows = self._connection().execute(sql).fetchall()
        if rows[0][0] is None:
            raise SourceError(f"{FILES['orders'][0]} holds no order: expected the Olist orders, one a line")
        day: date = rows[0][0]
        return day

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """Load the files once, on first use."""
        if self._database is None:
            connection = duckdb.connect()
            connection.execute("SET TimeZone = 'UTC'")
            for name, (file, columns) in FILES.items():
                rows: pa.Table = read_strict_csv(
                    self._folder / file,
                    tuple(columns.split()),
                    unbroken_end=_END_OF_TRANSLATION if name == "translation" else None,
                )
                connection.register("loaded", rows)
                connection.execute(f"CREATE TABLE {name} AS FROM loaded")
                connection.unregister("loaded")
            _refuse_missing_parents(connection)
            with _readable_values():
                connection.execute(_EVENTS)
                connection.execute(_VERSIONS)
            connection.execute("DELETE FROM versions WHERE changed_date IS NULL")
            # An order without any time goes to the first day, where the raw layer quarantines it.
            connection.execute(
                "INSERT INTO versions SELECT order_id, min(ordered_date) OVER () FROM events "
                "QUALIFY order_id NOT IN (SELECT order_id FROM versions)"
            )
            self._database = connection
        return self._database


def _refuse_missing_parents(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a file that ends between two lines, which nothing but the rows of the other files can tell."""
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


@contextmanager
def _readable_values() -> Iterator[None]:
    """Say in our words that a time or number cannot be read."""
    try:
        yield
    except duckdb.ConversionException as error:
        raise SourceError(
            f"an Olist file holds a value that cannot be read ({str(error).splitlines()[0]}): expected instants "
            "such as `2017-11-24 21:15:19` and numbers such as `13.29`; fetch the file again"
        ) from error
