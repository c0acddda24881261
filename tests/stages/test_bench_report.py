"""The report's bench loads every line that it wrote, and says what each step took."""

from pathlib import Path

import pyarrow as pa
import pytest

from eshop_dagster.adapters.bench_reports import simulated_lines, write_report
from eshop_dagster.adapters.sources.report import ReportSource
from eshop_dagster.adapters.sources.report.loading import parse_mapping
from eshop_dagster.stages.bench_report import measure_report
from eshop_dagster.stages.bench_report_load import MAPPING


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    return simulated_lines(200, seed=1)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_every_line_of_the_written_report_is_loaded(tmp_path: Path, lines: pa.Table, form: str) -> None:
    path = tmp_path / f"sales.{form}"
    write_report(path, lines)
    ended: list[str] = []
    balance = ReportSource(path, parse_mapping(MAPPING), on_step=ended.append).balance
    assert (balance.lines_read, balance.lines_loaded) == (200, 200)
    assert balance.read_brl == balance.loaded_brl > 0
    assert ended == ["read and check", "make orders"]


def test_the_load_and_the_bare_reading_are_measured_in_processes_of_their_own(tmp_path: Path, lines: pa.Table) -> None:
    path = tmp_path / "sales.csv"
    write_report(path, lines)
    measured = measure_report(path, tmp_path / "home")
    assert [step["step"] for step in measured["load"]["steps"]] == ["read and check", "make orders", "write raw days"]
    assert measured["bare"]["lines"] == measured["load"]["items"] == 200
