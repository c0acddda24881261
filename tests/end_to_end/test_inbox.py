"""A report dropped into the inbox: seen, loaded beside the shop's own orders, and kept encrypted."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from eshop_dagster.adapters.raw_store import PullReport, RawStoreError
from eshop_dagster.adapters.sources import save_source_config
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.inbox import load_report, waiting_reports
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform, yesterday

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


def drop(home: Path, name: str, text: str, *, is_old: bool = True) -> Path:
    path = home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if is_old:
        os.utime(path, (time.time() - 60, time.time() - 60))
    return path


@pytest.fixture
def platform() -> Platform:
    settings = load_settings()
    save_source_config(settings.home, SimulatedConfig())
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


def test_a_workbook_is_loaded_and_sealed_like_a_csv(platform: Platform) -> None:
    book = Workbook()
    assert book.active is not None
    for cells in (["pedido", "data", "cliente", "nome", "produto", "qtd", "preco"],
                  [1001, datetime(2024, 2, 1), 77, "Ana Souza", "abc", 2, 10.5]):  # fmt: skip
        book.active.append(cells)
    drop(platform.home, "fevereiro.yml", MAPPING)
    path = platform.home / "inbox" / "fevereiro.xlsx"
    book.save(path)
    os.utime(path, (time.time() - 60, time.time() - 60))
    (report,) = waiting_reports(platform.home)
    assert load_report(platform, report).accepted["order_items"] == 1
    assert orders_in(platform) == ["loja:1001"]
    assert not path.exists()


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


def loaded(platform: Platform, name: str, text: str, mapping: str = MAPPING) -> PullReport:
    """Drop a report with its mapping and load it."""
    drop(platform.home, Path(name).with_suffix(".yml").name, mapping)
    drop(platform.home, name, text)
    (report,) = waiting_reports(platform.home)
    return load_report(platform, report)


def content(home: Path) -> dict[str, bytes]:
    """The bytes of every file in raw."""
    return {str(path.relative_to(home)): path.read_bytes() for path in (home / "raw").rglob("*") if path.is_file()}


def orders_in(platform: Platform) -> list[str]:
    files = (platform.home / "raw" / "orders").glob("*/loja.parquet")
    return sorted(order for file in files for order in pq.ParquetFile(file).read()["order_id"].to_pylist())


def test_a_report_that_is_sent_again_adds_nothing_and_is_put_away_too(platform: Platform) -> None:
    loaded(platform, "fevereiro.csv", REPORT)
    for name in ("fevereiro.csv", "fevereiro (1).csv"):
        again = loaded(platform, name, REPORT)
        assert (again.days_written, again.accepted["orders"]) == (0, 2)
    assert orders_in(platform) == ["loja:1001", "loja:1002"]
    assert waiting_reports(platform.home) == []


def test_a_file_beside_a_report_takes_it_where_the_error_says_so(platform: Platform) -> None:
    loaded(platform, "fevereiro.csv", REPORT)
    other = "pedido;data;cliente;nome;produto;qtd;preco\n1001;05/03/2024;78;Bia;abc;1;1,00\n"
    with pytest.raises(RawStoreError, match=r"put an empty file março.csv.force beside it in the inbox$"):
        loaded(platform, "março.csv", other)
    (before,) = waiting_reports(platform.home)
    drop(platform.home, "março.csv.force", "")
    (report,) = waiting_reports(platform.home)
    assert (report.is_forced, report.key == before.key) == (True, False)
    assert load_report(platform, report).accepted["orders"] == 1
    assert not [path for path in (platform.home / "inbox").iterdir() if path.suffix != ".yml"]


def test_two_copies_that_wait_together_are_counted_once(platform: Platform) -> None:
    for name in ("a", "b"):
        drop(platform.home, f"{name}.csv", REPORT)
        drop(platform.home, f"{name}.yml", MAPPING)
    for report in waiting_reports(platform.home):
        load_report(platform, report)
    assert orders_in(platform) == ["loja:1001", "loja:1002"]
    assert waiting_reports(platform.home) == []


def test_a_report_is_tried_again_only_when_it_is_put_there_anew(platform: Platform) -> None:
    path = drop(platform.home, "a.csv", REPORT)
    drop(platform.home, "a.yml", MAPPING)
    (first,), (still,) = waiting_reports(platform.home), waiting_reports(platform.home)
    assert first.key == still.key
    os.utime(path, (time.time() - 30, time.time() - 30))
    (again,) = waiting_reports(platform.home)
    assert (again.key == first.key, again.content == first.content) == (False, True)


def test_a_report_that_lost_orders_since_it_was_loaded_is_refused_wherever_it_was_cut(platform: Platform) -> None:
    lines = [f"{1000 + number};{number // 4 + 1:02d}/02/2024;;;abc;1;10,50\n" for number in range(24)]
    header = REPORT.splitlines(keepends=True)[0]
    loaded(platform, "a.csv", header + "".join(lines))
    before = content(platform.home)
    for kept in range(1, 24):
        with pytest.raises(RawStoreError) as refused:
            # Of the days behind its end a shorter report says nothing: the cut must fall into one of its days.
            loaded(platform, "b.csv", header + "".join(lines[:kept]) + lines[-1].replace("1023", "1099"))
        assert f"b.csv lacks {24 - kept} orders that an earlier report loja brought" in str(refused.value)
        assert "or write `missing_orders: drop` into the mapping" in str(refused.value)
    assert content(platform.home) == before
    assert [report.path.name for report in waiting_reports(platform.home)] == ["b.csv"]


def test_a_report_cut_between_two_lines_of_one_day_is_refused(platform: Platform) -> None:
    loaded(platform, "a.csv", REPORT.replace("02/02", "01/02"))
    with pytest.raises(RawStoreError, match=r"lacks 1 orders .* \(such as loja:1002 of 2024-02-01\)"):
        loaded(platform, "a.csv", "".join(REPORT.splitlines(keepends=True)[:2]))


def test_orders_that_are_really_gone_are_dropped_when_the_mapping_says_so(platform: Platform) -> None:
    loaded(platform, "a.csv", REPORT.replace("02/02", "01/02"))
    loaded(platform, "a.csv", "".join(REPORT.splitlines(keepends=True)[:2]), MAPPING + "missing_orders: drop\n")
    assert orders_in(platform) == ["loja:1001"]


def test_an_order_may_move_to_another_day_but_a_later_event_is_not_taken_away(platform: Platform) -> None:
    mapping = MAPPING.replace("quantity: qtd,", "quantity: qtd, delivered_at: entregue,")
    header = "pedido;data;cliente;nome;produto;qtd;preco;entregue\n"
    january = header + "1001;30/01/2024;;;abc;1;10,50;02/02/2024\n"
    loaded(platform, "a.csv", january, mapping)
    loaded(platform, "a.csv", january.replace("02/02", "03/02"), mapping)
    assert orders_in(platform) == ["loja:1001"] * 2
    february = "".join(f"{1100 + day};{day:02d}/02/2024;;;abc;1;10,50;\n" for day in range(1, 6))
    with pytest.raises(RawStoreError, match=r"lacks 1 orders .* \(such as loja:1001 of 2024-02-03\)"):
        loaded(platform, "b.csv", header + february, mapping)


def test_a_report_with_a_day_that_has_not_ended_waits(platform: Platform) -> None:
    today = yesterday() + timedelta(days=1)
    with pytest.raises(SourceError, match=f"a.csv has changes of {today}, expected days that have ended"):
        loaded(platform, "a.csv", REPORT + f"1003;{today:%d/%m/%Y};;;abc;1;10,50\n")
    assert orders_in(platform) == []
    assert [report.path.name for report in waiting_reports(platform.home)] == ["a.csv"]


def test_a_newer_report_that_comes_under_the_same_name_meanwhile_is_not_put_away_unread(platform: Platform) -> None:
    drop(platform.home, "a.yml", MAPPING)
    drop(platform.home, "a.csv", REPORT)
    (report,) = waiting_reports(platform.home)
    newer = REPORT + "1003;03/02/2024;;;abc;1;10,50\n"
    with pytest.raises(SourceError, match=r"a.csv changed while it was loaded: it stays there"):
        load_report(platform, report, on_days=lambda days: drop(platform.home, "a.csv", newer) and None)
    (waiting,) = waiting_reports(platform.home)
    load_report(platform, waiting)
    assert orders_in(platform) == ["loja:1001", "loja:1002", "loja:1003"]
