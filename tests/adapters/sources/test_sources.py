"""What fills a home is kept beside its data, and every kind of source opens with a hash of its input."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.sources import (
    OpenSource,
    SourceConfig,
    load_source_config,
    open_source,
    save_source_config,
)
from eshop_dagster.adapters.sources.base import SourceError

from .olist_folder import olist_folder, write_lines

YESTERDAY = date(2024, 6, 30)
SMALL_SHOP = SourceConfig(customers=50, orders_per_day=5)

MAPPING = """\
name: loja
columns: {order_id: pedido, ordered_at: data, product_id: produto, quantity: qtd, unit_price: valor}
"""
SALES = "pedido,data,produto,qtd,valor\n1,2024-03-05 10:00:00,caneca,1,9.50\n"


def report(folder: Path, sales: str = SALES, mapping: str = MAPPING) -> SourceConfig:
    folder.mkdir(exist_ok=True)
    (folder / "sales.csv").write_text(sales)
    (folder / "mapping.yml").write_text(mapping)
    return SourceConfig(kind="report", path=str(folder / "sales.csv"), mapping=str(folder / "mapping.yml"))


def opened(config: SourceConfig) -> OpenSource:
    return open_source(config, YESTERDAY)


def test_a_fresh_home_has_no_source(tmp_path: Path) -> None:
    assert load_source_config(tmp_path) is None


def test_a_homes_source_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    config = SourceConfig(kind="simulated", seed=7, scenarios=("late_carrier@2024-03-01", "new_region@2024-05-01"))
    save_source_config(tmp_path, config)
    assert load_source_config(tmp_path) == config
    assert json.loads((tmp_path / "source.json").read_text())["seed"] == 7


def test_saving_the_same_source_again_leaves_the_file_alone(tmp_path: Path) -> None:
    save_source_config(tmp_path, SourceConfig())
    before = (tmp_path / "source.json").stat()
    save_source_config(tmp_path, SourceConfig())
    after = (tmp_path / "source.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    save_source_config(tmp_path, SourceConfig(seed=8))
    assert load_source_config(tmp_path) == SourceConfig(seed=8)


def test_the_simulated_shop_runs_from_its_first_day_to_yesterday() -> None:
    source = opened(SMALL_SHOP).source
    assert (source.name, source.first_day(), source.last_day()) == ("simulated", date(2024, 1, 1), YESTERDAY)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"customers": 51},
        {"orders_per_day": 6},
        {"first_day": "2024-01-02"},
        {"scenarios": ("late_carrier@2024-03-01",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_simulated_shops_fingerprint_follows_what_its_days_depend_on(change: dict[str, object]) -> None:
    fingerprint = opened(SMALL_SHOP).fingerprint
    assert opened(SMALL_SHOP).fingerprint == fingerprint
    assert open_source(SMALL_SHOP, date(2024, 7, 1)).fingerprint == fingerprint
    assert opened(replace(SMALL_SHOP, **change)).fingerprint != fingerprint


def test_an_olist_folder_opens_with_its_files_hash(tmp_path: Path) -> None:
    config = SourceConfig(kind="olist", path=str(olist_folder(tmp_path)))
    first = opened(config)
    assert (first.source.name, first.source.first_day()) == ("olist", date(2017, 11, 24))
    assert opened(config).fingerprint == first.fingerprint
    write_lines(tmp_path, "products", [{"product_weight_g": "226"}])
    assert opened(config).fingerprint != first.fingerprint


def test_a_report_opens_with_the_hash_of_its_file_mapping_and_prefix(tmp_path: Path) -> None:
    first = opened(report(tmp_path / "a"))
    assert (first.source.name, first.source.first_day()) == ("loja", date(2024, 3, 5))
    assert opened(report(tmp_path / "b")).fingerprint == first.fingerprint
    others = [
        report(tmp_path / "c", sales=SALES + "2,2024-03-06 10:00:00,caneca,1,9.50\n"),
        report(tmp_path / "d", mapping=MAPPING.replace("loja", "loja-2")),
        replace(report(tmp_path / "e"), id_prefix="x"),
    ]
    assert len({first.fingerprint, *(opened(config).fingerprint for config in others)}) == 4


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (SourceConfig(kind="mongodb"), r"there is no source 'mongodb': expected one of simulated, olist, report"),
        (SourceConfig(kind="olist"), r"the source olist needs --path: the folder of the Olist CSVs"),
        (SourceConfig(kind="olist", path=""), r"the source olist needs --path"),
        (SourceConfig(kind="olist", path="/nowhere"), r"the Olist folder /nowhere does not exist"),
        (SourceConfig(kind="report"), r"the source report needs --path: the report's file or folder"),
        (
            SourceConfig(kind="report", path="sales.csv"),
            r"the source report needs --mapping: .*`eshop report sniff FILE`",
        ),
        (SourceConfig(kind="report", path="sales.csv", mapping="/nowhere.yml"), r"nowhere\.yml"),
        (SourceConfig(customers=0), r"customers is 0: expected 1 to"),
        (SourceConfig(first_day="soon"), r"first_day is 'soon', expected a day such as 2024-01-01"),
        (SourceConfig(scenarios=("sunshine@2024-01-01",)), r"sunshine"),
    ],
)
def test_a_source_that_cannot_be_opened_is_refused_with_what_it_needs(config: SourceConfig, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        opened(config)


def test_a_report_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    config = report(tmp_path)
    (tmp_path / "sales.csv").unlink()
    with pytest.raises(SourceError, match=r"sales\.csv"):
        opened(config)
