"""A report dropped into the inbox: seen, loaded beside the shop's own orders, and kept encrypted."""

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from eshop_dagster.adapters.sources import SourceConfig, save_source_config
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.inbox import load_report, waiting_reports
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

REPORT = """\
pedido;data;cliente;nome;produto;qtd;preco
1001;01/02/2024;77;Ana Souza;abc;2;10,50
1002;02/02/2024;;;abc;1;10,50
"""
MAPPING = """\
name: loja
format: {delimiter: ';', decimal: ',', date_formats: ['%d/%m/%Y']}
columns:
  {order_id: pedido, ordered_at: data, customer_id: cliente, name: nome, product_id: produto, quantity: qtd,
   unit_price: preco}
"""


def drop(home: Path, name: str, content: str, *, is_old: bool = True) -> Path:
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    if is_old:
        os.utime(path, (time.time() - 60, time.time() - 60))
    return path


@pytest.fixture
def platform() -> Platform:
    settings = load_settings()
    save_source_config(settings.home, SourceConfig())
    return Platform(settings, Params())


def test_a_report_is_loaded_beside_the_shops_own_orders_and_then_sealed(platform: Platform) -> None:
    path = drop(platform.home, "fevereiro.csv", REPORT)
    drop(platform.home, "fevereiro.yml", MAPPING)
    (report,) = waiting_reports(platform.home)
    done = load_report(platform, report)
    assert done.accepted["orders"] == 2
    build_warehouse(platform)
    orders = platform.warehouse.read("SELECT order_id, is_guest, revenue_brl::DOUBLE AS brl FROM fct_orders ORDER BY 1")
    assert orders.to_pylist() == [
        {"order_id": "loja:1001", "is_guest": False, "brl": 21.0},
        {"order_id": "loja:1002", "is_guest": True, "brl": 10.5},
    ]
    assert not path.exists()
    (sealed,) = (platform.home / "vault" / "reports").iterdir()
    assert b"Ana Souza" not in sealed.read_bytes()
    assert platform.vault.open_file(sealed).decode() == REPORT


def test_a_file_that_is_still_being_written_waits(platform: Platform) -> None:
    drop(platform.home, "now.csv", REPORT, is_old=False)
    assert waiting_reports(platform.home) == []


def test_the_sensor_asks_for_one_run_a_report_and_names_one_without_a_mapping(platform: Platform) -> None:
    from eshop_dagster.definitions import defs

    sensor = next(one for one in defs.get_repository_def().sensor_defs if one.name == "inbox")
    with dg.DagsterInstance.ephemeral() as instance:
        drop(platform.home, "a.csv", REPORT)
        skipped = sensor.evaluate_tick(dg.build_sensor_context(instance))
        assert "a.csv without a mapping" in str(skipped.skip_message)
        drop(platform.home, "a.yml", MAPPING)
        tick = sensor.evaluate_tick(dg.build_sensor_context(instance))
    (request,) = tick.run_requests or []
    assert request.tags["report"] == "a.csv"
    assert request.run_key == waiting_reports(platform.home)[0].key
