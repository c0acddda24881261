"""A person's form, from the vault to the tables that readers see."""

import shutil
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.registration import NewCustomer, NewOrder, Registered, register

from .conftest import Run, run_in
from .test_simulated_run import words_of

ANA = NewCustomer(
    name="Ana Quitéria Provas",
    email="ana.quiteria@example.com",
    cpf="52998224725",
    phone="11 98765-4321",
    zip_prefix="01310-100",
    city="São Paulo",
    state="SP",
    consent_marketing=True,
)
IDENTIFIERS = {"Ana Quitéria Provas", "ana.quiteria@example.com", "529.982.247-25", "52998224725", "+55 11 98765-4321"}


@pytest.fixture(scope="module")
def registered(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Registered]:
    """A copy of the small home, in which a customer was registered before a run that had no new day to pull."""
    home = tmp_path_factory.mktemp("registered") / "home"
    shutil.copytree(small_run.home, home, symlinks=True)
    products = pq.read_table(home / "published" / "current" / "dim_products.parquet", columns=["product_id"])
    lines = [(product, 1) for product in products["product_id"].to_pylist()[:2]]
    done = register(Platform(Settings(home), Params()), ANA, NewOrder("app", lines))
    run_in(home, "--to", "2024-12-31", "--only-refresh")
    return home, done


def test_the_next_run_publishes_the_customer_and_the_order(registered: tuple[Path, Registered]) -> None:
    home, done = registered
    current = home / "published" / "current"
    customers = pq.read_table(current / "dim_customers.parquet", filters=[("customer_key", "=", done.customer_key)])
    [customer] = customers.select(
        ["customer_state", "placed_order_count", "app_order_count", "has_marketing_consent"]
    ).to_pylist()
    assert customer == {
        "customer_state": "SP",
        "placed_order_count": 1,
        "app_order_count": 1,
        "has_marketing_consent": True,
    }
    orders = ds.dataset(current / "fct_orders").to_table(filter=ds.field("order_id") == done.order_id)
    [order] = orders.select(["customer_key", "status", "ordered_date"]).to_pylist()
    assert order == {"customer_key": done.customer_key, "status": "approved", "ordered_date": done.business_date}
    assert float(orders["net_revenue_brl"][0].as_py()) == float(customers["net_revenue_brl"][0].as_py()) > 0


def test_no_file_but_the_vault_knows_who_was_registered(registered: tuple[Path, Registered]) -> None:
    home, done = registered
    assert Platform(Settings(home), Params()).vault.reveal(done.customer_key)["name"] == "Ana Quitéria Provas"
    for path in sorted(home.rglob("*")):
        if path.is_file():
            assert not IDENTIFIERS & words_of(path), path.relative_to(home)
