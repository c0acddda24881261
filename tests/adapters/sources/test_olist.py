"""The Olist files, unfolded into what was known on each day."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.raw_store import Limits, RawStore
from eshop_dagster.adapters.sources.olist import OlistSource
from eshop_dagster.adapters.vault import Vault

from .olist_folder import olist_folder, write_lines

PURCHASE = datetime(2017, 11, 24, 23, 15, 19, tzinfo=UTC)
"""21:15:19 in São Paulo, whose summer time is two hours behind UTC."""
APPROVAL = datetime(2017, 11, 25, 10, tzinfo=UTC)
HAND_OVER = datetime(2017, 11, 27, 14, tzinfo=UTC)
DELIVERY = datetime(2017, 12, 1, 20, 30, tzinfo=UTC)

NO_TIMES = {"order_approved_at": "", "order_delivered_carrier_date": "", "order_delivered_customer_date": ""}


def rows(source: OlistSource, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """A table's rows over all days, by day and key; dates as text."""
    chunks = source.changes(source.first_day(), source.last_day())
    found = [row for chunk in chunks for row in chunk.tables[table].to_pylist()]
    picked = [tuple(str(row[name]) if name == "changed_date" else row[name] for name in columns) for row in found]
    return sorted(picked, key=str)


def test_an_order_shows_on_each_day_what_was_known_by_its_end(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path))
    columns = ("changed_date", "status", "ordered_at", "approved_at", "shipped_at", "delivered_at")
    assert rows(source, "orders", *columns) == [
        ("2017-11-24", "created", PURCHASE, None, None, None),
        ("2017-11-25", "approved", PURCHASE, APPROVAL, None, None),
        ("2017-11-27", "shipped", PURCHASE, APPROVAL, HAND_OVER, None),
        ("2017-12-01", "delivered", PURCHASE, APPROVAL, HAND_OVER, DELIVERY),
    ]


def test_lines_and_payments_travel_with_their_order(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path, items=[{}, {"order_item_id": "2", "price": "1.05"}]))
    days = ["2017-11-24", "2017-11-25", "2017-11-27", "2017-12-01"]
    assert rows(source, "order_items", "changed_date", "line_number", "quantity", "unit_price_brl", "freight_brl") == [
        (day, *line) for day in days for line in (("1", 1, "58.90", "13.29"), ("2", 1, "1.05", "13.29"))
    ]
    assert rows(source, "payments", "changed_date", "sequence", "method", "installments", "amount_brl") == [
        (day, "1", "credit_card", "2", "72.19") for day in days
    ]


def test_events_of_one_day_make_one_change(tmp_path: Path) -> None:
    approved = {"order_approved_at": "2017-11-24 23:59:59", "order_delivered_carrier_date": "2017-11-25 00:00:00"}
    source = OlistSource(olist_folder(tmp_path, orders=[approved]))
    assert rows(source, "orders", "changed_date", "status") == [
        ("2017-11-24", "approved"),
        ("2017-11-25", "shipped"),
        ("2017-12-01", "delivered"),
    ]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("canceled", "cancelled"),
        ("unavailable", "unavailable"),
        ("invoiced", "invoiced"),
        ("processing", "processing"),
        ("created", "created"),
        ("approved", "approved"),
        ("shipped", "shipped"),
        ("delivered", "delivered"),
        ("lost", "lost"),
    ],
)
def test_the_files_status_belongs_to_the_orders_last_day(tmp_path: Path, given: str, status: str) -> None:
    line = {**NO_TIMES, "order_approved_at": "2017-11-25 08:00:00", "order_status": given}
    source = OlistSource(olist_folder(tmp_path, orders=[line]))
    assert rows(source, "orders", "changed_date", "status") == [("2017-11-24", "created"), ("2017-11-25", status)]


def test_times_that_run_backwards_stand_as_they_are(tmp_path: Path) -> None:
    line = {
        "order_approved_at": "2017-11-20 08:00:00",
        "order_delivered_carrier_date": "2017-12-01 12:00:00",
        "order_delivered_customer_date": "2017-11-30 12:00:00",
    }
    source = OlistSource(olist_folder(tmp_path, orders=[line]))
    before_purchase = datetime(2017, 11, 20, 10, tzinfo=UTC)
    delivered, handed_over = datetime(2017, 11, 30, 14, tzinfo=UTC), datetime(2017, 12, 1, 14, tzinfo=UTC)
    assert rows(source, "orders", "changed_date", "status", "approved_at", "shipped_at", "delivered_at") == [
        ("2017-11-24", "approved", before_purchase, None, None),
        ("2017-11-30", "delivered", before_purchase, None, delivered),
        ("2017-12-01", "delivered", before_purchase, handed_over, delivered),
    ]


def test_an_event_that_never_was_falls_on_no_day(tmp_path: Path) -> None:
    source = OlistSource(
        olist_folder(tmp_path, orders=[{"order_delivered_customer_date": "", "order_status": "shipped"}])
    )
    assert rows(source, "orders", "changed_date", "status") == [
        ("2017-11-24", "created"),
        ("2017-11-25", "approved"),
        ("2017-11-27", "shipped"),
    ]


def test_an_order_without_later_times_shows_on_its_day_only(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path, orders=[{**NO_TIMES, "order_status": "created"}]))
    assert rows(source, "orders", "changed_date", "status", "promised_date", "state", "city") == [
        ("2017-11-24", "created", date(2017, 12, 20), "SP", "sao paulo")
    ]


def test_an_order_without_any_time_is_quarantined_on_the_first_day(tmp_path: Path) -> None:
    timeless = {**NO_TIMES, "order_id": "o2", "order_purchase_timestamp": ""}
    source = OlistSource(olist_folder(tmp_path / "olist", orders=[{}, timeless]))
    store = RawStore(tmp_path, Vault(tmp_path / "vault.db", bytes(32)), Limits(quarantined_share=1))
    report = store.write("olist", "1", source.changes(source.first_day(), source.last_day()))
    orphans = {("order_items", "orphan:orders"): 1, ("payments", "orphan:orders"): 1}
    assert report.quarantined == {("orders", "missing:ordered_at"): 1, **orphans}


def test_a_person_is_the_unique_id_with_the_newest_address_of_the_day(tmp_path: Path) -> None:
    people = [{}, {"customer_id": "c2", "customer_zip_code_prefix": "00042", "customer_city": "olinda"}]
    bought = [{}, {"order_id": "o2", "customer_id": "c2", "order_purchase_timestamp": "2017-11-24 22:00:00"}]
    source = OlistSource(olist_folder(tmp_path, customers=people, orders=bought))
    assert rows(source, "customers", "changed_date", "customer_id", "zip_prefix", "city", "state") == [
        ("2017-11-24", "u1", "00042", "olinda", "SP")
    ]
    assert {row[0] for row in rows(source, "orders", "customer_id")} == {"u1"}


def test_catalogue_and_sellers_are_known_from_the_first_day(tmp_path: Path) -> None:
    catalogue = [{}, {"product_id": "p2", "product_category_name": "", "product_weight_g": ""}]
    source = OlistSource(olist_folder(tmp_path, products=catalogue))
    assert rows(source, "products", "changed_date", "product_id", "category", "category_english", "weight_kg") == [
        ("2017-11-24", "p1", "beleza_saude", "health_beauty", 0.225),
        ("2017-11-24", "p2", None, None, None),
    ]
    assert rows(source, "sellers", "changed_date", "seller_id", "zip_prefix", "state") == [
        ("2017-11-24", "s1", "04195", "SP")
    ]


def test_a_category_without_translation_keeps_its_own_name(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path, products=[{"product_category_name": "pc_gamer"}]))
    assert rows(source, "products", "category", "category_english") == [("pc_gamer", None)]


def test_a_review_comes_in_on_the_day_of_its_answer(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path))
    assert rows(source, "reviews", "changed_date", "review_id", "order_id", "score", "created_at") == [
        ("2017-12-03", "r1", "o1", "4", datetime(2017, 12, 2, 2, tzinfo=UTC))
    ]
    assert (source.first_day(), source.last_day()) == (date(2017, 11, 24), date(2017, 12, 3))


def test_each_day_lies_in_exactly_one_chunk_also_one_without_changes(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path))
    chunks = list(source.changes(date(2017, 11, 1), date(2018, 3, 1)))
    assert [(chunk.first_day, chunk.last_day) for chunk in chunks] == [
        (date(2017, 11, 1), date(2017, 12, 30)),
        (date(2017, 12, 31), date(2018, 2, 28)),
        (date(2018, 3, 1), date(2018, 3, 1)),
    ]
    assert [chunk.tables["orders"].num_rows for chunk in chunks] == [4, 0, 0]


def test_a_day_asked_for_alone_has_the_rows_that_it_has_in_the_whole_range(tmp_path: Path) -> None:
    source = OlistSource(olist_folder(tmp_path))
    for table in ("orders", "order_items", "payments", "reviews", "customers", "products", "sellers"):
        whole = set(rows(source, table, "changed_date"))
        alone = set()
        for offset in range((source.last_day() - source.first_day()).days + 1):
            day = date.fromordinal(source.first_day().toordinal() + offset)
            (chunk,) = source.changes(day, day)
            alone |= {(str(one),) for one in chunk.tables[table]["changed_date"].to_pylist()}
        assert alone == whole


def test_a_source_keeps_its_fingerprint_until_a_file_changes(tmp_path: Path) -> None:
    folder = olist_folder(tmp_path)
    before = OlistSource(folder).fingerprint()
    assert OlistSource(folder).fingerprint() == before
    write_lines(folder, "sellers", [{"seller_city": "santos"}])
    assert OlistSource(folder).fingerprint() != before
