"""The page docs/tables.md, made of what the tables say of themselves: `python -m tests.tables_page` writes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.dbt import manifest_nodes
from eshop_dagster.settings import PROJECT_DIR
from eshop_dagster.stages.release_files import MARTS
from eshop_dagster.stages.score_tables import TABLES

PAGE = PROJECT_DIR / "docs" / "tables.md"

HEAD = """# The published tables

What an analyst finds in a release, `published/current/` of a home: one folder of Parquet files per table. In Python:
`from eshop_dagster import load` and `load("fct_orders")`; in SQL:
`FROM read_parquet('published/current/fct_orders/*.parquet')`. Amounts are in the shop's currency, which the manifest
names; a column's name ends in its unit (`_brl`, `_days`, `_share`). A name that two tables share has one meaning in
both ([metrics.md](metrics.md)). `python -m tests.tables_page` makes this page of the tables' own descriptions.
"""


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([HEAD, *_contents(), *_marts(), *_scores()])


def _contents() -> Iterator[str]:
    yield "| table | what it is |"
    yield "| --- | --- |"
    models = _models()
    described = {name: models[name]["description"] for name in MARTS}
    described |= {name: table.description for name, table in TABLES.items()}
    yield from (f"| [`{name}`](#{name}) | {_line(text)} |" for name, text in described.items())
    yield ""


def _marts() -> Iterator[str]:
    models = _models()
    for name in MARTS:
        columns = models[name]["columns"].values()
        yield from _table(name, models[name]["description"])
        yield from (f"| `{one['name']}` | {one['data_type']} | {_line(one['description'])} |" for one in columns)
        yield ""


def _scores() -> Iterator[str]:
    for name, table in TABLES.items():
        yield from _table(name, table.description)
        yield from (f"| `{one.name}` | {one.type} | {_line(one.description)} |" for one in table.columns)
        yield ""


def _table(name: str, description: str) -> Iterator[str]:
    yield f"## {name}"
    yield f"{_line(description)}\n"
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"


def _models() -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest_nodes().values() if node["resource_type"] == "model"}


def _line(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def main(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
