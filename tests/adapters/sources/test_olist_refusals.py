"""Olist files that are missing, cut short or not what their names say are refused with what is wrong with them."""

from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.olist import FILES, OlistSource
from eshop_dagster.adapters.sources.strict_csv import read_strict_csv

from .olist_folder import olist_folder, write_lines


def refused(folder: Path, match: str) -> None:
    with pytest.raises(SourceError, match=match):
        OlistSource(folder).last_day()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "olist", r"the Olist folder .*olist does not exist: give the folder that holds its CSV files")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = olist_folder(tmp_path)
    (folder / FILES[name][0]).unlink()
    refused(folder, rf"lacks {FILES[name][0]}: all of 8 files are needed")


def test_all_missing_files_are_named_at_once(tmp_path: Path) -> None:
    refused(tmp_path, "lacks " + ", ".join(file for file, _ in FILES.values()))


def test_a_file_under_another_files_name_is_refused(tmp_path: Path) -> None:
    folder = olist_folder(tmp_path)
    (folder / FILES["orders"][0]).write_bytes((folder / FILES["sellers"][0]).read_bytes())
    refused(
        folder, r"olist_orders_dataset\.csv has the columns \['seller_id', .*this is not the file it is named after"
    )


def test_a_file_saved_as_latin_1_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = olist_folder(tmp_path, customers=[{}, {"customer_id": "c2", "customer_city": "são paulo"}])
    path = folder / FILES["customers"][0]
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    refused(folder, r"olist_customers_dataset\.csv is not UTF-8: byte 0xe3 in line 3 .*looks like Latin-1")


def test_a_set_without_orders_is_refused(tmp_path: Path) -> None:
    refused(
        olist_folder(tmp_path, customers=[], orders=[]),
        r"olist_orders_dataset\.csv holds no order: expected the Olist orders, one a line",
    )


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("orders", "order_purchase_timestamp"),
        ("orders", "order_approved_at"),
        ("orders", "order_estimated_delivery_date"),
        ("reviews", "review_answer_timestamp"),
        ("reviews", "review_creation_date"),
        ("products", "product_weight_g"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_in_our_words(tmp_path: Path, name: str, column: str) -> None:
    source = OlistSource(olist_folder(tmp_path, **{name: [{column: "24/11/2017"}]}))
    with pytest.raises(SourceError, match=r"a value that cannot be read \(.*24/11/2017.*expected instants such as"):
        list(source.changes(source.first_day(), source.last_day()))


TWO_LINES = {
    "customers": [{}, {"customer_id": "c2"}],
    "items": [{}, {"order_item_id": "2"}],
    "payments": [{}, {"payment_sequential": "2"}],
    "reviews": [{}, {"review_id": "r2"}],
    "orders": [{}, {"order_id": "o2", "customer_id": "c2"}],
    "products": [{}, {"product_id": "p2"}],
    "sellers": [{}, {"seller_id": "s2"}],
    "translation": [{}, {"product_category_name": "artes", "product_category_name_english": "art"}],
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_inside_one_of_its_lines_is_refused(tmp_path: Path, name: str) -> None:
    file, columns = FILES[name]
    path = write_lines(tmp_path, name, TWO_LINES[name])
    content = path.read_bytes()
    header = content.index(b"\n") + 1
    accepted = {}
    for length in range(header + 1, len(content)):
        path.write_bytes(content[:length])
        try:
            table = read_strict_csv(path, tuple(columns.split()), multiline=("review_comment_message",))
            accepted[length] = table.num_rows
        except SourceError as refusal:
            assert str(refusal).startswith(file)
    # Nothing in a file tells that it ends between two of its lines.
    write_lines(tmp_path, name, TWO_LINES[name][:1])
    assert accepted == {path.stat().st_size: 1}


@pytest.mark.parametrize("name", ["customers", "orders", "products", "sellers"])
def test_a_file_cut_between_two_lines_is_refused_when_another_file_names_what_is_gone(
    tmp_path: Path, name: str
) -> None:
    items = [{}, {"order_id": "o2", "product_id": "p2", "seller_id": "s2"}]
    folder = olist_folder(tmp_path, **{**TWO_LINES, "items": items})
    assert OlistSource(folder).first_day() == date(2017, 11, 24)
    write_lines(folder, name, [{}])
    gone = {"customers": "c2", "orders": "o2", "products": "p2", "sellers": "s2"}[name]
    refused(
        folder, rf"has 1 rows whose .*_id is not in {FILES[name][0]} \(such as {gone}\): one of the two was cut short"
    )


def test_a_translation_cut_inside_its_last_word_is_refused(tmp_path: Path) -> None:
    folder = olist_folder(tmp_path)
    path = folder / FILES["translation"][0]
    published = path.read_bytes() + b"seguros_e_servicos,security_and_services"
    path.write_bytes(published)
    assert OlistSource(folder).first_day() == date(2017, 11, 24)
    path.write_bytes(published[:-1])
    refused(folder, r"product_category_name_translation\.csv ends in the middle of a line")
