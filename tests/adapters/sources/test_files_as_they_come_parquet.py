"""A report in Parquet gives what its CSV gives, or is refused: cut, damaged, or with columns of other types."""

import io
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .shop_export import HEADERS, lines, report, text
from .whole_pull import Pulled, Refused, pull, pulled

ROWS = lines()


def parquet(**columns: Any) -> bytes:
    """The report with the types that a database would give it, and other columns over its own."""
    typed: dict[str, Any] = {header: [row[header] for row in ROWS] for header in HEADERS}
    typed["Data"] = [date(2024, 3, int(row["Data"][:2])) for row in ROWS]
    typed["Qtd"] = [int(row["Qtd"]) for row in ROWS]
    typed["Preço"] = [Decimal(123456 + 1037 * number) / 100 for number in range(len(ROWS))]
    out = io.BytesIO()
    pq.write_table(pa.table(typed | columns), out, write_page_checksum=True)
    return out.getvalue()


def load(folder: Path, content: bytes) -> Any:
    return pull(lambda: report(folder / "in", {"vendas.parquet": content}), folder / "home")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Pulled:
    """What the same report holds as CSV."""
    folder = tmp_path_factory.mktemp("clean")
    return pulled(lambda: report(folder / "in", text(ROWS)), folder / "home")


DAYS = [datetime(2024, 3, int(row["Data"][:2])) for row in ROWS]
RETYPED: dict[str, dict[str, Any]] = {
    "as it is": {},
    "floats": {
        "Preço": [(123456 + 1037 * number) / 100 for number in range(30)],
        "Qtd": [float(r["Qtd"]) for r in ROWS],
    },
    "long decimals": {"Preço": pa.array([Decimal(123456 + 1037 * n) / 100 for n in range(30)], pa.decimal128(38, 10))},
    "wide decimals": {"Preço": pa.array([Decimal(123456 + 1037 * n) / 100 for n in range(30)], pa.decimal256(50, 2))},
    "nanoseconds": {"Data": pa.array(DAYS, pa.timestamp("ns"))},
    "UTC": {"Data": pa.array([day.replace(hour=3) for day in DAYS], pa.timestamp("us", tz="UTC"))},
    "large texts": {"Cidade": pa.array(["São Paulo"] * 30, pa.large_string())},
    "dictionaries": {"Cidade": pa.array(["São Paulo"] * 30).dictionary_encode()},
    "more columns": {"foto": [b"\0\xff"] * 30, "itens": [{"a": [1]}] * 30, "hora": [time(1)] * 30},
}


@pytest.mark.parametrize("types", RETYPED)
def test_the_types_of_the_columns_change_nothing(tmp_path: Path, clean: Pulled, types: str) -> None:
    assert clean.is_content_of(load(tmp_path, parquet(**RETYPED[types])))


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("Pedido", [row["Pedido"].encode() for row in ROWS], "binary"),
        ("Pedido", [[row["Pedido"]] for row in ROWS], "list<"),
        ("Data", [time(10)] * 30, "time64[us]"),
    ],
)
def test_a_column_that_is_no_text_number_or_time_is_refused(
    tmp_path: Path, column: str, values: Any, kind: str
) -> None:
    found = load(tmp_path, parquet(**{column: values}))
    assert isinstance(found, Refused)
    assert f"has the column '{column}' as {kind}" in found.message
    assert "expected text, a number or a time: export it as one of these" in found.message


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Data", date(9999, 12, 31), "unreadable:ordered_at"),
        ("Data", None, "missing:ordered_at"),
        ("Qtd", None, "missing:quantity"),
        ("Preço", float("nan"), "missing:unit_price_brl"),
        ("Preço", float("inf"), "unreadable:unit_price_brl"),
        ("Pedido", "1.5E+11", "unreadable:order_id"),
    ],
)
def test_a_value_that_says_nothing_is_quarantined_with_its_order_alone(
    tmp_path: Path, clean: Pulled, column: str, value: Any, reason: str
) -> None:
    values: list[Any] = [1.0] * 30 if column == "Preço" else pq.read_table(io.BytesIO(parquet()))[column].to_pylist()
    found = load(tmp_path, parquet(**{column: [*values[:5], value, *values[6:]]}))
    # An order of the report has two lines; the reader takes an order whole, or one line where its order is not known.
    assert set(found.quarantined) == {("order_items", reason)}
    assert found.quarantined["order_items", reason] == (1 if column == "Pedido" else 2)
    assert found.rows_in("order_items") == 30


def test_a_cut_file_is_refused_wherever_it_was_cut(tmp_path: Path) -> None:
    content = parquet()
    for place in range(1, len(content), len(content) // 40):
        found = load(tmp_path, content[:place])
        assert isinstance(found, Refused)
        assert "is no whole Parquet file" in found.message and "export it again" in found.message


def test_a_file_with_a_turned_bit_is_refused_or_means_the_same(tmp_path: Path, clean: Pulled) -> None:
    content, chance = parquet(), Random(1)
    outcomes = []
    for _ in range(40):
        place = chance.randrange(len(content))
        hurt = content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]
        found = load(tmp_path, hurt)
        assert isinstance(found, Refused) or found == clean, place
        outcomes.append(isinstance(found, Refused))
    assert 10 < sum(outcomes) < 40
