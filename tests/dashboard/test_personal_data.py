"""Names are for those whom a person named, and each look is noted without saying at whom."""

import json
from pathlib import Path

import pytest

from eshop_dagster.dashboard.personal_data import RolesError, access_register, may_reveal, note_access, roles_file


def name_reader(home: Path, text: str) -> None:
    roles_file(home).parent.mkdir(parents=True)
    roles_file(home).write_text(text)


def test_nobody_may_see_names_by_default(tmp_path: Path) -> None:
    assert not may_reveal(tmp_path, "ana@example.com")


def test_an_empty_file_names_nobody(tmp_path: Path) -> None:
    name_reader(tmp_path, "")
    assert not may_reveal(tmp_path, "ana@example.com")


def test_a_named_address_may_in_any_case_of_letters(tmp_path: Path) -> None:
    name_reader(tmp_path, "personal_data:\n  - Ana@Example.com\n")
    assert may_reveal(tmp_path, "ana@example.COM")
    assert not may_reveal(tmp_path, "eva@example.com")


@pytest.mark.parametrize("text", ["personal_data: ana@example.com", "- ana@example.com", "personal_data: [1]"])
def test_a_file_of_another_shape_is_refused_with_the_expected_one(tmp_path: Path, text: str) -> None:
    name_reader(tmp_path, text)
    with pytest.raises(RolesError, match="expected `personal_data:` and a list of e-mail addresses"):
        may_reveal(tmp_path, "ana@example.com")


def test_each_look_is_one_line_that_says_who_and_how_many(tmp_path: Path) -> None:
    for _ in range(2):
        note_access(tmp_path, "ana@example.com", what="segments 0", customers=37)
    lines = [json.loads(line) for line in access_register(tmp_path).read_text().splitlines()]
    assert len(lines) == 2
    assert lines[0] | {"at": ""} == {"at": "", "who": "ana@example.com", "what": "segments 0", "customers": 37}
