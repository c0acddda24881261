"""An order that only its status calls returned came back whole, to the cent, on the day on which that became known."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.sources import open_source
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import pull

from ..builders import changes, order, order_item

REPORT = """Pedido,Data,Cliente,SKU,Categoria,Qtd,Preco,Status
500,2024-01-15 10:00:00,17,A1,casa,1,500.00,devolvido
501,2024-02-10 10:00:00,18,A1,casa,1,100.00,entregue
502,2024-02-11 10:00:00,18,A1,casa,2,30.00,devolvido
502,2024-02-11 10:00:00,18,A1,casa,-1,30.00,devolvido
503,2024-02-12 10:00:00,,A1,casa,-4,0.00,entregue
700,2024-04-15 10:00:00,17,A1,casa,1,40.00,entregue
"""
MAPPING = """
name: devolvidos
columns: {order_id: Pedido, ordered_at: Data, customer_id: Cliente, product_id: SKU, category: Categoria,
          quantity: Qtd, unit_price: Preco, status: Status}
status: {entregue: delivered}
return: {negative_quantity: true, statuses: [devolvido]}
"""
PLACED, TAKEN_BACK = date(2024, 2, 10), date(2024, 3, 20)


def money(of: Platform, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in of.warehouse.read(sql).to_pylist()]


def decimals(*values: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(value) for value in values)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home with a report in which one order came back by its status alone, and another by a line of its own."""
    folder = tmp_path_factory.mktemp("returned")
    (folder / "report.csv").write_text(REPORT, encoding="utf-8")
    (folder / "mapping.yml").write_text(MAPPING, encoding="utf-8")
    config = ReportConfig(path=folder / "report.csv", mapping=folder / "mapping.yml")
    opened = open_source(config, yesterday())
    platform = Platform(Settings(home=folder / "home"), Params())
    pull(platform, opened, opened.source.first_day(), opened.source.last_day(), only_new=False)
    report = build_warehouse(platform)
    assert [test.unique_id for test in report.tests if not test.is_ok] == []
    return platform


def test_an_order_of_status_returned_came_back_whole_and_lines_of_its_own_win(reported: Platform) -> None:
    assert money(
        reported,
        "SELECT order_id, revenue_brl, returned_brl, net_revenue_brl FROM fct_orders ORDER BY order_id",
    ) == [
        ("500", *decimals("500.00", "500.00", "0.00")),
        ("501", *decimals("100.00", "0.00", "100.00")),
        ("502", *decimals("60.00", "30.00", "30.00")),
        ("503", *decimals("0.00", "0.00", "0.00")),
        ("700", *decimals("40.00", "0.00", "40.00")),
    ]


def test_customers_and_months_are_worth_what_was_kept(reported: Platform) -> None:
    assert money(
        reported,
        "SELECT placed_order_count, net_revenue_brl FROM dim_customers ORDER BY first_ordered_at",
    ) == [(2, *decimals("40.00")), (2, *decimals("130.00"))]
    assert money(
        reported,
        "SELECT ordered_month, sum(revenue_brl), sum(returned_brl), sum(net_revenue_brl) FROM agg_monthly_sales"
        " GROUP BY ALL ORDER BY ALL",
    ) == [
        (date(2024, 1, 1), *decimals("500.00", "500.00", "0.00")),
        (date(2024, 2, 1), *decimals("160.00", "30.00", "130.00")),
        (date(2024, 4, 1), *decimals("40.00", "0.00", "40.00")),
    ]


def test_pieces_written_off_at_no_price_are_neither_returned_nor_delivered(reported: Platform) -> None:
    assert money(reported, "SELECT status, is_sale FROM fct_orders WHERE order_id = '503'") == [("delivered", False)]
    assert money(reported, "SELECT count(*) FROM fct_deliveries WHERE order_id = '503'") == [(0,)]


def test_the_return_counts_from_the_day_on_which_it_became_known(tmp_path: Path) -> None:
    line = order_item(unit_price_brl="100.00")
    days = {
        day: changes(day, orders=[order(ordered_at=f"{PLACED} 10:00:00-03:00", status=status)], order_items=[line])
        for day, status in {PLACED: "delivered", TAKEN_BACK: "returned"}.items()
    }
    daily, at_once = (Platform(Settings(home=tmp_path / name, pseudonym_seed="test"), Params()) for name in "ab")
    for day in days:
        daily.raw.write("shop", str(day), [days[day]], force=True)
        build_warehouse(daily)
    at_once.raw.write("shop", "all", list(days.values()), force=True)
    build_warehouse(at_once)

    versions = (
        "SELECT known_from_date, known_until_date, revenue_brl, returned_brl FROM int_orders__versions ORDER BY ALL"
    )
    assert money(daily, versions) == [
        (PLACED, TAKEN_BACK, *decimals("100.00", "0.00")),
        (TAKEN_BACK, None, *decimals("100.00", "100.00")),
    ]
    for table in ("fct_orders", "fct_order_items", "int_orders__versions", "agg_daily_sales", "dim_customers"):
        assert daily.warehouse.content_hash(table) == at_once.warehouse.content_hash(table)
