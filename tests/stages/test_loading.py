"""Tables for notebooks: the current release's, and those of a past morning, whatever came later."""

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from eshop_dagster import load
from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.release import NoRelease
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.loading import LoadError
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.score_files import keep_scores

from .registration_home import FIRST, LAST, pull_shop, simulated_home

NEXT = LAST + timedelta(days=1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of three days, built and published; its orders go on changing for weeks after."""
    home = tmp_path_factory.mktemp("loading") / "home"
    platform = simulated_home(home)
    shutil.rmtree(home / "published")
    build_warehouse(platform)
    publish(platform)
    return home


@pytest.fixture(scope="module")
def later(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same shop nine days later, and an early day of it that was pulled again since."""
    later = tmp_path_factory.mktemp("later") / "home"
    for folder in ("raw", "vault"):
        shutil.copytree(home / folder, later / folder)
    (later / "source.json").write_bytes((home / "source.json").read_bytes())
    platform = Platform(Settings(later), Params())
    pull_shop(platform, LAST + timedelta(days=9))
    pull_shop(platform, only_new=False)
    return later


@pytest.mark.parametrize("table", sorted(MARTS))
def test_what_is_known_now_is_the_current_release_row_for_row(home: Path, table: str) -> None:
    by_key = [(column, "ascending") for column in MARTS[table]]
    now: pa.Table = load(table, home=home, as_arrow=True)
    built: pa.Table = load(table, home=home, as_of=NEXT, as_arrow=True)
    assert built.schema == now.schema
    assert built.sort_by(by_key).equals(now.sort_by(by_key))


def test_a_past_day_is_what_the_release_of_that_morning_said_whatever_came_later(home: Path, later: Path) -> None:
    then = load("fct_orders", home=home).sort_values("order_id", ignore_index=True)
    again = load("fct_orders", home=later, as_of=NEXT).sort_values("order_id", ignore_index=True)
    pd.testing.assert_frame_equal(again, then)
    now = load("fct_orders", home=later, as_of=NEXT + timedelta(days=9))
    known = now[now["order_id"].isin(then["order_id"])]
    assert len(now) > len(then) == len(known)
    assert (known["status"] == "delivered").sum() > (then["status"] == "delivered").sum()


def test_features_are_those_of_that_cutoff(later: Path) -> None:
    features = load("customer_features", home=later, as_of=str(NEXT), columns=["customer_key", "as_of_date"])
    orders = load("fct_orders", home=later, as_of=NEXT)
    assert {str(day.date()) for day in features["as_of_date"]} == {str(NEXT)}
    assert set(features["customer_key"]) == set(orders["customer_key"].dropna())


def test_the_homes_warehouse_and_raw_are_not_touched(later: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in later.rglob("*")}
    load("dim_products", home=later, as_of=NEXT)
    assert {path: path.stat().st_mtime_ns for path in later.rglob("*")} == before
    assert not (later / "warehouse.duckdb").exists()


def test_money_days_and_instants_have_types_that_one_can_reckon_with(home: Path) -> None:
    frame = load("fct_orders", home=home, columns=["paid_brl", "ordered_date", "ordered_at"])
    assert frame["paid_brl"].dtype == "float64"
    assert [str(frame[name].dt.tz) for name in ("ordered_date", "ordered_at")] == ["None", "UTC"]
    exact = load("fct_orders", home=home, columns=["paid_brl"], as_arrow=True)
    assert exact.schema.field("paid_brl").type == pa.decimal128(18, 2)
    assert float(sum(exact["paid_brl"].to_pylist())) == pytest.approx(frame["paid_brl"].sum())


def test_columns_come_in_the_order_asked_for(home: Path) -> None:
    wanted = ["customer_state", "customer_key"]
    assert list(load("dim_customers", home=home, columns=wanted)) == wanted
    assert list(load("dim_customers", home=home, columns=wanted, as_of=NEXT)) == wanted


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        ("fct_order", {}, "no table 'fct_order': release .* has agg_churn, .*fct_orders"),
        ("fct_order", {"as_of": NEXT}, "no table 'fct_order' with a past: expected one of agg_churn"),
        ("fct_orders", {"columns": ["state", "name"]}, r"fct_orders has no columns \['name'\]: it has order_id"),
        ("fct_orders", {"columns": ["name"], "as_of": NEXT}, r"no columns \['name'\]"),
        ("fct_orders", {"as_of": NEXT + timedelta(days=1)}, f"history ends with {LAST}. Expected {NEXT}"),
        ("fct_orders", {"as_of": FIRST}, f"history begins on {FIRST}. Expected {FIRST + timedelta(days=1)} or a later"),
        ("fct_orders", {"as_of": "01/03/2024"}, "as_of is '01/03/2024', expected a day such as"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(home: Path, table: str, options: dict, words: str) -> None:
    with pytest.raises(LoadError, match=words):
        load(table, home=home, **options)


def test_a_home_without_a_release_says_what_to_do(tmp_path: Path) -> None:
    for options in ({}, {"as_of": date(2024, 3, 5)}):
        with pytest.raises(NoRelease, match="fill it first with `eshop run"):
            load("fct_orders", home=tmp_path, **options)


def test_what_models_said_on_a_past_day_comes_from_the_release_that_was_kept(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    with pytest.raises(LoadError, match="no table 'revenue_forecast' with a past"):
        load("revenue_forecast", home=copy, as_of=NEXT)
    keep_scores(copy, {"revenue_forecast": pa.table({"expected_revenue_brl": [7.0]})}, {})
    publish(Platform(Settings(copy), Params()))
    assert load("revenue_forecast", home=copy, as_of=NEXT)["expected_revenue_brl"].to_list() == [7.0]
    with pytest.raises(LoadError, match=f"models are not asked again about the past. Kept .* through {LAST};"):
        load("revenue_forecast", home=copy, as_of=LAST)


def test_a_day_that_is_just_being_replaced_is_not_read(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy, symlinks=True)
    write_json(copy / "raw" / "_aside" / "journal.json", [])
    with pytest.raises(RawStoreError, match="are being pulled again, or a pull was killed amidst a day"):
        load("fct_orders", home=copy, as_of=NEXT)


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, eshop_dagster; " + (
        "assert not {'pandas', 'pyarrow', 'duckdb', 'dbt', 'numpy'} & set(sys.modules); eshop_dagster.nothing"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "AttributeError: module 'eshop_dagster' has no attribute 'nothing'" in done.stderr
