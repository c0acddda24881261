"""A column name that two tables share has one meaning: one description, and one kind of type."""

import json
import re
from collections import defaultdict

import pyarrow as pa
import pytest

from eshop_dagster.adapters.dbt import ensure_manifest
from eshop_dagster.stages.score_tables import TABLES

from .column_remarks import REMARKS

MANIFEST = json.loads(ensure_manifest().read_text())
BLOCKS = {name: " ".join(doc["block_contents"].split()) for name, doc in MANIFEST["docs"].items()}

EXCEPTIONS = {
    ("stg_raw__customers", "state"): "staging keeps raw's names; dim_customers says customer_state",
    ("stg_raw__sellers", "state"): "staging keeps raw's names; dim_sellers says seller_state",
    ("brazilian_states", "state"): "the states themselves, whatever is there",
    ("stg_raw__customers", "city"): "staging keeps raw's names; dim_customers says customer_city",
    ("stg_raw__sellers", "city"): "staging keeps raw's names; dim_sellers says seller_city",
    ("stg_raw__customers", "zip_prefix"): "staging keeps raw's names; dim_customers says customer_zip_prefix",
    ("stg_raw__sellers", "zip_prefix"): "staging keeps raw's names; dim_sellers says seller_zip_prefix",
    ("agg_churn", "ordered_month"): "customers who are active or leave in the month need not order in it",
    ("int_months__touched", "ordered_month"): "months to count again, with an order or without",
}
"""Columns that mean something of their own, with the reason."""

FAMILIES = {
    "number": r"(big|huge|u?big|small)?int(eger|64|32)?|double|decimal.*|float64",
    "text": r"varchar|string",
    "instant": r"timestamp.*",
    "date": r"date(32.*)?",
    "boolean": r"bool(ean)?",
}


def family(kind: str) -> str:
    return next(name for name, pattern in FAMILIES.items() if re.fullmatch(pattern, kind.lower()))


Described = dict[str, tuple[str, str, str | None]]


def columns() -> dict[str, Described]:
    """Return of each column name its description, family of type and doc block, by table."""
    found: dict[str, Described] = defaultdict(dict)
    for node in MANIFEST["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            for name, props in node["columns"].items():
                blocks = props["doc_blocks"] or [None]
                text = " ".join(props["description"].split())
                found[name][node["name"]] = (text, family(props["data_type"]), blocks[0])
    for name, table in TABLES.items():
        for column in table.columns:
            found[column.name][name] = (column.description, family(str(column.type)), None)
    return found


SHARED = {
    name: of
    for name, tables in columns().items()
    if len(of := {table: told for table, told in tables.items() if (table, name) not in EXCEPTIONS}) > 1
}


def is_meant(name: str, text: str, meaning: str) -> bool:
    """Whether a text is the meaning, with a remark that the column may have."""
    return text == meaning or (
        text.startswith(f"{meaning} ") and text.removeprefix(f"{meaning} ") in REMARKS.get(name, set())
    )


def test_a_text_that_goes_on_to_mean_something_else_is_none_of_the_shared_meaning() -> None:
    assert is_meant("state", "State of delivery. NULL when unknown.", "State of delivery.")
    assert not is_meant("state", "State of delivery. Before returns.", "State of delivery.")
    assert not is_meant("state", "State of delivery.s", "State of delivery.")


def test_every_remark_is_still_made() -> None:
    said = {name: {text for text, _, _ in of.values()} for name, of in SHARED.items()}
    assert {
        (name, one) for name, some in REMARKS.items() for one in some if not any(t.endswith(one) for t in said[name])
    } == set()


@pytest.mark.parametrize("name", SHARED)
def test_a_shared_name_has_one_description_and_one_kind_of_type(name: str) -> None:
    blocks = {block for _, _, block in SHARED[name].values() if block}
    kinds = {kind for _, kind, _ in SHARED[name].values()}
    texts = {table: text for table, (text, _, _) in SHARED[name].items()}
    [meaning] = {BLOCKS[block] for block in blocks} or {min(texts.values(), key=len)}

    assert meaning and "" not in texts.values()
    assert {table: text for table, text in texts.items() if not is_meant(name, text, meaning)} == {}
    assert len(kinds) == 1


def test_dbt_describes_each_shared_column_by_a_block() -> None:
    in_scores = {(table, name) for table, one in TABLES.items() for name in one.descriptions}
    without = {
        (table, name)
        for name, tables in SHARED.items()
        for table, (_, _, block) in tables.items()
        if block is None and (table, name) not in in_scores
    }

    assert without == set()


def test_every_exception_is_still_one() -> None:
    known = columns()

    assert {key for key in EXCEPTIONS if key[0] not in known.get(key[1], {})} == set()


@pytest.mark.parametrize("table", TABLES)
def test_every_published_column_outside_dbt_is_described_once(table: str) -> None:
    assert len(TABLES[table].descriptions) == len(TABLES[table].columns)
    assert [text for text in TABLES[table].descriptions.values() if not text.endswith(".")] == []


def test_a_net_amount_says_so_and_a_gross_one_does_not() -> None:
    named = [name for name in columns() if "revenue" in name and "expected" not in name]
    net = {name for name in named if re.search(r"\b(net|worth)\b", " ".join(t for t, _, _ in columns()[name].values()))}

    assert {name for name in net if not name.startswith(("net_", "previous_net_"))} == set()


def test_the_published_types_are_of_a_known_family() -> None:
    assert {family(str(kind)) for kind in (pa.float64(), pa.int32(), pa.date32(), pa.bool_(), pa.string())} == {
        "number",
        "date",
        "boolean",
        "text",
    }
