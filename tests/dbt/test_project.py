"""The rules of the dbt project, held over its parsed manifest and over tables built without rows."""

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from eshop_dagster.adapters.dbt import ensure_manifest
from eshop_dagster.adapters.validation import stored_columns
from eshop_dagster.contract import TABLES
from eshop_dagster.ml.features import FEATURES, KEY

Props = dict[str, Any]

MANIFEST: Props = json.loads(ensure_manifest().read_text())
MODELS: dict[str, Props] = {
    props["name"]: props for props in MANIFEST["nodes"].values() if props["resource_type"] == "model"
}
DATA_TESTS: dict[str, Props] = {
    props["name"]: props for props in MANIFEST["nodes"].values() if props["resource_type"] == "test"
}
SOURCES: dict[str, Props] = {props["name"]: props for props in MANIFEST["sources"].values()}
SEEDS: dict[str, Props] = {
    props["name"]: props for props in MANIFEST["nodes"].values() if props["resource_type"] == "seed"
}

NAMES = {
    "staging": r"stg_raw__[a-z_]+",
    "intermediate": r"int_[a-z]+__[a-z_]+",
    # Months that a build touches are known from its marts alone, and so their list lies beside them.
    "marts": r"(dim|fct|agg|rec)_[a-z_]+|int_[a-z]+__touched",
    "features": r"customer_[a-z_]+",
}

INTEGERS = {"INTEGER", "BIGINT", "HUGEINT"}
TYPES_BY_COLUMN_NAME = {
    r"(previous_)?(is|has)_.*": {"BOOLEAN"},
    r".*_at": {"TIMESTAMP WITH TIME ZONE"},
    r".*_date": {"DATE"},
    # A month is its first day; a month of any year is a number.
    r"calendar_month": {"INTEGER"},
    r".*_month": {"DATE"},
    r".*_(id|key)": {"VARCHAR"},
    r".*_brl": {"DECIMAL", "DOUBLE"},
    r".*_count": {*INTEGERS, "DOUBLE"},
    r".*_days": {*INTEGERS, "DOUBLE"},
    r".*_(share|pct|kg|km)": {"DOUBLE"},
}
"""What a column's name says about its type, the first that fits; models read features as double."""
NAME_BY_TYPE = {
    "TIMESTAMP WITH TIME ZONE": r".*_at",
    "DATE": r".*_(date|month)",
    "BOOLEAN": r"(previous_)?(is|has)_.*",
    "DECIMAL": r".*_brl|quantity",
}


def folder(model: Props) -> str:
    return str(model["fqn"][1])


def type_name(documented: str) -> str:
    """Return a documented type as DuckDB spells it, without a decimal's digits."""
    name = re.sub(r"[(].*", "", documented).upper()
    return {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}.get(name, name)


def types_named_by(column: str, *, otherwise: set[str]) -> set[str]:
    fitting = (types for pattern, types in TYPES_BY_COLUMN_NAME.items() if re.fullmatch(pattern, column))
    return next(fitting, otherwise)


def generic_tests(model: str) -> list[Props]:
    return [test for test in DATA_TESTS.values() if test.get("attached_node") == MODELS[model]["unique_id"]]


def columns_tested(model: str, *kinds: str) -> list[set[str]]:
    """Return the columns of each generic test of these kinds on a model."""
    tested = []
    for test in generic_tests(model):
        arguments = test["test_metadata"]["kwargs"]
        if test["test_metadata"]["name"] in kinds:
            tested.append(set(arguments["columns"] if "columns" in arguments else [arguments["column_name"]]))
    return tested


@pytest.fixture(scope="module")
def built_columns(empty_home: Path) -> dict[str, dict[str, str]]:
    """Each table's columns in order with their DuckDB type, without a decimal's digits."""
    with duckdb.connect(str(empty_home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, regexp_replace(data_type, '[(].*', '') FROM information_schema.columns "
            "ORDER BY table_name, ordinal_position"
        ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, data_type in rows:
        found.setdefault(table, {})[column] = data_type
    return {table: found[table] for table in (*MODELS, *SEEDS)}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_named_after_its_layer(name: str) -> None:
    assert re.fullmatch(NAMES[folder(MODELS[name])], name)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_belongs_to_the_group_of_its_folder(name: str) -> None:
    assert MODELS[name]["config"]["meta"]["dagster"]["group"] == folder(MODELS[name])


@pytest.mark.parametrize("name", [*MODELS, *SEEDS])
def test_every_table_has_an_owner(name: str) -> None:
    owners = {**MODELS, **SEEDS}[name]["meta"]["dagster"]["owners"]

    assert owners
    assert all(re.fullmatch(r"team:[a-z]+", owner) for owner in owners)


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if folder(model) == "marts"])
def test_every_mart_has_a_contract_that_dbt_enforces(name: str) -> None:
    assert MODELS[name]["config"]["contract"]["enforced"]


@pytest.mark.parametrize("name", [*MODELS, *SEEDS])
def test_every_column_is_documented_with_its_type(name: str) -> None:
    columns = {**MODELS, **SEEDS}[name]["columns"]

    assert [column for column, props in columns.items() if not props["data_type"]] == []


@pytest.mark.parametrize("name", MODELS)
def test_the_first_line_of_a_model_states_its_grain(name: str) -> None:
    assert re.match(r"-- Grain: one row per .{5,}[.;]?", MODELS[name]["raw_code"])


@pytest.mark.parametrize("name", MODELS)
def test_only_staging_reads_a_source_and_each_staging_model_its_own(name: str) -> None:
    sources = [node for node in MODELS[name]["depends_on"]["nodes"] if node.startswith("source.")]
    expected = [f"source.eshop.raw.{name.removeprefix('stg_raw__')}"] if folder(MODELS[name]) == "staging" else []

    assert sources == expected


@pytest.mark.parametrize("name", [*MODELS, *SEEDS, *(f"raw.{source}" for source in SOURCES)])
def test_every_table_and_column_has_a_description_of_its_own(name: str) -> None:
    table = SOURCES[name.removeprefix("raw.")] if name.startswith("raw.") else {**MODELS, **SEEDS}[name]
    columns = [(column, props["description"]) for column, props in table["columns"].items()]
    descriptions = [table["description"], *(text for _, text in columns)]

    assert table["description"]
    assert [column for column, text in columns if len(text.split()) < 3] == []
    assert [text for text in descriptions if descriptions.count(text) > 1] == []
    assert [text for text in descriptions if not text.endswith(".")] == []


def test_the_documented_columns_are_those_of_the_built_table(built_columns: dict[str, dict[str, str]]) -> None:
    documented = {name: list(table["columns"]) for name, table in {**MODELS, **SEEDS}.items()}

    assert documented == {name: list(columns) for name, columns in built_columns.items()}


def test_the_documented_types_are_those_of_the_built_table(built_columns: dict[str, dict[str, str]]) -> None:
    wrong = [
        f"{name}.{column} is {built_columns[name][column]}, not {props['data_type']}"
        for name, table in {**MODELS, **SEEDS}.items()
        for column, props in table["columns"].items()
        if type_name(props["data_type"]) != built_columns[name][column]
    ]

    assert wrong == []


def test_the_documented_sources_are_the_raw_contract() -> None:
    documented = {name: list(source["columns"]) for name, source in SOURCES.items()}

    assert documented == {table: [*stored_columns(table), "changed_date"] for table in TABLES}


def test_column_names_tell_their_type(built_columns: dict[str, dict[str, str]]) -> None:
    wrong = [
        f"{model}.{column} is {data_type}"
        for model, columns in built_columns.items()
        for column, data_type in columns.items()
        if data_type not in types_named_by(column, otherwise={data_type})
    ]

    assert wrong == []


def test_instants_dates_booleans_and_money_have_the_name_of_their_type(
    built_columns: dict[str, dict[str, str]],
) -> None:
    wrong = [
        f"{model}.{column} is {data_type}"
        for model, columns in built_columns.items()
        for column, data_type in columns.items()
        if data_type in NAME_BY_TYPE and not re.fullmatch(NAME_BY_TYPE[data_type], column)
    ]

    assert wrong == []


@pytest.mark.parametrize("name", MODELS)
def test_the_grain_of_every_model_is_tested_as_unique_and_never_null(name: str) -> None:
    [grain] = columns_tested(name, "unique", "unique_combination")
    never_null = set().union(*columns_tested(name, "not_null", "never_null", "always_a_number"))

    assert grain <= never_null


@pytest.mark.parametrize("name", DATA_TESTS)
def test_every_data_test_has_a_name_a_description_and_a_table_to_show_it_on(name: str) -> None:
    test = DATA_TESTS[name]
    shown_on = test["config"]["meta"].get("dagster", {}).get("ref", {}).get("name") or next(
        table for table, props in {**MODELS, **SEEDS}.items() if props["unique_id"] == test["attached_node"]
    )

    assert re.fullmatch(rf"{shown_on}_[a-z0-9_]+", name)
    assert test["description"].endswith(".")


def test_every_unit_test_says_what_rule_it_holds() -> None:
    unit_tests = MANIFEST["unit_tests"].values()

    assert [test["name"] for test in unit_tests if not (test["description"] or "").endswith(".")] == []


def test_only_tests_of_what_a_shop_may_lack_warn() -> None:
    warning = {name for name, test in DATA_TESTS.items() if test["config"]["severity"].lower() == "warn"}

    assert warning == {
        "fct_order_items_product_is_in_dim_products",
        "fct_deliveries_seller_is_in_dim_sellers",
        "fct_order_items_seller_is_in_dim_sellers",
        "fct_orders_are_paid_as_sold",
    }


def test_customer_features_are_the_features_that_the_models_know() -> None:
    [checked] = columns_tested("customer_features", "always_a_number")

    assert set(MODELS["customer_features"]["columns"]) == {*KEY, "state", *FEATURES}
    assert checked == set(FEATURES)
