"""A process that does nothing but load one report into raw, or read it bare; prints what each step took."""

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from eshop_dagster.adapters.bench_reports import read_bare
from eshop_dagster.adapters.sources.report import ReportSource
from eshop_dagster.adapters.sources.report.loading import parse_mapping
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

MAPPING = """name: bench
columns: {order_id: order, ordered_at: date, customer_id: customer, product_id: product, quantity: quantity,
  unit_price: price, status: status}
"""


class Steps:
    """Seconds, core seconds and peak memory so far, by step."""

    def __init__(self) -> None:
        self.done: list[dict[str, Any]] = []
        self._started, self._cores = time.perf_counter(), time.process_time()
        self.peak_mib_at_start = _peak_mib()

    def end(self, step: str) -> None:
        """Note a step that ends now."""
        ended, cores = time.perf_counter(), time.process_time()
        self.done.append(
            {
                "step": step,
                "seconds": round(ended - self._started, 3),
                "core_seconds": round(cores - self._cores, 3),
                "peak_mib": _peak_mib(),
            }
        )
        self._started, self._cores = ended, cores


def _peak_mib() -> int:
    # Not `getrusage`: its peak is the parent's where that was larger when it started this process.
    [peak] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(peak.split()[1]) // 1024


def load(path: Path, home: Path) -> dict[str, Any]:
    """Load the report into the home's raw."""
    platform, mapping = Platform(load_settings(home), Params()), parse_mapping(MAPPING)
    # Arrow imports pandas with its first array: that is part of starting up.
    pa.array([""])
    steps = Steps()
    source = ReportSource(path, mapping, on_step=steps.end)
    report = platform.raw.write(
        source.name, source.fingerprint(), source.changes(source.first_day(), source.last_day())
    )
    steps.end("write raw days")
    return {
        "steps": steps.done,
        "peak_mib_at_start": steps.peak_mib_at_start,
        "balance": source.balance.as_dict(),
        "items": report.accepted["order_items"],
        "days": report.days_written,
    }


def bare(path: Path, home: Path) -> dict[str, Any]:
    """Read the file bare."""
    steps = Steps()
    lines = read_bare(path)
    steps.end("read bare")
    return {"steps": steps.done, "peak_mib_at_start": steps.peak_mib_at_start, "lines": lines}


def main(step: str, path: str, home: str) -> None:
    """Do one step and print what it took as JSON."""
    logging.disable(logging.WARNING)
    print(json.dumps({"load": load, "bare": bare}[step](Path(path), Path(home))))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
