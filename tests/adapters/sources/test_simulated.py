"""The simulated shop as a change log: purity, what is known when, money, dirt, and the raw contract."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.contract import TABLES

LAST_DAY = date(2024, 12, 31)
STATUS_RANK = {"created": 0, "approved": 1, "shipped": 2, "delivered": 3, "cancelled": 4, "returned": 4}


def shop(**knobs) -> SimulatedSource:
    return SimulatedSource(ShopConfig(**{"customers": 2_000, "orders_per_day": 40.0, **knobs}), LAST_DAY)


def pulled(source: SimulatedSource, first: date, last: date) -> dict[str, pa.Table]:
    chunks = list(source.changes(first, last))
    return {name: pa.concat_tables([chunk.tables[name] for chunk in chunks]) for name in TABLES}


def rows_of(tables: dict[str, pa.Table], day: date) -> dict[str, pa.Table]:
    return {
        name: table.filter(pc.equal(table["changed_date"], pa.scalar(day))).combine_chunks()
        for name, table in tables.items()
    }


@pytest.fixture(scope="module")
def year() -> dict[str, pa.Table]:
    return pulled(shop(dirty_share=0.02), date(2024, 1, 1), LAST_DAY)


@pytest.fixture(scope="module")
def clean() -> dict[str, pd.DataFrame]:
    return {name: table.to_pandas() for name, table in pulled(shop(dirty_share=0), date(2024, 1, 1), LAST_DAY).items()}


def test_a_day_alone_equals_the_same_day_within_a_range(year):
    for day in (date(2024, 1, 1), date(2024, 2, 29), date(2024, 11, 29), LAST_DAY):
        alone = pulled(shop(dirty_share=0.02), day, day)
        within = rows_of(year, day)
        for name in TABLES:
            assert alone[name].combine_chunks().equals(within[name]), (day, name)


def test_days_pulled_backwards_equal_days_pulled_forwards(year):
    source = shop(dirty_share=0.02)
    for back in range(6):
        day = date(2024, 8, 20) - timedelta(days=back)
        alone, within = pulled(source, day, day), rows_of(year, day)
        assert all(alone[name].combine_chunks().equals(within[name]) for name in TABLES)


def test_the_last_day_of_the_source_changes_no_earlier_row(year):
    config = ShopConfig(customers=2_000, orders_per_day=40.0, dirty_share=0.02)
    day = date(2024, 9, 3)
    for last_day in (day, date(2027, 3, 1)):
        alone = pulled(SimulatedSource(config, last_day), day, day)
        assert all(alone[name].combine_chunks().equals(rows_of(year, day)[name]) for name in TABLES)


def test_another_seed_makes_another_shop():
    day = date(2024, 5, 5)
    assert not pulled(shop(), day, day)["orders"].equals(pulled(shop(seed=7), day, day)["orders"])


def test_chunks_cover_every_day_once_in_order_and_stay_bounded():
    source = SimulatedSource(ShopConfig(customers=20_000, orders_per_day=1_000.0), LAST_DAY)
    next_day = date(2024, 6, 1)
    for chunk in source.changes(date(2024, 6, 1), date(2024, 8, 31)):
        assert chunk.first_day == next_day
        days = pd.concat([table["changed_date"].to_pandas() for table in chunk.tables.values()])
        assert chunk.first_day <= days.min() and days.max() <= chunk.last_day
        assert len(days) < 300_000
        next_day = chunk.last_day + timedelta(days=1)
    assert next_day == date(2024, 9, 1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2023, 12, 31), date(2024, 1, 2)),
        (date(2024, 12, 1), date(2025, 1, 1)),
        (date(2024, 5, 2), date(2024, 5, 1)),
    ],
)
def test_days_outside_the_shop_are_refused(first, last):
    with pytest.raises(SourceError, match="expected days from 2024-01-01 to 2024-12-31"):
        shop().changes(first, last)


def test_a_last_day_before_the_opening_is_refused():
    with pytest.raises(SourceError, match="2023-12-31: expected its first day 2024-01-01 or later"):
        SimulatedSource(ShopConfig(), date(2023, 12, 31))


@pytest.mark.parametrize(
    ("knob", "value"),
    [("customers", 0), ("orders_per_day", -1.0), ("dirty_share", 0.9), ("first_day", date(2015, 1, 1)), ("seed", -1)],
)
def test_a_knob_out_of_range_is_refused_by_name(knob, value):
    with pytest.raises(SourceError, match=f"simulated shop's {knob} is {value}"):
        ShopConfig(**{knob: value})


def test_every_table_has_the_contract_s_columns_in_the_contract_s_types(year):
    for name, table in TABLES.items():
        expected = {column: spec.type for column, spec in table.columns.items()} | {"changed_date": pa.date32()}
        assert {field.name: field.type for field in year[name].schema} == expected


def test_clean_rows_break_no_rule_of_the_contract_and_repeat_no_key():
    tables = pulled(shop(dirty_share=0), date(2024, 1, 1), LAST_DAY)
    for name in TABLES:
        assert broken_rules(name, tables[name]) == {}


def test_each_kind_of_dirty_row_is_there_and_is_refused_by_its_own_rule(year):
    assert broken_rules("orders", year["orders"]).keys() == {
        "status", "state", "channel", "ordered_after_changed_date", "duplicate_key",
    }  # fmt: skip
    assert broken_rules("order_items", year["order_items"]).keys() == {
        "unit_price_brl", "missing:product_id", "quantity", "duplicate_key",
    }  # fmt: skip
    assert broken_rules("payments", year["payments"]).keys() == {
        "missing:method", "missing:amount_brl", "sequence", "duplicate_key",
    }  # fmt: skip
    assert broken_rules("customers", year["customers"]).keys() == {
        "missing:customer_id", "zip_prefix", "state", "duplicate_key",
    }  # fmt: skip


def test_dirty_rows_are_additional_and_about_as_many_as_their_share(year, clean):
    for name in ("orders", "order_items", "payments"):
        share = len(year[name]) / len(clean[name]) - 1
        assert 0.012 < share < 0.028, name
    for name in ("products", "sellers", "reviews"):
        assert len(year[name]) == len(clean[name])


def broken_rules(name: str, rows: pa.Table) -> dict[str, int]:
    """Rows that break each rule of the contract, by DuckDB as the raw layer checks them."""
    spec = TABLES[name]
    tests = {f"missing:{column}": f"{column} IS NULL" for column, c in spec.columns.items() if c.is_required}
    tests |= {column: f"NOT ({c.rule})" for column, c in spec.columns.items() if c.rule}
    tests |= {rule: f"NOT ({predicate})" for rule, predicate in spec.row_rules.items()}
    key = ", ".join(("changed_date", *spec.key))
    with duckdb.connect() as connection:
        connection.register("pulled", rows)
        counts = {
            rule: connection.execute(f"SELECT count(*) FROM pulled WHERE {test}").fetchall()[0][0]
            for rule, test in tests.items()
        }
        repeated = connection.execute(f"SELECT count(*) - count(DISTINCT ({key})) FROM pulled").fetchall()
        counts["duplicate_key"] = repeated[0][0]
    return {rule: count for rule, count in counts.items() if count}


def test_an_order_appears_first_on_the_day_it_is_placed_and_once_a_day(clean):
    orders = clean["orders"]
    placed = orders.ordered_at.dt.tz_convert("America/Sao_Paulo").dt.date
    assert (orders.groupby("order_id").changed_date.min() == placed.groupby(orders.order_id).first()).all()
    assert not orders.duplicated(["order_id", "changed_date"]).any()


def test_nothing_is_known_before_it_happens(clean):
    orders = clean["orders"]
    for column in ("approved_at", "shipped_at", "delivered_at"):
        happened = orders[column].dropna().dt.tz_convert("America/Sao_Paulo").dt.date
        assert (happened <= orders.changed_date[happened.index]).all()
    assert orders[orders.status == "created"][["approved_at", "shipped_at", "delivered_at"]].isna().all(axis=None)
    assert orders[orders.status == "shipped"].delivered_at.isna().all()
    assert orders[orders.status.isin(["delivered", "returned"])].delivered_at.notna().all()


def test_statuses_never_go_back_and_instants_never_change(clean):
    orders = clean["orders"].sort_values(["order_id", "changed_date"])
    rank = orders.status.map(STATUS_RANK)
    later = orders.order_id == orders.order_id.shift()
    assert (rank.diff()[later] > 0).all()
    for column in ("customer_id", "ordered_at", "approved_at", "shipped_at", "delivered_at", "promised_date", "state"):
        assert orders.groupby("order_id")[column].nunique().max() == 1


def test_events_follow_one_another(clean):
    orders = clean["orders"]
    for before, after in (("ordered_at", "approved_at"), ("approved_at", "shipped_at"), ("shipped_at", "delivered_at")):
        both = orders[[before, after]].dropna()
        assert (both[before] <= both[after]).all()


def test_each_version_comes_whole_with_lines_and_payments(clean):
    versions = set(zip(clean["orders"].order_id, clean["orders"].changed_date, strict=True))
    for name in ("order_items", "payments"):
        assert set(zip(clean[name].order_id, clean[name].changed_date, strict=True)) == versions


def test_lines_and_freight_equal_payments_to_the_cent_in_every_version(clean):
    items = clean["order_items"]
    due = (
        (items.quantity * items.unit_price_brl + items.freight_brl).groupby([items.order_id, items.changed_date]).sum()
    )
    payments = clean["payments"]
    paid = payments.amount_brl.groupby([payments.order_id, payments.changed_date]).sum()
    assert len(due) > 10_000
    assert (due == paid).all()


def test_a_return_adds_negative_lines_of_the_same_price_and_a_refund(clean):
    items, payments = clean["order_items"], clean["payments"]
    returned = items[items.quantity < 0]
    whole = items[items.quantity > 0].drop_duplicates(["order_id", "product_id", "unit_price_brl"])
    joined = returned.merge(whole, on=["order_id", "product_id", "unit_price_brl"], suffixes=("", "_sold"))
    assert len(joined) >= len(returned) > 20
    assert (returned.freight_brl == Decimal(0)).all()
    statuses = clean["orders"].set_index(["order_id", "changed_date"]).status
    assert set(statuses[pd.MultiIndex.from_frame(returned[["order_id", "changed_date"]])]) == {"returned"}
    refunds = payments[payments.amount_brl < 0]
    assert set(refunds.order_id) == set(returned.order_id)
    assert (refunds.sequence > 1).all()


def test_customers_register_before_their_first_order_and_not_before_the_shop_opens(clean):
    registered = clean["customers"].drop_duplicates("customer_id").set_index("customer_id")
    first_order = clean["orders"].groupby("customer_id").ordered_at.min()
    assert (registered.registered_at.reindex(first_order.index) <= first_order).all()
    assert registered.registered_at.min() >= datetime(2024, 1, 1, 3, tzinfo=UTC)
    day = registered.registered_at.dt.tz_convert(ZoneInfo("America/Sao_Paulo")).dt.date
    assert (day == registered.changed_date).all()


def test_a_customer_appears_again_only_with_a_new_home_or_another_consent(clean):
    customers = clean["customers"].sort_values(["customer_id", "changed_date"])
    again = customers.customer_id == customers.customer_id.shift()
    compared = customers[["zip_prefix", "city", "state", "consent_marketing"]]
    assert again.sum() > 50
    assert (compared != compared.shift()).any(axis=1)[again].mean() > 0.97
    for column in ("name", "email", "cpf", "phone", "registered_at"):
        assert customers.groupby("customer_id")[column].nunique().max() == 1


def test_the_order_carries_the_home_that_its_customer_has_on_the_day(clean):
    homes = clean["customers"].sort_values("changed_date")[["customer_id", "changed_date", "state", "city"]]
    homes["since"] = pd.to_datetime(homes.changed_date)
    orders = clean["orders"].drop_duplicates("order_id").copy()
    orders["since"] = pd.to_datetime(orders.changed_date)
    known = pd.merge_asof(orders.sort_values("since"), homes.sort_values("since"), on="since", by="customer_id")
    assert (known.state_x == known.state_y).all()
    assert (known.city_x == known.city_y).all()


def test_every_line_names_a_product_and_a_seller_that_the_log_already_knows(clean):
    items = clean["order_items"].merge(
        clean["orders"].groupby("order_id").changed_date.min().rename("placed"), on="order_id"
    )
    for name, column in (("products", "product_id"), ("sellers", "seller_id")):
        since = clean[name].groupby(column).changed_date.min()
        assert (items[column].map(since) <= items.placed).all()
    assert clean["products"].groupby("product_id").changed_date.min().gt(date(2024, 1, 1)).any()
    assert clean["products"].groupby("product_id").list_price_brl.nunique().max() > 1
