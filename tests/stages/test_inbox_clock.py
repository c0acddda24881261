"""A report whose file time lies in the future is seen once it was left alone."""

import os
import time
from pathlib import Path

import pytest

from eshop_dagster.stages import inbox


def test_a_file_from_a_clock_that_is_ahead_is_seen_when_it_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "inbox" / "março.csv"
    report.parent.mkdir()
    report.write_text("a\n")
    os.utime(report, (time.time() + 10_800, time.time() + 10_800))
    clock = [100.0]
    monkeypatch.setattr(inbox.time, "monotonic", lambda: clock[0])
    assert inbox.waiting_reports(tmp_path) == []
    assert inbox.unsettled_reports(tmp_path) == ["março.csv"]
    clock[0] += 6
    assert [found.path.name for found in inbox.waiting_reports(tmp_path)] == ["março.csv"]
    report.write_text("a\nb\n")
    os.utime(report, (time.time() + 10_800, time.time() + 10_800))
    assert inbox.waiting_reports(tmp_path) == []
