"""An order number that raw knows of another order stops the pull: nothing is overwritten."""

from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import PullReport, RawStoreError
from eshop_dagster.adapters.sources import open_source
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import pull

HEADER = "Pedido,Data,Cliente,SKU,Preco\n"
MAPPING = (
    "name: till\ncolumns: {order_id: ORDER, ordered_at: Data, customer_id: Cliente, product_id: SKU, unit_price: Preco}"
)


def load(folder: Path, lines: str, order_id: str = "Pedido", *, force: bool = False) -> PullReport:
    """Pull a report of these lines into the folder's home."""
    (folder / "r.csv").write_text(HEADER + lines)
    (folder / "r.yml").write_text(MAPPING.replace("ORDER", order_id))
    config = ReportConfig(path=folder / "r.csv", mapping=folder / "r.yml")
    opened = open_source(config, yesterday())
    platform = Platform(Settings(home=folder / "home"), Params())
    return pull(platform, opened, opened.source.first_day(), opened.source.last_day(), only_new=False, force=force)


OLD = "1,2023-12-28 10:00:00,17,A1,50.00\n2,2023-12-29 10:00:00,18,A1,70.00\n"
NEW = "1,2024-01-03 10:00:00,19,B2,30.00\n2,2024-01-04 10:00:00,20,B2,90.00\n"


def test_the_next_year_s_numbers_are_refused_and_with_the_year_in_them_they_are_loaded(tmp_path: Path) -> None:
    load(tmp_path, OLD)
    with pytest.raises(RawStoreError, match=r"2 order numbers of till .* 1: known of 2023-12-28, now of 2024-01-03"):
        load(tmp_path, NEW)
    assert not list((tmp_path / "home" / "raw" / "orders").glob("changed_date=2024*/till.parquet"))
    assert load(tmp_path, NEW, "{from: [Pedido], year_of: Data}").accepted["orders"] == 2


def test_the_same_orders_again_and_a_corrected_date_of_the_same_customer_are_loaded(tmp_path: Path) -> None:
    load(tmp_path, OLD)
    assert load(tmp_path, OLD).accepted["orders"] == 2
    same = NEW.replace("19,B2,30.00", "17,A1,50.00").replace("20,B2,90.00", "18,A1,70.00")
    assert load(tmp_path, same).accepted["orders"] == 2


@pytest.mark.parametrize(
    "later",
    ["1,2024-03-25 10:00:00,17,B2,30.00\n", "1,2024-03-06 09:00:00,18,B2,30.00\n", "1,2024-03-06 09:00:00,,B2,30.00\n"],
    ids=["the same customer in the same month", "another customer the next day", "a guest the next day"],
)
def test_other_goods_under_a_number_of_another_day_are_another_order(tmp_path: Path, later: str) -> None:
    load(tmp_path, "1,2024-03-05 10:00:00,17,A1,50.00\n")
    with pytest.raises(RawStoreError, match=r"known of 2024-03-05, now of 2024-03-"):
        load(tmp_path, later)


def test_a_wrong_date_may_be_corrected_by_force(tmp_path: Path) -> None:
    load(tmp_path, OLD)
    assert load(tmp_path, NEW, force=True).accepted["orders"] == 2
