"""Features are exact: what came later changes none, and one customer's rows alone give what the whole table has."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from eshop_dagster.adapters.feature_sql import FeatureSql, compiled_features
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.ml.cutoffs import Cutoffs
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import Plan, build_features, build_warehouse
from eshop_dagster.stages.parameters import CutoffParams, Params
from eshop_dagster.stages.platform import Platform

from ..builders import changes
from .diary_shop import DAYS, day_of_shop

CUTOFF = DAYS[13]
LABELLED = CUTOFF - timedelta(days=90)
"""A cut-off whose label is complete when `CUTOFF` begins."""
AFTER_ALL = DAYS[-1] + timedelta(days=1)


def otherwise(day: date, seed: int) -> Changes:
    """Other orders, and another fate of those of before."""
    return day_of_shop(day, seed + 1000)


def not_at_all(day: date, seed: int) -> Changes:
    """The day without a row."""
    return changes(day)


def later(day: date, seed: int) -> Changes:
    """What should have come eight days before: every change from the cut-off on has moved."""
    due = day_of_shop(day - timedelta(days=8), seed).tables.items()
    return Changes(day, day, {name: rows.set_column(*dated(rows, day)) for name, rows in due})


def dated(rows: pa.Table, day: date) -> tuple[int, str, pa.Array]:
    return rows.schema.get_field_index("changed_date"), "changed_date", pa.array([day] * len(rows), pa.date32())


def platform(home: Path) -> Platform:
    return Platform(Settings(home=home, pseudonym_seed="test"), Params())


def build(of: Platform, *cutoffs: date) -> None:
    build_warehouse(of)
    build_features(of, Plan(cutoffs[-1], Cutoffs(training=cutoffs[:-2], judging=(cutoffs[-2],), scoring=cutoffs[-1])))


def rows_at(of: Platform, cutoff: date, table: str = "customer_features") -> pa.Table:
    return of.warehouse.read(f"SELECT * FROM {table} WHERE as_of_date = $day ORDER BY customer_key", {"day": cutoff})


def bits(rows: pa.Table) -> list[dict[str, object]]:
    """The rows, each number as its bits: 0.1 + 0.2 is not 0.3, and 0 is not -0."""
    return [
        {name: value.hex() if isinstance(value, float) else value for name, value in row.items()}
        for row in rows.to_pylist()
    ]


@pytest.fixture(scope="module")
def feature_sql() -> FeatureSql:
    return FeatureSql(compiled_features())


@dataclass(frozen=True)
class Diary:
    """A small shop in which anything happens to an order, and what was computed when it had told everything."""

    home: Platform
    seed: int
    features: pa.Table
    labels: pa.Table
    scored: pa.Table


@pytest.fixture(scope="module", params=[1, 2])
def diary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Diary:
    home = platform(tmp_path_factory.mktemp("diary"))
    home.raw.write("diary", "1", [day_of_shop(day, request.param) for day in DAYS])
    build(home, LABELLED, CUTOFF, AFTER_ALL)
    labels = rows_at(home, LABELLED, "customer_spend_labels")
    return Diary(home, request.param, rows_at(home, CUTOFF), labels, rows_at(home, AFTER_ALL))


@pytest.mark.parametrize("retold", [otherwise, not_at_all, later])
def test_what_is_known_from_a_cutoff_on_changes_no_feature_at_it_and_no_label_complete_by_then(
    diary: Diary, retold: Callable[[date, int], Changes]
) -> None:
    diary.home.raw.write("diary", "1", [retold(day, diary.seed) for day in DAYS if day >= CUTOFF], force=True)
    build(diary.home, LABELLED, CUTOFF, AFTER_ALL)

    assert min(diary.features.num_rows, diary.labels.num_rows) >= 3
    assert bits(rows_at(diary.home, CUTOFF)) == bits(diary.features)
    # Without a later day nobody knows that the 90 days are over.
    complete = [] if retold is not_at_all else bits(diary.labels)
    assert bits(rows_at(diary.home, LABELLED, "customer_spend_labels")) == complete
    assert bits(rows_at(diary.home, AFTER_ALL)) != bits(diary.scored)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home of two months of the simulated shop, with more than a thousand customers."""
    home = platform(tmp_path_factory.mktemp("shop"))
    first, last = date(2024, 1, 1), date(2024, 2, 29)
    config = ShopConfig(customers=10_000, orders_per_day=250, first_day=first)
    home.raw.write("simulated", "1", SimulatedSource(config, last).changes(first, last))
    build(home, date(2024, 1, 20), date(2024, 2, 10), date(2024, 3, 1))
    return home


class Batch:
    """What the statement reads of a whole home."""

    def __init__(self, of: Platform) -> None:
        read = of.warehouse.read
        self.orders = read("SELECT * FROM int_orders__versions WHERE customer_key IS NOT NULL")
        self.lines = read("SELECT * FROM stg_raw__order_items")
        self.products = read("SELECT * FROM stg_raw__products")

    def features_of(self, customer_key: str, cutoff: date, by: FeatureSql) -> pa.Table:
        """One customer's features, from this customer's rows alone."""
        orders = self.orders.filter(pc.field("customer_key") == customer_key)
        lines = self.lines.filter(pc.field("order_id").isin(orders["order_id"]))
        products = self.products.filter(pc.field("product_id").isin(lines["product_id"]))
        return by.features(orders=orders, lines=lines, products=products, as_of_date=cutoff)


def test_each_of_1000_customers_alone_has_the_bits_of_the_whole_table(shop: Platform, feature_sql: FeatureSql) -> None:
    batch, whole = Batch(shop), bits(rows_at(shop, date(2024, 3, 1)))[:1000]
    with ThreadPoolExecutor(2) as threads:
        keys = (str(row["customer_key"]) for row in whole)
        alone = list(threads.map(lambda key: batch.features_of(key, date(2024, 3, 1), feature_sql), keys))

    assert len(whole) == 1000
    assert [row for one in alone for row in bits(one)] == whole


def test_all_customers_at_once_have_the_bits_of_the_whole_table(
    shop: Platform, diary: Diary, feature_sql: FeatureSql
) -> None:
    for home, cutoff in ((shop, date(2024, 2, 10)), (shop, date(2024, 1, 20)), (diary.home, AFTER_ALL)):
        rows = Batch(home)
        found = feature_sql.features(orders=rows.orders, lines=rows.lines, products=rows.products, as_of_date=cutoff)
        assert found.schema.names == rows_at(home, cutoff).schema.names
        assert bits(found) == bits(rows_at(home, cutoff))


def test_each_customer_to_whom_anything_may_happen_has_the_bits_of_the_whole_table_alone(
    diary: Diary, feature_sql: FeatureSql
) -> None:
    batch = Batch(diary.home)
    for cutoff in (LABELLED, CUTOFF, AFTER_ALL):
        whole = bits(rows_at(diary.home, cutoff))
        assert [
            row for one in whole for row in bits(batch.features_of(str(one["customer_key"]), cutoff, feature_sql))
        ] == whole


def test_a_large_shop_learns_from_the_same_few_customers_at_each_cutoff_and_scores_all(
    shop: Platform, tmp_path: Path
) -> None:
    cutoffs = (date(2023, 11, 15), date(2024, 2, 10), date(2024, 3, 1))
    few = Platform(shop.settings, Params(cutoffs=CutoffParams(sample_customers=200)))
    whole = {day: bits(rows_at(shop, day)) for day in cutoffs}
    labels = bits(rows_at(shop, date(2024, 1, 20), "customer_spend_labels"))
    known = shop.warehouse.read("SELECT customer_key FROM dim_customers ORDER BY customer_key LIMIT 200")
    chosen = set(known["customer_key"].to_pylist())
    build(few, date(2024, 1, 20), date(2024, 2, 10), date(2024, 3, 1))
    try:
        assert bits(rows_at(shop, date(2024, 3, 1))) == whole[date(2024, 3, 1)]
        sampled = [row for row in whole[date(2024, 2, 10)] if row["customer_key"] in chosen]
        assert 0 < len(sampled) < len(whole[date(2024, 2, 10)])
        assert bits(rows_at(shop, date(2024, 2, 10))) == sampled
        assert bits(rows_at(shop, date(2024, 1, 20), "customer_spend_labels")) == [
            row for row in labels if row["customer_key"] in chosen
        ]
    finally:
        build(shop, date(2024, 1, 20), date(2024, 2, 10), date(2024, 3, 1))
