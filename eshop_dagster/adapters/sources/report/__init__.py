"""The `report` source: any sales CSV, Excel sheet or Parquet of one line per order line, with a mapping."""

from eshop_dagster.adapters.sources.report.loading import load_mapping
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.sniffing import sniff
from eshop_dagster.adapters.sources.report.source import ReportSource

__all__ = ["ReportMapping", "ReportSource", "load_mapping", "sniff"]
