"""A home of the simulated shop with a few days in raw and the two tables of a release that a registration looks at."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.files import file_sha256, write_json
from eshop_dagster.adapters.raw_store import PullReport
from eshop_dagster.adapters.sources import open_source, save_source_config
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.pull import pull
from eshop_dagster.stages.registration import NewCustomer, NewOrder

FIRST, LAST = date(2024, 3, 1), date(2024, 3, 3)
SHOP = SimulatedConfig(first_day=FIRST, customers=20_000, orders_per_day=300, seed=3)

ANA = NewCustomer(
    "Ana Prova", "Ana.Prova@example.com", "529.982.247-25", "(11) 98765-4321", "01310-100", "Osasco", "SP"
)
ORDER = NewOrder("web", [("P00001", 2), ("P00002", 1)])


def simulated_home(home: Path) -> Platform:
    """A platform whose shop was pulled up to `LAST` and whose release knows two products and one customer."""
    platform = Platform(Settings(home), Params())
    save_source_config(home, SHOP)
    pull_shop(platform)
    prices = pa.array([Decimal("10.00"), Decimal("2.55")], pa.decimal128(18, 2))
    products = pa.table({"product_id": ["P00001", "P00002"], "list_price_brl": prices})
    write_release(home, dim_products=products, dim_customers=pa.table(
        {"customer_key": ["known"], "customer_state": ["BA"], "customer_city": ["Salvador"]}
    ))  # fmt: skip
    return platform


def pull_shop(platform: Platform, last: date = LAST, *, only_new: bool = True) -> PullReport:
    """Pull the shop up to a day, as `eshop run` does."""
    return pull(platform, open_source(SHOP, LAST + timedelta(days=30)), FIRST, last, only_new=only_new)


def write_release(home: Path, **tables: pa.Table) -> None:
    """Publish tables of one file each, as far as readers look."""
    folder = home / "published" / "2024-03-03-test"
    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    for name, rows in tables.items():
        path = folder / f"{name}.parquet"
        pq.write_table(rows, path)
        listed[name] = {
            "rows": rows.num_rows,
            "files": {path.name: {"rows": rows.num_rows, "sha256": file_sha256(path)}},
        }
    content = {"release": folder.name, "data_through": str(LAST), "tables": listed, "models": {}}
    write_json(folder / "manifest.json", content)
    link = home / "published" / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
