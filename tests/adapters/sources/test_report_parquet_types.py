"""Parquet's time zones, nanoseconds and wide decimals are read as they are, and sniffed."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff
from eshop_dagster.adapters.sources.report.loading import parse_mapping

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


def test_floating_ids_that_stand_for_several_are_quarantined(tmp_path: Path) -> None:
    ids = [float(2**53), *(float(number) for number in range(1, 30))]
    table = pa.table(
        {"order_id": ids, "order_date": ["2024-03-01"] * 30, "sku": ["a"] * 30, "qty": [1] * 30, "price": [1.5] * 30}
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    source = ReportSource(tmp_path / "sales.parquet", parse_mapping(sniff(tmp_path / "sales.parquet")))
    (chunk,) = source.changes(source.first_day(), source.last_day())
    assert chunk.rejected["reason"].to_pylist() == ["unreadable:order_id"]
    assert revenue(source) == Decimal("43.50")
