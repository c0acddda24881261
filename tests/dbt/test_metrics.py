"""The metrics are written down once, and every place that tells of them tells the same."""

import json
import re
from pathlib import Path

import pytest

from eshop_dagster.adapters.dbt import ensure_manifest
from eshop_dagster.adapters.dbt_docs import write_docs
from eshop_dagster.settings import DBT_PROJECT_DIR, PROJECT_DIR

MANIFEST = json.loads(ensure_manifest().read_text())
MODELS = {props["name"]: props for props in MANIFEST["nodes"].values() if props["resource_type"] == "model"}
DOCS = [doc for doc in MANIFEST["docs"].values() if doc["package_name"] == "eshop"]
BLOCKS = {doc["name"]: doc["block_contents"] for doc in DOCS}
DEFINITIONS = {
    doc["name"]: " ".join(doc["block_contents"].split())
    for doc in DOCS
    if doc["original_file_path"].endswith("docs/metrics.md")
}
MACROS = (DBT_PROJECT_DIR / "macros" / "metrics.sql").read_text()

PAGE_ROW = re.compile(r"\| `(\w+)` \| ([^|]+) \| `(\w+)\.(\w+)` \|")
PAGE = PAGE_ROW.findall((PROJECT_DIR / "docs" / "metrics.md").read_text())
OVERVIEW = re.findall(r"\| ([^|]+) \| `(\w+)` \| (.+) \|", BLOCKS["__overview__"])

NOT_METRICS = {"share_of", "active_customer_days"}
"""Macros that the metrics are made of."""


def test_the_page_the_overview_and_the_definitions_list_the_same_metrics() -> None:
    assert [metric for metric, *_ in PAGE] == list(DEFINITIONS)
    assert [(portuguese, metric) for portuguese, metric, _ in OVERVIEW] == [
        (portuguese, metric) for metric, portuguese, *_ in PAGE
    ]


def test_the_overview_defines_each_metric_in_the_same_words() -> None:
    assert {metric: definition for _, metric, definition in OVERVIEW} == DEFINITIONS


@pytest.mark.parametrize(("metric", "model", "column"), [(metric, model, column) for metric, _, model, column in PAGE])
def test_the_column_of_a_metric_is_described_as_the_metric_is_defined(metric: str, model: str, column: str) -> None:
    assert " ".join(MODELS[model]["columns"][column]["description"].split()) == DEFINITIONS[metric]


def test_every_macro_of_a_metric_has_its_definition_and_is_used() -> None:
    macros = re.findall(r"{% macro (\w+)\(", MACROS)
    used_by = MACROS + "".join(model["raw_code"] for model in MODELS.values())

    assert {*macros} - NOT_METRICS <= {*DEFINITIONS}
    assert [macro for macro in macros if len(re.findall(rf"\b{macro}\(", used_by)) < 2] == []


def test_no_model_divides_two_counts_by_itself() -> None:
    dividing = re.compile(r"_count\b[^,\n]*/")
    offending = {name for name, model in MODELS.items() if dividing.search(model["raw_code"])}

    # Features are double from the start, and their windows are not those of the metrics.
    assert {name for name in offending if MODELS[name]["fqn"][1] != "features"} == set()


def test_the_tables_documentation_is_written_without_any_data_and_opens_with_the_metrics(tmp_path: Path) -> None:
    assert "The metrics" in write_docs(tmp_path, 90).read_text()
