"""A customer's features from the customer's own orders, by the SQL that builds the table `customer_features`.

The HTTP API answers "predict" and "segment" for the orders that an application sends with the request: they are turned
into features here, and by nothing else, so that a model is asked what it was taught. The statement is dbt's, compiled;
it runs over a database in memory that holds the request's rows only, under the names that the statement reads. The
warehouse is never opened, and a request leaves nothing behind.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.dbt import DbtError, raise_on_failure, run_dbt

MODEL = "customer_features"

_MONEY = pa.decimal128(18, 2)


def _column(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


ORDERS, LINES, PRODUCTS = "int_orders__versions", "stg_raw__order_items", "stg_raw__products"

INPUTS: Mapping[str, pa.Schema] = {
    ORDERS: pa.schema(
        [
            _column("order_id", pa.string()),
            _column("known_from_date", pa.date32()),
            pa.field("known_until_date", pa.date32()),
            _column("customer_key", pa.string()),
            _column("ordered_date", pa.date32()),
            pa.field("channel", pa.string()),
            pa.field("state", pa.string()),
            _column("is_cancelled", pa.bool_()),
            _column("item_count", pa.int64()),
            _column("returned_item_count", pa.int64()),
            _column("revenue_brl", _MONEY),
            _column("returned_brl", _MONEY),
            _column("freight_brl", _MONEY),
            pa.field("is_late", pa.bool_()),
        ]
    ),
    LINES: pa.schema(
        [
            _column("order_id", pa.string()),
            _column("changed_date", pa.date32()),
            _column("product_id", pa.string()),
            _column("is_return", pa.bool_()),
        ]
    ),
    PRODUCTS: pa.schema(
        [
            _column("product_id", pa.string()),
            _column("changed_date", pa.date32()),
            pa.field("category", pa.string()),
        ]
    ),
}
"""What the statement reads: columns by table, with the warehouse's own types and meanings."""

KEYS: Mapping[str, tuple[str, ...]] = {
    ORDERS: ("order_id", "known_from_date"),
    LINES: (),
    PRODUCTS: ("product_id", "changed_date"),
}
"""The columns that no two rows of a table share; an order may hold equal lines."""

# No shop has such a cut-off or window: they only mark the places of the real ones.
_ANY_DATE = "0001-01-01"
_ANY_WINDOW = "987654321"


def compiled_features() -> str:
    """Return the statement for one cut-off, which it takes as the parameter `$as_of_date`; compiled once a process."""
    return compiled_at_cutoff(MODEL)


@cache
def compiled_at_cutoff(model: str) -> str:
    """Return the statement of one of the models tagged `features` for the cut-off `$as_of_date`.

    The statement of the labels takes the length of its window, too, as `$window_days`.

    Raises:
        DbtError: the statement does not name its cut-off as the project's macro does.
    """
    statement = _compiled()[model]
    literal = f"date '{_ANY_DATE}'"
    if literal not in statement or _ANY_DATE in statement.replace(literal, ""):
        raise DbtError(
            f"the compiled {model} does not name its cut-off as {literal}; expected nothing else. "
            "Write the cut-offs of the model with the project's macro for them."
        )
    return statement.replace(literal, "$as_of_date::date").replace(_ANY_WINDOW, "$window_days::integer")


@cache
def _compiled() -> Mapping[str, str]:
    """Return the statements by model: dbt reads its whole project for one as for all."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        # By tag and type, not by name: dbt prints what it compiles when one node is named.
        arguments = ["compile", "--select", "tag:features,resource_type:model", "--no-introspect"]
        variables = {"ESHOP_AS_OF_DATES": _ANY_DATE, "ESHOP_WINDOW_DAYS": _ANY_WINDOW}
        raise_on_failure("compile", run_dbt(arguments, home=home, variables=variables))
        return {path.stem: path.read_text() for path in home.rglob("compiled/**/*.sql")}


class FeatureSql:
    """Computes features of the rows that it is given; one object serves any number of threads.

    Args:
        statement: as `compiled_features` returns it; a model that was taught by an older statement is asked by it.

    Raises:
        ValueError: the statement reads other tables than `INPUTS`.
    """

    def __init__(self, statement: str) -> None:
        self._plan = f"PREPARE answer AS SELECT * FROM (\n{statement}\n) ORDER BY customer_key"
        relations = {found[3]: found for found in re.finditer(r'"(\w+)"\."(\w+)"\."(\w+)"', statement)}
        if set(relations) != set(INPUTS):
            raise ValueError(
                f"the statement reads {sorted(relations)}; expected {sorted(INPUTS)}. "
                "Describe in INPUTS what else it reads, and pass it to `features`."
            )
        self._relations = {table: found[0] for table, found in relations.items()}
        # A request is small: more threads would only wait for one another.
        self._database = duckdb.connect(":memory:", config={"threads": 1})
        for name in {found[1] for found in relations.values()}:
            self._database.execute(f"ATTACH ':memory:' AS \"{name}\"")
        for table, schema in INPUTS.items():
            self._database.register("empty", schema.empty_table())
            self._database.execute(f"CREATE TABLE {self._relations[table]} AS FROM empty")
        self._idle: list[duckdb.DuckDBPyConnection] = []

    def features(self, *, orders: pa.Table, lines: pa.Table, products: pa.Table, as_of_date: date) -> pa.Table:
        """Return the features at a cut-off, sorted by customer: the columns of the table `customer_features`.

        A customer without a sale before the cut-off has no row. Columns that the statement does not read are ignored.

        Args:
            orders: every version of every order of each customer, as in `int_orders__versions`.
            lines: their lines, as in `stg_raw__order_items`; those of a version have its `known_from_date` as
                `changed_date`.
            products: the changes of the products of these lines, as in `stg_raw__products`; a product that is missing
                has the category 'unknown'.

        Raises:
            ValueError: a column is missing, of another type or NULL where it must not be, or a row comes twice.
        """
        given = {ORDERS: orders, LINES: lines, PRODUCTS: products}
        rows = {table: _checked(table, content) for table, content in given.items()}
        with self._cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                for table, content in rows.items():
                    cursor.register("given", content)
                    cursor.execute(f"INSERT INTO {self._relations[table]} FROM given")
                return cursor.sql(f"EXECUTE answer(as_of_date := DATE '{as_of_date}')").to_arrow_table()
            finally:
                # Other requests never see these rows, and this leaves none.
                cursor.execute("ROLLBACK")
                cursor.unregister("given")

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor that nobody else uses meanwhile, and that has planned the statement.

        With its optimizer DuckDB plans a prepared statement again at each execution, two thirds of a small request's
        time. Without it the statement is as fast for ten thousand customers, and gives the same bits.
        """
        try:
            cursor = self._idle.pop()
        except IndexError:
            cursor = self._database.cursor()
            cursor.execute("PRAGMA disable_optimizer")
            cursor.execute(self._plan)
        yield cursor
        self._idle.append(cursor)


def _checked(table: str, content: pa.Table) -> pa.Table:
    """Return the rows with the columns and types of `INPUTS`."""
    schema = INPUTS[table]
    missing = [name for name in schema.names if name not in content.column_names]
    if missing:
        raise ValueError(f"{table} lacks the columns {missing}; expected {schema.names}. Found {content.column_names}.")
    for field in schema:
        found = content.schema.field(field.name).type
        if pa.types.is_decimal(field.type) and not pa.types.is_decimal(found):
            raise ValueError(
                f"{table}.{field.name} is {found}; expected {field.type}. Money is decimal: a float has lost its cents."
            )
        nulls = content[field.name].null_count
        if nulls and not field.nullable:
            raise ValueError(f"{table}.{field.name} is NULL in {nulls} rows; expected a value. Leave such rows out.")
    try:
        rows = content.select(schema.names).cast(schema)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{table} does not fit its types ({error}); expected {schema.to_string()}.") from error
    key = KEYS[table]
    if key and rows.group_by(list(key)).aggregate([]).num_rows != rows.num_rows:
        raise ValueError(f"{table} repeats a row of the same {' and '.join(key)}; expected each once. Remove the copy.")
    return rows
