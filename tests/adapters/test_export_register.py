"""The export register loses no entry but the line that a killed export left torn."""

from dataclasses import replace
from pathlib import Path

import pytest

from eshop_dagster.adapters.export_register import ExportEntry, ExportRegister

ENTRY = ExportEntry("2024-07-01T12:00:00Z", "ana", "campanha de março", "csv", (0, 2), "r", 10, 2, 1, "a.csv", "ab12")
OTHER = replace(ENTRY, reason="second", segments=())


def test_entries_come_back_in_their_order(tmp_path: Path) -> None:
    register = ExportRegister(tmp_path)
    assert register.entries() == []
    register.add(ENTRY)
    register.add(OTHER)
    assert (register.entries(), register.unreadable()) == ([ENTRY, OTHER], [])


@pytest.mark.parametrize("kept", [1, 40, -30])
def test_a_torn_last_line_costs_that_line_only(kept: int, tmp_path: Path) -> None:
    register, path = ExportRegister(tmp_path), tmp_path / "exports" / "register.jsonl"
    register.add(ENTRY)
    whole = path.read_bytes()
    register.add(OTHER)
    path.write_bytes(whole + path.read_bytes()[len(whole) :][:kept])
    assert (register.entries(), register.unreadable()) == ([ENTRY], [2])
    register.add(OTHER)
    assert (register.entries(), register.unreadable()) == ([ENTRY, OTHER], [2])


def test_a_letter_torn_in_its_middle_is_a_torn_line_and_no_traceback(tmp_path: Path) -> None:
    register, path = ExportRegister(tmp_path), tmp_path / "exports" / "register.jsonl"
    register.add(ENTRY)
    place = path.read_bytes().index("ç".encode())
    path.write_bytes(path.read_bytes()[: place + 1])
    assert (register.entries(), register.unreadable()) == ([], [1])
