"""Pages drawn without a browser, over releases of a few rows."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from streamlit.testing.v1 import AppTest

from eshop_dagster.dashboard.serving.server import SCRIPT

from ..adapters.dashboard_queries.small_release import order, publish, sale
from .drawing import home, month

__all__ = ["home"]


def shop(home: Path, orders: int) -> None:
    """Publish a shop with so many orders of BRL 10.10 in March and one more in February."""
    rows = [sale(order_count=orders, revenue_brl=Decimal("10.10") * orders), sale(ordered_date=date(2025, 2, 5))]
    months = [month(date(2025, 2, 1)), month(date(2025, 3, 1), churned_customer_count=None, churn_share=None)]
    all_orders = [*(order() for _ in range(orders)), order(ordered_date=date(2025, 2, 5))]
    publish(home, agg_daily_sales=rows, fct_orders=all_orders, agg_churn=months)


def drawn(**query: str) -> AppTest:
    test = AppTest.from_file(str(SCRIPT), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def values(test: AppTest) -> dict[str, str]:
    return {one.label: one.value.replace("\u00a0", " ") for one in test.metric}


def test_a_home_without_a_release_says_what_to_do(home: Path) -> None:
    assert "Execute `eshop run`" in drawn().warning[0].value
    assert "Run `eshop run`" in drawn(lang="en").warning[0].value


def test_the_overview_shows_what_was_sold(home: Path) -> None:
    shop(home, 12)
    test = drawn(period="all")
    assert not test.exception and not test.error
    found = values(test)
    assert (found["Receita líquida"], found["Pedidos"], found["Ticket médio"]) == ("R$ 131,30", "13", "R$ 10,10")
    assert (found["Clientes ativos"], found["Taxa de recompra"], found["Taxa de churn mensal"]) == (
        "40",
        "75,0%",
        "10,0%",
    )


def test_numbers_about_fewer_than_ten_orders_are_not_shown(home: Path) -> None:
    shop(home, 8)
    found = values(drawn(period="all"))
    assert (found["Receita líquida"], found["Pedidos"], found["Ticket médio"]) == ("–", "–", "–")


def test_the_same_page_in_english_writes_numbers_as_english_does(home: Path) -> None:
    shop(home, 12)
    found = values(drawn(period="all", lang="en"))
    assert found["Net revenue"] == "R$131.30"


def test_an_address_with_filters_that_do_not_exist_shows_everything(home: Path) -> None:
    shop(home, 12)
    test = drawn(period="all", state="XX", category="' OR 1=1", segment="99")
    assert values(test)["Pedidos"] == "13"


def test_a_page_that_fails_says_so_and_tells_the_visitor_no_details(home: Path) -> None:
    shop(home, 12)
    (home / "published" / "current" / "agg_churn.parquet").write_bytes(b"not parquet")
    test = drawn(period="all")
    assert not test.exception
    assert "Esta página não pôde ser montada" in test.error[0].value
    assert "parquet" not in test.error[0].value
