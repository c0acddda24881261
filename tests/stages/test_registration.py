"""A customer and an order from a form: refused with a reason, or in raw after the next pull and every one after it."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.sources import save_source_config
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.adapters.validation import QUARANTINE_SCHEMA
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.raw_check import check_raw
from eshop_dagster.stages.registration import NewOrder, Registered, RegistrationError, register

from .registration_home import ANA, LAST, ORDER, pull_shop, simulated_home


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return simulated_home(tmp_path / "shop")


def raw_rows(platform: Platform, table: str, day: date = LAST, source: str = "registered") -> list[dict[str, Any]]:
    path = platform.home / "raw" / table / f"changed_date={day}" / f"{source}.parquet"
    rows: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist() if path.exists() else []
    return rows


def all_bytes(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_what_was_registered_is_in_raw_after_the_next_pull_of_days_that_were_all_pulled(platform: Platform) -> None:
    done = register(platform, ANA, ORDER, now=datetime(2026, 7, 1, 2, 30, tzinfo=UTC))
    assert done.business_date == LAST
    assert raw_rows(platform, "orders") == []
    report = pull_shop(platform)
    assert (report.accepted["customers"], report.accepted["orders"], report.accepted["order_items"]) == (1, 1, 2)
    assert not report.quarantined
    [customer], [order] = raw_rows(platform, "customers"), raw_rows(platform, "orders")
    at = datetime(2024, 3, 4, 2, 30, tzinfo=UTC)  # 23:30 of LAST in São Paulo
    where = {"state": "SP", "city": "Osasco"}
    assert customer == {
        **{"customer_key": done.customer_key, "zip_prefix": "01310", **where},
        **{"registered_at": at, "consent_marketing": False},
    }
    assert order == {
        **{"order_id": done.order_id, "customer_key": done.customer_key, "status": "approved", "channel": "web"},
        **{"ordered_at": at, "approved_at": at, "shipped_at": None, "delivered_at": None, **where},
        "promised_date": LAST + timedelta(days=10),
    }
    assert [float(row["amount_brl"]) for row in raw_rows(platform, "payments")] == [22.55]


def test_a_day_pulled_again_keeps_what_was_registered_on_it(platform: Platform) -> None:
    register(platform, ANA, ORDER)
    pull_shop(platform)
    before = all_bytes(platform.home / "raw")
    assert pull_shop(platform, only_new=False).accepted["orders"] > 1
    assert all_bytes(platform.home / "raw") == before
    assert not pull_shop(platform).accepted


def test_a_damaged_day_of_the_register_is_whole_after_it_was_pulled_again(platform: Platform) -> None:
    register(platform, ANA, ORDER)
    pull_shop(platform)
    before = all_bytes(platform.home / "raw")
    (platform.home / "raw" / "orders" / f"changed_date={LAST}" / "registered.parquet").write_bytes(b"broken")
    with pytest.raises(RawStoreError, match=f"Pull again: `eshop run --from {LAST} --to {LAST} --repull"):
        check_raw(platform)
    pull_shop(platform, only_new=False)
    assert all_bytes(platform.home / "raw") == before


def test_an_order_changes_on_later_days_when_the_shop_gets_there_and_never_before(platform: Platform) -> None:
    done = register(platform, ANA, ORDER)
    pull_shop(platform)
    assert max(platform.raw.day_hashes()) == LAST
    pull_shop(platform, LAST + timedelta(days=6))
    shipped, delivered = (raw_rows(platform, "orders", LAST + timedelta(days=days)) for days in (1, 5))
    assert [row["status"] for row in shipped + delivered] == ["shipped", "delivered"]
    assert delivered[0]["shipped_at"] == shipped[0]["shipped_at"] < delivered[0]["delivered_at"]
    assert {row["order_id"] for row in shipped + delivered} == {done.order_id}
    assert len(raw_rows(platform, "order_items", LAST + timedelta(days=5))) == 2
    assert raw_rows(platform, "customers", LAST + timedelta(days=1)) == []


def test_an_order_in_a_store_is_taken_home_at_once(platform: Platform) -> None:
    register(platform, ANA, replace(ORDER, channel="store"))
    pull_shop(platform, LAST + timedelta(days=6))
    [order] = raw_rows(platform, "orders")
    assert (order["status"], order["promised_date"]) == ("delivered", LAST)
    assert order["delivered_at"] == order["ordered_at"]
    assert raw_rows(platform, "orders", LAST + timedelta(days=1)) == []


def test_a_known_customer_orders_where_they_live(platform: Platform) -> None:
    ana = register(platform, ANA)
    for key, where in ((ana.customer_key, ("SP", "Osasco")), ("known", ("BA", "Salvador"))):
        done = register(platform, None, ORDER, customer_key=key)
        assert done.customer_key == key
        pull_shop(platform)
        orders = {row["order_id"]: row for row in raw_rows(platform, "orders")}
        order = orders[done.order_id or ""]
        assert (order["customer_key"], order["state"], order["city"]) == (key, *where)


def test_personal_data_is_in_the_vault_and_in_no_other_file(platform: Platform) -> None:
    done = register(platform, ANA, ORDER)
    pull_shop(platform)
    expected = {
        **{"customer_id": "cpf:529.982.247-25", "cpf": "529.982.247-25", "name": "Ana Prova"},
        **{"email": "ana.prova@example.com", "phone": "+55 11 98765-4321"},
    }
    assert platform.vault.reveal(done.customer_key) == expected
    needles = [*expected.values(), "Prova", "prova@", "52998224725", "98765", "01310-100", "01310100"]
    for name, content in all_bytes(platform.home).items():
        if content[:4] == b"PAR1":
            content = str(pq.ParquetFile(platform.home / name).read().to_pylist()).encode()
        assert not [needle for needle in needles if needle and needle.encode() in content], name


def test_two_who_register_one_person_at_once_make_one_customer(platform: Platform) -> None:
    done: list[Registered] = []
    refused: list[RegistrationError] = []
    start = threading.Barrier(8)

    def enter() -> None:
        start.wait()
        try:
            done.append(register(Platform(Settings(platform.home), Params()), ANA, ORDER))
        except RegistrationError as error:
            refused.append(error)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 7)
    assert {str(error) for error in refused} == {
        f"cpf is registered already, as customer {done[0].customer_key}: add an order to that customer_key instead"
    }
    pull_shop(platform)
    assert len(raw_rows(platform, "customers")) == len(raw_rows(platform, "orders")) == 1


def test_two_orders_at_once_are_both_kept(platform: Platform) -> None:
    start = threading.Barrier(6)

    def enter() -> None:
        start.wait()
        register(Platform(Settings(platform.home), Params()), None, ORDER, customer_key="known")

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pull_shop(platform)
    assert len({row["order_id"] for row in raw_rows(platform, "orders")}) == 6


def test_every_field_that_is_wrong_is_named_and_no_message_repeats_it(platform: Platform) -> None:
    values = {"name": "R2-D2", "email": "ana@@x", "cpf": "529.982.247-24", "phone": "20 98765-4321"}
    wrong = replace(ANA, **values, zip_prefix="0131", city="", state="XX")
    before = all_bytes(platform.home)
    with pytest.raises(RegistrationError) as refused:
        register(platform, wrong, replace(ORDER, channel="fax"))
    assert set(refused.value.problems) == {*values, "zip_prefix", "city", "state", "channel"}
    assert "cpf has wrong check digits" in str(refused.value)
    assert not [value for value in values.values() if value in str(refused.value)]
    assert set(all_bytes(platform.home)) == set(before)


def test_a_postal_code_of_another_state_is_refused(platform: Platform) -> None:
    with pytest.raises(RegistrationError, match="zip_prefix lies in another state than RJ"):
        register(platform, replace(ANA, state="RJ"))


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (replace(ORDER, channel="fax"), "channel is 'fax': expected one of web, app, store"),
        (replace(ORDER, method="gold"), "method is 'gold': expected one of pix"),
        (replace(ORDER, installments=2), "installments are 2: expected 1 to 1 for pix"),
        (NewOrder("web", []), "lines are 0: expected 1 to 50"),
        (NewOrder("web", [("P00001", 0)]), "lines have 0 pieces of P00001: expected a whole number, 1 to 1000"),
        (NewOrder("web", [("P99999", 1)]), "lines have the product 'P99999', which has no price"),
    ],
)
def test_an_order_that_cannot_be_right_is_refused(platform: Platform, order: NewOrder, words: str) -> None:
    with pytest.raises(RegistrationError, match=words):
        register(platform, None, order, customer_key="known")
    assert not (platform.home / "registered").exists()


@pytest.mark.parametrize("key", ["nobody", "../source", ""])
def test_an_order_of_nobody_is_refused(platform: Platform, key: str) -> None:
    with pytest.raises(RegistrationError, match="customer_key is nobody's"):
        register(platform, None, ORDER, customer_key=key)


def test_an_entry_without_a_person_or_with_two_is_refused(platform: Platform) -> None:
    for customer, order, key in ((None, ORDER, None), (ANA, ORDER, "known"), (None, None, "known")):
        with pytest.raises(RegistrationError, match="expected a new customer, or an order with the customer_key"):
            register(platform, customer, order, customer_key=key)


def test_a_home_of_another_source_or_of_none_takes_nobody(platform: Platform, tmp_path: Path) -> None:
    save_source_config(platform.home, ReportConfig(path=Path("sales.csv"), mapping=Path("sales.yml")))
    with pytest.raises(RegistrationError, match="is filled from the source report, which takes no registrations"):
        register(platform, ANA)
    with pytest.raises(RegistrationError, match="is empty: fill it first with `eshop run`"):
        register(Platform(Settings(tmp_path / "none"), Params()), ANA)


def test_a_registered_row_that_breaks_the_contract_goes_to_quarantine(platform: Platform) -> None:
    register(platform, ANA, ORDER)
    [entry] = (platform.home / "registered").glob("*.json")
    entry.write_text(entry.read_text().replace('"zip_prefix": "01310"', '"zip_prefix": "0131"'))
    assert pull_shop(platform).quarantined == {("customers", "rule:zip_prefix"): 1}
    file = platform.home / "quarantine" / "customers" / f"changed_date={LAST}" / "registered.parquet"
    assert pq.ParquetFile(file).schema_arrow.names == QUARANTINE_SCHEMA.names[1:]
