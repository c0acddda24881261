"""The whole way on the public Olist orders, against figures counted from its files."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase, Scope, deliveries
from eshop_dagster.adapters.release import open_release
from eshop_dagster.adapters.warehouse import Warehouse
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.serving.server import SCRIPT

from .conftest import Run, eshop, run_in


@pytest.fixture(scope="module")
def olist_run(tmp_path_factory: pytest.TempPathFactory, olist_dir: Path) -> Run:
    return run_in(tmp_path_factory.mktemp("olist") / "home", "--source", "olist", "--path", olist_dir)


def one_row(run: Run, sql: str) -> tuple[object, ...]:
    return tuple(Warehouse(run.home).read(sql).to_pylist()[0].values())


def test_every_order_line_and_payment_is_there_to_the_cent(olist_run: Run) -> None:
    assert one_row(olist_run, "SELECT count(*) FROM fct_orders") == (99_441,)
    assert one_row(olist_run, "SELECT count(*), sum(line_total_brl), sum(freight_brl) FROM fct_order_items") == (
        112_650,
        Decimal("13591643.70"),
        Decimal("2251909.54"),
    )
    assert one_row(olist_run, "SELECT count(*), sum(amount_brl) FROM fct_payments") == (103_886, Decimal("16008872.12"))
    assert olist_run.summary["quarantined_rows"] == {}


def test_customers_are_persons(olist_run: Run) -> None:
    assert one_row(
        olist_run,
        "SELECT count(*), count(*) FILTER (WHERE placed_order_count > 1), max(placed_order_count) FROM dim_customers",
    ) == (96_096, 2_997, 17)


def test_revenue_counts_no_cancelled_and_no_unavailable_order(olist_run: Run) -> None:
    assert one_row(
        olist_run,
        "SELECT count(*) FILTER (WHERE item_count > 0 AND NOT is_cancelled), sum(revenue_brl) FROM fct_orders",
    ) == (98_199, Decimal("13494400.74"))
    assert one_row(olist_run, "SELECT sum(revenue_brl) FROM agg_daily_sales") == (Decimal("13494400.74"),)


def test_late_deliveries_are_counted_by_the_instant_and_by_the_date(olist_run: Run) -> None:
    assert one_row(
        olist_run, "SELECT count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_late_by_instant) FROM fct_orders"
    ) == (6_535, 7_827)


def test_delivered_orders_without_an_instant_are_visible(olist_run: Run) -> None:
    assert one_row(
        olist_run,
        """
        SELECT count(*) FILTER (WHERE delivered_at IS NULL), count(*) FILTER (WHERE shipped_at IS NULL),
            count(*) FILTER (WHERE approved_at IS NULL)
        FROM fct_orders WHERE status = 'delivered'
        """,
    ) == (8, 2, 14)


def test_where_customers_do_not_come_back_what_is_expected_of_them_in_all_is_near_what_they_spend(
    olist_run: Run,
) -> None:
    spend = olist_run.summary["models"]["spend"]
    assert spend["version"] is not None
    assert 0.3 < spend["metrics"]["calibration_ratio"] < 3
    assert "it is the first champion" in spend["reason"]
    assert olist_run.summary["models"]["segmentation"]["version"] == 1
    manifest = json.loads((olist_run.home / "published" / "current" / "manifest.json").read_text())
    assert manifest["models"]["spend"]["version"] == spend["version"]


@pytest.mark.parametrize("breakage", ["missing folder", "cut in mid-line", "latin-1"])
def test_broken_input_is_refused_and_what_was_published_stays(
    olist_run: Run, olist_dir: Path, tmp_path: Path, breakage: str
) -> None:
    before = (olist_run.home / "published" / "current").resolve()
    folder = tmp_path / "broken"
    if breakage != "missing folder":
        folder.mkdir()
        for path in olist_dir.glob("*.csv"):
            (folder / path.name).symlink_to(path)
        name = "olist_order_items_dataset.csv" if breakage == "cut in mid-line" else "olist_customers_dataset.csv"
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        is_cut = breakage == "cut in mid-line"
        broken = content[: len(content) // 2 + 7] if is_cut else content + "x,y,1,são paulo,SP\n".encode("latin-1")
        (folder / name).write_bytes(broken)
    done = eshop("run", "--home", olist_run.home, "--source", "olist", "--path", folder, check=False)
    assert done.returncode == 1
    expected = {"missing folder": "does not exist", "cut in mid-line": "cut short", "latin-1": "is not UTF-8"}[breakage]
    assert expected in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert (olist_run.home / "published" / "current").resolve() == before


def test_the_dashboard_shows_the_shops_figures(olist_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESHOP_HOME", str(olist_run.home))
    overview = AppTest.from_file(str(SCRIPT), default_timeout=120)
    overview.query_params["period"] = "all"
    shown = {one.label: one.value.replace("\u00a0", " ") for one in overview.run().metric}
    assert (shown["Receita líquida"], shown["Pedidos"]) == ("R$ 13.494.400,74", "98.199")
    scope = Scope(date(2016, 1, 1), date(2018, 12, 31))
    late = deliveries.deliveries_in_all(ReleaseDatabase(open_release(olist_run.home)), scope).iloc[0]
    assert (late["late_count"], late["late_by_instant_count"]) == (6_535, 7_827)
    assert Formats("pt").share(late["late_share"], 2) == "6,77%"
