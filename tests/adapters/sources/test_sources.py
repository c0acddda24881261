"""What fills a home is kept beside its data, and every kind of source opens with a hash of its input."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.sources import (
    OpenSource,
    SourceConfig,
    config_of,
    load_source_config,
    open_source,
    save_source_config,
)
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.kinds.olist import OlistConfig
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig

from .olist_folder import olist_folder, write_lines

YESTERDAY = date(2024, 6, 30)
SMALL_SHOP = SimulatedConfig(customers=50, orders_per_day=5.0)

MAPPING = """\
name: loja
columns: {order_id: pedido, ordered_at: data, product_id: produto, quantity: qtd, unit_price: valor}
"""
SALES = "pedido,data,produto,qtd,valor\n1,2024-03-05 10:00:00,caneca,1,9.50\n"


def report(folder: Path, sales: str = SALES, mapping: str = MAPPING) -> SourceConfig:
    folder.mkdir(exist_ok=True)
    (folder / "sales.csv").write_text(sales)
    (folder / "mapping.yml").write_text(mapping)
    return ReportConfig(path=folder / "sales.csv", mapping=folder / "mapping.yml")


def opened(config: SourceConfig) -> OpenSource:
    return open_source(config, YESTERDAY)


def test_a_fresh_home_has_no_source(tmp_path: Path) -> None:
    assert load_source_config(tmp_path) is None


def test_a_homes_source_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    config = SimulatedConfig(seed=7, scenarios=("late_carrier@2024-03-01", "new_region@2024-05-01"))
    save_source_config(tmp_path, config)
    assert load_source_config(tmp_path) == config
    assert json.loads((tmp_path / "source.json").read_text())["seed"] == 7


def test_saving_the_same_source_again_leaves_the_file_alone(tmp_path: Path) -> None:
    save_source_config(tmp_path, SimulatedConfig())
    before = (tmp_path / "source.json").stat()
    save_source_config(tmp_path, SimulatedConfig())
    after = (tmp_path / "source.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    save_source_config(tmp_path, SimulatedConfig(seed=8))
    assert load_source_config(tmp_path) == SimulatedConfig(seed=8)


def test_the_simulated_shop_runs_from_its_first_day_to_yesterday() -> None:
    source = opened(SMALL_SHOP).source
    assert (source.name, source.first_day(), source.last_day()) == ("simulated", date(2024, 1, 1), YESTERDAY)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"customers": 51},
        {"orders_per_day": 6},
        {"first_day": date(2024, 1, 2)},
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
    config = OlistConfig(path=olist_folder(tmp_path))
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
    ("kind", "values", "message"),
    [
        ("mongodb", {}, r"kind is 'mongodb': expected one of simulated, olist, report"),
        ("olist", {}, r"the source olist needs --path: the folder of the Olist CSVs"),
        ("olist", {"path": ""}, r"the source olist needs --path"),
        ("olist", {"path": "/nowhere"}, r"the Olist folder /nowhere does not exist"),
        (
            "olist",
            {"path": "/nowhere", "customers": 5},
            r"customers is unknown: the source olist knows path \(--path\)",
        ),
        ("report", {}, r"the source report needs --path: the report's file or folder"),
        ("report", {"path": "sales.csv"}, r"the source report needs --mapping: .*`eshop report sniff FILE`"),
        ("report", {"path": "sales.csv", "mapping": "/nowhere.yml"}, r"nowhere\.yml"),
        ("simulated", {"customers": 0}, r"customers is 0, expected 1 to"),
        ("simulated", {"customers": True}, r"customers is True, expected a whole number"),
        ("simulated", {"orders_per_day": float("nan")}, r"orders_per_day is nan, expected 0.01 to 1e\+07"),
        ("simulated", {"first_day": "soon"}, r"first_day is 'soon', expected a day such as .2024-01-01"),
        ("simulated", {"scenarios": ("sunshine@2024-01-01",)}, r"sunshine"),
    ],
)
def test_a_source_that_cannot_be_opened_is_refused_with_what_it_needs(
    kind: str, values: dict[str, object], message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        opened(config_of(kind, values))


def test_a_home_of_an_older_platform_keeps_its_source(tmp_path: Path) -> None:
    every_field = {"path": "/olist", "mapping": None, "first_day": "2016-09-04", "customers": 25_000}
    every_field |= {"orders_per_day": 300, "seed": 2024, "scenarios": [], "id_prefix": ""}
    (tmp_path / "source.json").write_text(json.dumps({"kind": "olist", **every_field}))
    assert load_source_config(tmp_path) == OlistConfig(path=Path("/olist"), first_day=date(2016, 9, 4))


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"kind": "wine"}', '{"kind": "olist", "path": "/a", "more": 1}'])
def test_a_homes_source_that_cannot_be_read_is_named_with_its_remedy(tmp_path: Path, content: str) -> None:
    (tmp_path / "source.json").write_text(content)
    with pytest.raises(SourceError, match=r"source\.json cannot be read .*: restore it from a backup"):
        load_source_config(tmp_path)


def test_a_report_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    config = report(tmp_path)
    (tmp_path / "sales.csv").unlink()
    with pytest.raises(SourceError, match=r"sales\.csv"):
        opened(config)
