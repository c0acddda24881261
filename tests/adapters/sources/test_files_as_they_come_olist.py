"""However the Olist files come, they are loaded to the last row, or refused, or the bad rows are in quarantine."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import Limits
from eshop_dagster.adapters.sources.olist import FILES, OlistSource

from ..raw_home import content as raw_content
from .olist_folder import Line, olist_folder, write_lines
from .whole_pull import Pulled, Refused, pull, pulled

ANYTHING_GOES = Limits(quarantined_share=1.0)
TABLES = ("customers", "products", "sellers", "orders", "order_items", "payments", "reviews")
ORDERS = [f"o{number:02}" for number in range(1, 13)]
CATEGORIES = ["artes", "bebes", "beleza_saude", "pc_gamer", "portateis_cozinha"]


def shop() -> dict[str, list[Line]]:
    """Twelve orders, as the published set has them: the last has two lines, the first no payment, two categories no
    translation.
    """
    return {
        "customers": [
            {"customer_id": f"c{order}", "customer_unique_id": f"u{order}", "customer_city": '"São João, ""del"" Rei"'}
            for order in ORDERS
        ],
        "orders": [{"order_id": order, "customer_id": f"c{order}"} for order in ORDERS],
        "items": [
            {"order_id": order, "product_id": f"p{place % 5}", "price": f"{place}12.50"}
            for place, order in enumerate(ORDERS)
        ]
        + [{"order_id": ORDERS[-1], "order_item_id": "2", "product_id": "p0"}],
        "payments": [{"order_id": order} for order in ORDERS[1:]],
        "reviews": [{"order_id": order, "review_id": f"r{order}"} for order in ORDERS],
        "products": [
            {"product_id": f"p{place}", "product_category_name": name} for place, name in enumerate(CATEGORIES)
        ],
        "translation": [{"product_category_name": name} for name in CATEGORIES[:3]],
    }


def dressed(folder: Path, dress: Callable[[str], bytes]) -> Path:
    """The shop's folder with each file's text written otherwise."""
    olist_folder(folder, **shop())
    for file, _ in FILES.values():
        (folder / file).write_bytes(dress((folder / file).read_text(encoding="utf-8-sig")))
    return folder


def rewritten(text: str, turn: Callable[[list[str]], list[str]], quoting: int = 0) -> bytes:
    """Every line of a CSV turned, header included."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(
        map(turn, csv.reader(io.StringIO(text, newline="")))
    )  # type: ignore[arg-type]
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Pulled:
    folder = tmp_path_factory.mktemp("clean")
    return pulled(lambda: OlistSource(olist_folder(folder / "in", **shop())), folder / "home")


def test_every_row_of_every_file_is_in_its_table(clean: Pulled) -> None:
    # An order shows on four days: placed, approved, shipped, delivered.
    expected = {"customers": 12, "products": 5, "sellers": 1, "orders": 48, "order_items": 52, "payments": 44}
    assert {table: clean.rows_in(table) for table in TABLES} == expected | {"reviews": 12}
    assert not clean.quarantined
    assert set(clean.column("customers", "zip_prefix")) == {"01310"}
    assert set(clean.column("customers", "city")) == {'São João, "del" Rei'}


DRESSES: dict[str, Callable[[str], bytes]] = {
    "byte-order mark": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "all quoted": lambda text: rewritten(text, list, csv.QUOTE_ALL),
    "reordered": lambda text: rewritten(text, lambda fields: fields[::-1]),
    "empty lines": lambda text: text.encode() + b"\n\n",
}


@pytest.mark.parametrize("dress", DRESSES)
def test_the_same_rows_written_otherwise_are_the_same_rows(tmp_path: Path, clean: Pulled, dress: str) -> None:
    folder = dressed(tmp_path / "in", DRESSES[dress])
    assert clean.is_content_of(pull(lambda: OlistSource(folder), tmp_path / "home"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("dress", "message"),
    [
        (lambda text: text.encode("utf-16"), "is UTF-16, expected UTF-8: save it as UTF-8"),
        (lambda text: text.encode("utf-16-le"), "holds a NUL character in line 1 (at 1), expected text"),
        (lambda text: text.encode()[:-9] + b"\0" + text.encode()[-9:], "it is damaged, or UTF-16 and not UTF-8"),
        (lambda text: text.encode() + b"\0" * 64, "holds a NUL character in line"),
        (lambda text: text.encode()[:-9] + b"\xe3" + text.encode()[-9:], "is not UTF-8: byte 0xe3 in line"),
        (lambda text: rewritten(text, lambda fields: fields[1:]), "expected ['"),
        (lambda text: rewritten(text, lambda fields: [*fields, "x"]), "this is not the file it is named after"),
        (lambda text: ("new_" + text).encode(), "has the columns ['new_"),
        (lambda text: text.replace('"', "").replace(",", ";").encode(), "this is not the file it is named after"),
    ],
    ids=["UTF-16", "UTF-16 unmarked", "NUL", "NULs behind", "Latin-1", "dropped", "added", "renamed", "semicolons"],
)
def test_a_file_in_another_form_is_refused(
    tmp_path: Path, name: str, dress: Callable[[str], bytes], message: str
) -> None:
    path = olist_folder(tmp_path / "in", **shop()) / FILES[name][0]
    path.write_bytes(dress(path.read_text(encoding="utf-8-sig")))
    found = pull(lambda: OlistSource(tmp_path / "in"), tmp_path / "home")
    assert isinstance(found, Refused)
    assert found.message.startswith(FILES[name][0]) and message in found.message


RETYPED = [
    ("items", "price", '"58,90"', "order_items", "unreadable:unit_price_brl", 8),
    ("items", "price", "R$ 58.90", "order_items", "unreadable:unit_price_brl", 8),
    ("items", "price", "", "order_items", "missing:unit_price_brl", 8),
    ("items", "order_item_id", "um", "order_items", "unreadable:line_number", 8),
    ("items", "freight_value", "1.005", "order_items", "too_many_decimals:freight_brl", 8),
    ("payments", "payment_value", "-", "payments", "unreadable:amount_brl", 4),
    ("payments", "payment_installments", "2.5", "payments", "too_many_decimals:installments", 4),
    ("reviews", "review_score", "ótimo", "reviews", "unreadable:score", 1),
    ("reviews", "review_id", "", "reviews", "missing:review_id", 1),
    ("customers", "customer_zip_code_prefix", "1310", "customers", "rule:zip_prefix", 1),
    ("customers", "customer_state", "São Paulo", "customers", "rule:state", 1),
    ("sellers", "seller_zip_code_prefix", "4195", "sellers", "rule:zip_prefix", 1),
    ("products", "product_weight_g", "-5", "products", "rule:weight_kg", 1),
    ("orders", "order_status", "perdido", "orders", "rule:status", 1),
]


@pytest.mark.parametrize(("name", "column", "value", "table", "reason", "times"), RETYPED)
def test_a_value_of_another_type_is_quarantined_and_every_row_is_counted(
    tmp_path: Path, clean: Pulled, name: str, column: str, value: str, table: str, reason: str, times: int
) -> None:
    rows = shop() | {"sellers": [{}]}
    rows[name][-1] = rows[name][-1] | {column: value}
    folder = olist_folder(tmp_path / "in", **rows)
    found = pulled(lambda: OlistSource(folder), tmp_path / "home", ANYTHING_GOES)
    assert found.quarantined[table, reason] == times
    # A line takes its order along: on each of its four days the other line, the payment and the order itself.
    along = {"orders": 4, "payments": 4} if table == "order_items" else {}
    assert {other: found.quarantined[other, reason] for other in along} == along
    assert {table: found.rows_in(table) for table in TABLES} == {table: clean.rows_in(table) for table in TABLES}
    assert all(found.accepted[other] <= clean.accepted[other] for other in TABLES if column != "customer_state")


@pytest.mark.parametrize("name", FILES)
def test_rows_that_stand_there_twice_are_counted_once_and_the_rest_is_in_quarantine(
    tmp_path: Path, clean: Pulled, name: str
) -> None:
    rows = shop() | {"sellers": [{}]}
    folder = olist_folder(tmp_path / "in", **rows | {name: rows[name] * 2})
    found = pulled(lambda: OlistSource(folder), tmp_path / "home", ANYTHING_GOES)
    assert found.accepted == clean.accepted
    assert {reason for _, reason in found.quarantined} == {"duplicate_key"}


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("customers", "customer_id"),
        ("customers", "customer_unique_id"),
        ("orders", "order_id"),
        ("orders", "customer_id"),
        ("items", "order_id"),
        ("payments", "order_id"),
        ("reviews", "order_id"),
    ],
)
def test_a_row_that_belongs_to_no_order_is_refused_since_no_day_would_hold_it(
    tmp_path: Path, name: str, column: str
) -> None:
    rows = shop()
    rows[name][3] = rows[name][3] | {column: ""}
    folder = olist_folder(tmp_path / "in", **rows)
    found = pull(lambda: OlistSource(folder), tmp_path / "home")
    assert isinstance(found, Refused)
    assert f"{FILES[name][0]} has 1 rows without {column}, expected one on every row" in found.message


def test_what_has_no_time_or_one_before_the_first_order_is_on_the_first_day(tmp_path: Path, clean: Pulled) -> None:
    rows = shop()
    times = [column for column in FILES["orders"][1].split() if column.endswith(("timestamp", "_at", "_date"))]
    rows["orders"][0] |= dict.fromkeys(times, "") | {"order_approved_at": "2017-01-01 10:00:00"}
    rows["reviews"][0] |= {"review_creation_date": "", "review_answer_timestamp": ""}
    rows["reviews"][1] |= {"review_creation_date": "2016-01-01", "review_answer_timestamp": ""}
    folder = olist_folder(tmp_path / "in", **rows)
    found = pulled(lambda: OlistSource(folder), tmp_path / "home", ANYTHING_GOES)
    assert found.quarantined == {("orders", "missing:ordered_at"): 1, ("order_items", "orphan:orders"): 1}
    assert {table: found.rows_in(table) for table in ("customers", "reviews", "orders")} == {
        "customers": 12,
        "reviews": 12,
        "orders": 45,
    }


@pytest.mark.parametrize("value", ["9999-12-31 00:00:00", "1970-01-01 00:00:00", "infinity"])
@pytest.mark.parametrize(
    ("name", "column"), [("orders", "order_delivered_customer_date"), ("reviews", "review_answer_timestamp")]
)
def test_a_time_that_no_pull_would_reach_is_refused(tmp_path: Path, name: str, column: str, value: str) -> None:
    rows = shop()
    rows[name][3] = rows[name][3] | {column: value}
    folder = olist_folder(tmp_path / "in", **rows)
    found = pull(lambda: OlistSource(folder), tmp_path / "home")
    assert isinstance(found, Refused)
    assert "times outside the years 2000 to 2100 (1 of them, such as" in found.message


@pytest.mark.parametrize("name", ["customers", "items", "translation"])
def test_a_file_under_another_files_name_is_refused_and_the_folder_under_another_name_is_the_same(
    tmp_path: Path, name: str
) -> None:
    folder, home = olist_folder(tmp_path / "in", **shop()), tmp_path / "home"
    pulled(lambda: OlistSource(folder), home)
    before = raw_content(home)
    pulled(lambda: OlistSource(folder.rename(tmp_path / "cópia")), home)
    assert raw_content(home) == before
    other = next(other for other in FILES if other != name)
    write_lines(tmp_path / "cópia", name, [{}])
    (tmp_path / "cópia" / FILES[name][0]).rename(tmp_path / "cópia" / FILES[other][0])
    write_lines(tmp_path / "cópia", name, shop().get(name, [{}]))
    found = pull(lambda: OlistSource(tmp_path / "cópia"), home)
    assert isinstance(found, Refused)
    assert found.message.startswith(FILES[other][0]) and "not the file it is named after" in found.message
    assert raw_content(home) == before
