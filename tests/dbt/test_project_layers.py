"""What a linter would look for across files: layers are read one way, foreign keys are tested, nothing lies unused."""

import json
import re
from itertools import chain
from typing import Any

import pytest

from eshop_dagster.adapters.dbt import ensure_manifest

Props = dict[str, Any]

MANIFEST: Props = json.loads(ensure_manifest().read_text())
NODES: dict[str, Props] = MANIFEST["nodes"]
MODELS = {props["name"]: props for props in NODES.values() if props["resource_type"] == "model"}
MACROS = {name: props for name, props in MANIFEST["macros"].items() if props["package_name"] == "eshop"}

MARTS = [name for name, props in MODELS.items() if props["fqn"][1] == "marts"]
LAYERS = ("staging", "intermediate", "marts", "features")

UNTESTED_KEYS = {
    ("fct_order_items", "customer_key"): "copied from the order, where it is tested",
    ("fct_reviews", "customer_key"): "copied from the order, where it is tested",
    ("fct_reviews", "order_id"): "a review may come before its order, or without one",
}

CALLED_BY_DBT = r"(get_incremental_\w+_sql|test_\w+|default__\w+|generate_\w+)"
"""dbt finds these by their name: strategies, generic tests, and its own macros overridden."""


def generic_tests(model: str, kind: str) -> list[Props]:
    return [
        test["test_metadata"]["kwargs"]
        for test in NODES.values()
        if test.get("attached_node") == MODELS[model]["unique_id"] and test["test_metadata"]["name"] == kind
    ]


def own_key(model: str) -> set[str]:
    """The columns of a model's grain."""
    arguments = [*generic_tests(model, "unique"), *generic_tests(model, "unique_combination")]
    return set(chain.from_iterable(one.get("columns", [one.get("column_name")]) for one in arguments))


@pytest.mark.parametrize("name", MODELS)
def test_a_model_reads_no_later_layer_than_its_own(name: str) -> None:
    place = LAYERS.index(MODELS[name]["fqn"][1])
    read = [NODES[node] for node in MODELS[name]["depends_on"]["nodes"] if node.startswith("model.")]

    assert [node["name"] for node in read if LAYERS.index(node["fqn"][1]) > place] == []


@pytest.mark.parametrize("name", MARTS)
def test_every_foreign_key_of_a_mart_is_tested_to_lead_somewhere(name: str) -> None:
    """A column is a foreign key where it is the whole grain of another mart, and not of this one."""
    foreign = {*MODELS[name]["columns"]} & set().union(*(own_key(mart) for mart in MARTS if len(own_key(mart)) == 1))
    tested = {one["column_name"] for one in generic_tests(name, "relationships")}

    untested = foreign - tested - (own_key(name) if len(own_key(name)) == 1 else set())
    assert {key for key in untested if key.endswith(("_id", "_key")) and (name, key) not in UNTESTED_KEYS} == set()


def test_every_exception_from_tested_foreign_keys_is_still_one() -> None:
    untested = {
        (name, column)
        for name, column in UNTESTED_KEYS
        if column in MODELS[name]["columns"]
        and column not in {one["column_name"] for one in generic_tests(name, "relationships")}
    }

    assert untested == set(UNTESTED_KEYS)


def test_every_macro_is_called() -> None:
    # By text: what is called in an incremental run only is not among the dependencies that dbt notes while it parses.
    nodes = chain(NODES.values(), MANIFEST["unit_tests"].values())
    texts = [str(node.get("raw_code")) + str(node.get("overrides")) for node in nodes]
    texts += [macro["macro_sql"].split("%}", 1)[1] for macro in MACROS.values()]

    assert [
        macro["name"]
        for macro in MACROS.values()
        if not re.fullmatch(CALLED_BY_DBT, macro["name"])
        and not any(re.search(rf"\b{macro['name']}\(", text) for text in texts)
    ] == []


def test_every_incremental_strategy_is_some_models() -> None:
    used = {model["config"].get("incremental_strategy") for model in MODELS.values()}
    pattern = r"get_incremental_(\w+)_sql"
    strategies = {found[1] for macro in MACROS.values() if (found := re.fullmatch(pattern, macro["name"]))}

    assert strategies <= used
