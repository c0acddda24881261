"""docs/tables.md is what the tables say of themselves."""

from eshop_dagster.stages.release_files import MARTS
from eshop_dagster.stages.score_tables import TABLES

from .tables_page import PAGE, page


def test_the_page_of_tables_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again: python -m tests.tables_page"


def test_every_published_table_and_column_is_explained() -> None:
    lines = page().splitlines()
    assert {line.removeprefix("## ") for line in lines if line.startswith("## ")} == {*MARTS, *TABLES}
    rows = [line.split(" | ") for line in lines if line.startswith("| `")]
    assert len(rows) > 200 and [row for row in rows if len(row) != 3 or len(row[2].strip(" |")) < 5] == []
