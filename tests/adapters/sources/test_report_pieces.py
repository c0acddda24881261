"""A draft for a report of one line per piece: no quantity, and equal lines that are several pieces."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import sniff

from .report_drafts import drafted, pieces, revenue, statuses

MARKETPLACE = """\
"order_id","customer_id","customer_unique_id","order_status","order_purchase_timestamp","order_approved_at",\
"order_delivered_carrier_date","order_delivered_customer_date","order_estimated_delivery_date","product_id",\
"product_category_name","seller_id","price","freight_value","customer_zip_code_prefix","customer_city",\
"customer_state","payment_type","payment_installments","payment_value"
o1,c1,ana,delivered,2018-01-05 10:00:00,2018-01-05 10:10:00,2018-01-06 09:00:00,2018-01-09 18:00:00,\
2018-01-20 00:00:00,mug,casa,s1,58.90,13.29,"01037",sao paulo,SP,credit_card,8,144.38
o1,c1,ana,delivered,2018-01-05 10:00:00,2018-01-05 10:10:00,2018-01-06 09:00:00,2018-01-09 18:00:00,\
2018-01-20 00:00:00,mug,casa,s1,58.90,13.29,"01037",sao paulo,SP,credit_card,8,144.38
o2,c2,ana,canceled,2018-02-05 10:00:00,,,,2018-02-20 00:00:00,cup,,s2,1199.00,20.1,"01037",sao paulo,SP,boleto,1,1219.10
"""
"""One line per piece: neither a quantity nor a line number, and a customer id for each order."""
PIECES = "Order ID,Order Date,SKU,Item,Qty,Price\n1,2024-03-05,mug,1,1,9.50\n1,2024-03-05,mug,1,1,9.50\n"
"""Two equal lines, with a line number and a quantity."""


def test_a_marketplace_export_of_one_line_per_piece_is_understood(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, MARKETPLACE)
    mapping = yaml.safe_load(draft)
    assert mapping["columns"] == {
        "order_id": "order_id",
        "product_id": "product_id",
        "customer_id": "customer_unique_id",
        "category": "product_category_name",
        "unit_price": "price",
        "freight": "freight_value",
        "ordered_at": "order_purchase_timestamp",
        "status": "order_status",
        "state": "customer_state",
        "city": "customer_city",
        "zip_prefix": "customer_zip_code_prefix",
        "approved_at": "order_approved_at",
        "shipped_at": "order_delivered_carrier_date",
        "delivered_at": "order_delivered_customer_date",
        "promised_date": "order_estimated_delivery_date",
        "seller_id": "seller_id",
        "payment_method": "payment_type",
        "payment_installments": "payment_installments",
        "payment_amount": "payment_value",
    }
    assert "# GUESS: no column for the quantity was found, so each line counts as one piece." in draft
    assert "\"customer_id\" (customer_id is taken from 'customer_unique_id'" in draft
    assert mapping["format"]["date_formats"] == ["%Y-%m-%d %H:%M:%S"]
    assert mapping["cancellation"] == {"statuses": ["canceled"]}
    assert statuses(source) == {"o1": "delivered", "o2": "cancelled"}
    assert revenue(source) == Decimal("1316.80")
    (customer,) = [
        row
        for chunk in source.changes(source.first_day(), source.first_day())
        for row in chunk.tables["customers"].to_pylist()
    ]
    assert (customer["customer_id"], customer["zip_prefix"]) == ("ana", "01037")


def test_equal_lines_of_one_piece_without_a_line_number_are_kept(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, MARKETPLACE)
    assert yaml.safe_load(draft)["duplicates"] == "keep"
    assert "# 1 of 3 lines are equal to an earlier line in every column.\n# GUESS: each line is one piece" in draft
    assert source.lines_read == 3
    assert pieces(source) == {("o1", "1"): "1.000", ("o1", "2"): "1.000", ("o2", "1"): "1.000"}


@pytest.mark.parametrize(
    "text, duplicates",
    [
        (PIECES.replace("Item,", "").replace("mug,1,", "mug,"), "keep"),
        (PIECES.replace("Item,", "").replace("mug,1,1", "mug,1.0"), "keep"),
        (PIECES.replace("Item,Qty,", "").replace("mug,1,1,", "mug,"), "keep"),
        (PIECES.replace("Item,", "").replace("mug,1,", "mug,") + "2,2024-03-05,cup,2,1.25\n", "quarantine"),
        (PIECES.replace("Item,", "").replace("mug,1,", "mug,") + "2,2024-03-05,cup,,1.25\n", "quarantine"),
        (PIECES, "quarantine"),
        (PIECES.replace("Qty,", "").replace("1,1,9", "1,9"), "quarantine"),
    ],
    ids=[
        "a quantity of 1",
        "a quantity of 1.0",
        "no quantity",
        "another line of two pieces",
        "another line without its quantity",
        "a line number",
        "a line number and no quantity",
    ],
)
def test_equal_lines_are_kept_only_where_nothing_else_could_say_two(tmp_path: Path, text: str, duplicates: str) -> None:
    draft, _ = drafted(tmp_path, text)
    assert yaml.safe_load(draft)["duplicates"] == duplicates


def test_a_file_that_holds_its_lines_twice_over_is_not_taken_for_two_pieces_of_everything(tmp_path: Path) -> None:
    header, *lines = "Order ID,Order Date,SKU,Price\n1,2024-03-05,mug,9.50\n2,2024-03-05,cup,1.25\n".splitlines(True)
    draft, source = drafted(tmp_path, "".join([header, *lines, *lines]))
    assert "# The second half of the file is the first half again" in draft
    assert revenue(source) == Decimal("10.75")


def test_an_order_item_id_is_the_line_number_unless_it_is_too_long_for_one(tmp_path: Path) -> None:
    text = "order_id,order_item_id,purchase_date,sku,price\n1,1,2024-03-05,mug,9.50\n1,2,2024-03-05,mug,9.50\n"
    draft, _ = drafted(tmp_path, text)
    assert yaml.safe_load(draft)["columns"]["line_number"] == "order_item_id"
    draft, source = drafted(tmp_path, text.replace(",1,2024", ",40012345678901,2024"))
    assert '"order_item_id" (named like line_number, but its numbers are too long for one)' in draft
    assert list(pieces(source)) == [("1", "1"), ("1", "2")]


@pytest.mark.parametrize(
    "rows, price, said",
    [
        ("9.50,9.50 1.25,1.25", "unit_price", '"Total" (the unit price, on every line)'),
        ("9.50,9.00 1.25,1.25", "line_total", "# On 1 of 2 lines it is not 'Price' (a discount?)"),
        ("9.50,12.00 1.25,1.25", "unit_price", "\"Total\" (above 'Price' on 1 of 2 lines: the order's total"),
    ],
)
def test_without_a_quantity_a_total_is_taken_only_for_a_discount(
    tmp_path: Path, rows: str, price: str, said: str
) -> None:
    first, second = rows.split()
    draft, _ = drafted(
        tmp_path, f"Order ID,Order Date,SKU,Price,Total\n1,2024-03-05,a,{first}\n2,2024-03-05,b,{second}\n"
    )
    assert {"unit_price", "line_total"} & yaml.safe_load(draft)["columns"].keys() == {price}
    assert said in draft


def test_totals_of_several_unit_prices_are_not_counted_as_one_piece_each(tmp_path: Path) -> None:
    lines = "1,2024-03-05,a,3,9.50,28.50\n2,2024-03-05,b,1,1.25,1.25\n"
    (tmp_path / "file.csv").write_text(f"Order ID,Order Date,SKU,How many,Price,Total\n{lines}")
    with pytest.raises(SourceError, match=r"a quantity \(on 1 of 2 lines 'Total' is several times 'Price'"):
        sniff(tmp_path / "file.csv")


def test_postal_codes_that_lost_their_zeros_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, MARKETPLACE.replace('"01037"', "1037"))
    assert '"customer_zip_code_prefix" (named like a CEP, but its texts are none: were leading zeros lost?)' in draft
