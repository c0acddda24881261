"""An Olist file cut anywhere is refused, but for the cuts that no file of the set can tell."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.olist import FILES, OlistSource

from .olist_folder import olist_folder, write_lines
from .test_files_as_they_come_olist import ORDERS, shop
from .whole_pull import Refused, pull, pulled

CUTS = 18
"""Spread evenly over each of the eight files, beside those next to a line end, a quote, an accent and a number."""


def cuts(content: bytes) -> Iterator[int]:
    ends = [place + 1 for place, byte in enumerate(content) if byte == ord("\n")]
    beside = {place + by for place in (ends[0], ends[len(ends) // 2], ends[-2]) for by in (-2, -1, 0, 1)}
    beside |= {content.rfind(mark) + 1 for mark in (b'"', "ã".encode(), b".")}
    spread = {len(content) * number // CUTS for number in range(1, CUTS)}
    yield from sorted(place for place in beside | spread | set(ends[-4:]) if 0 < place < len(content))


@pytest.mark.parametrize("name", FILES)
def test_a_cut_is_refused_wherever_it_lies(tmp_path: Path, name: str) -> None:
    folder = olist_folder(tmp_path, **shop())
    path = folder / FILES[name][0]
    content = path.read_bytes()
    assert OlistSource(folder).last_day()
    rest = {}
    for place in cuts(content):
        path.write_bytes(content[:place])
        with suppress(SourceError):
            OlistSource(folder).last_day()
            rest[place] = content[place:].decode()
    if name == "reviews":
        # Two of a hundred delivered orders may be without a review, which is one of twelve.
        assert [text.count(",2017-12-02 00:00:00,") for text in rest.values()] == [1]
    elif name == "items":
        # The last line of the last order: its first one is still there.
        assert [text[:6] for text in rest.values()] == [f"{ORDERS[-1]},2,"]
    else:
        assert rest == {}


def test_every_refusal_of_a_cut_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    folder = olist_folder(tmp_path / "in", **shop())
    for name, (file, _) in FILES.items():
        path = folder / file
        content = path.read_bytes()
        for place in (0, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:place])
            found = pull(lambda: OlistSource(folder), tmp_path / "home")
            assert isinstance(found, Refused), (name, place)
            assert file in found.message and "fetch" in found.message
        path.write_bytes(content)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("name", "kept", "message"),
    [
        ("orders", 11, "has 2 rows whose order_id is not in olist_orders_dataset.csv (such as o12)"),
        ("customers", 11, "has 1 rows whose customer_id is not in olist_customers_dataset.csv (such as co12)"),
        (
            "items",
            11,
            "1 of 12 delivered orders have no row in olist_order_items_dataset.csv (such as o12), expected at",
        ),
        ("payments", 10, "2 of 12 delivered orders have no row in olist_order_payments_dataset.csv (such as o01)"),
        ("reviews", 10, "2 of 12 delivered orders have no row in olist_order_reviews_dataset.csv (such as o11)"),
        ("products", 4, "has 2 rows whose product_id is not in olist_products_dataset.csv (such as p4)"),
        ("translation", 2, "3 product categories are not in product_category_name_translation.csv, expected at most 2"),
    ],
)
def test_a_file_that_ends_between_two_of_its_lines_is_told_by_the_others(
    tmp_path: Path, name: str, kept: int, message: str
) -> None:
    folder = olist_folder(tmp_path / "in", **shop())
    write_lines(folder, name, shop()[name][:kept])
    found = pull(lambda: OlistSource(folder), tmp_path / "home")
    assert isinstance(found, Refused) and message in found.message


def test_a_customer_without_an_order_is_the_trace_of_an_order_that_has_nothing_else(tmp_path: Path) -> None:
    rows = shop()
    rows["orders"][-1] |= {"order_status": "unavailable"}
    for name in ("items", "payments", "reviews"):
        rows[name] = [row for row in rows[name] if row["order_id"] != ORDERS[-1]]
    folder = olist_folder(tmp_path / "in", **rows)
    pulled(lambda: OlistSource(folder), tmp_path / "home")
    write_lines(folder, "orders", rows["orders"][:-1])
    found = pull(lambda: OlistSource(folder), tmp_path / "other")
    assert isinstance(found, Refused)
    assert "olist_customers_dataset.csv has 1 rows whose customer_id is not in olist_orders_dataset" in found.message


@pytest.mark.parametrize("name", ["orders", "items", "payments", "customers", "products"])
def test_two_stray_quotes_make_no_field_of_several_lines(tmp_path: Path, name: str) -> None:
    path = olist_folder(tmp_path / "in", **shop()) / FILES[name][0]
    lines = path.read_text(encoding="utf-8").split("\n")
    second, third = lines[2].split(",", 2), lines[3].split(",", 2)
    for two in (
        [f'"{lines[2]}', f'{lines[3]}"'],
        [lines[2], f'{lines[3]}x"x"'],
        # What stands between these two is one field, and the line has as many fields as the others.
        [f'{second[0]},"{second[1]},{second[2]}', f'{third[0]},{third[1]}",{third[2]}'],
    ):
        path.write_text("\n".join([*lines[:2], *two, *lines[4:]]), encoding="utf-8")
        found = pull(lambda: OlistSource(tmp_path / "in"), tmp_path / "home")
        assert isinstance(found, Refused), two
        assert found.message.startswith(FILES[name][0])
