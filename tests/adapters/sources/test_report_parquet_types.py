"""Parquet's time zones, nanoseconds and wide decimals are read as they are, and sniffed."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff

from .report_drafts import revenue
from .test_report_orders import rows


@pytest.mark.parametrize("unit", ["us", "ns"])
@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal256(40, 2)])
def test_instants_with_a_zone_and_wide_decimals_come_in_exactly(tmp_path: Path, unit: str, kind: pa.DataType) -> None:
    instants = [datetime(2024, 3, 1, 2, 30, tzinfo=UTC), datetime(2024, 3, 2, 10, tzinfo=UTC)]
    prices = [Decimal("50.40"), Decimal("39.90")] if pa.types.is_decimal(kind) else [50.40, 39.90]
    table = pa.table(
        {
            "order_id": ["1", "2"],
            "order_date": pa.array(instants, pa.timestamp(unit, "UTC")),
            "sku": ["a", "b"],
            "qty": [1, 1],
            "price": pa.array(prices, kind),
        }
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    (tmp_path / "m.yml").write_text(sniff(tmp_path / "sales.parquet"), encoding="utf-8")
    source = ReportSource(tmp_path / "sales.parquet", load_mapping(tmp_path / "m.yml"))
    assert [instant for (instant,) in rows(source, "orders", "ordered_at")] == instants
    assert str(source.first_day()) == "2024-02-29"
    assert revenue(source) == Decimal("90.30")
