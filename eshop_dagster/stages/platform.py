"""One home with everything that works on it: the parts that every stage is handed."""

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from eshop_dagster.adapters.raw_store import RawStore
from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.adapters.table_records import TableRecords
from eshop_dagster.adapters.vault import Vault
from eshop_dagster.adapters.vault_witness import VaultWitness
from eshop_dagster.adapters.warehouse import Warehouse
from eshop_dagster.settings import Settings, master_key
from eshop_dagster.shop import BRAZIL, Shop
from eshop_dagster.stages.marts import BOOKKEEPING, DATED
from eshop_dagster.stages.parameters import Params

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import ModelRegistry
    from eshop_dagster.adapters.snapshot_store import SnapshotStore


class Platform:
    """The adapters of one home, each made on first use."""

    def __init__(self, settings: Settings, params: Params) -> None:
        self.settings = settings
        self.home = settings.home
        self.params = params
        self.warehouse = Warehouse(settings.home)
        self.records = TableRecords(self.warehouse, DATED, BOOKKEEPING)

    @property
    def shop(self) -> Shop:
        """Whose shop this home is; read each time, for the first pull settles it."""
        return read_shop(self.home)

    @cached_property
    def vault(self) -> Vault:
        """The customers' identifiers."""
        path, witness = self.home / "vault" / "vault.db", VaultWitness(self.home)
        return Vault(path, master_key(), self.settings.pseudonym_seed, witness)

    @cached_property
    def raw(self) -> RawStore:
        """The raw change log and the quarantine."""
        return RawStore(self.home, self.vault, self.params.raw)

    @cached_property
    def registry(self) -> "ModelRegistry":
        """The MLflow registry."""
        from eshop_dagster.adapters.registry import ModelRegistry

        if self.settings.mlflow_uri:
            return ModelRegistry(self.settings.mlflow_uri, None)
        return ModelRegistry.local(self.home)

    @cached_property
    def snapshots(self) -> "SnapshotStore":
        """The DVC store of training snapshots."""
        from eshop_dagster.adapters.snapshot_store import SnapshotStore

        return SnapshotStore(self.home, self.settings.dvc_remote)


def yesterday(shop: Shop = BRAZIL) -> date:
    """Return the last business day of a shop that has ended: the last that can be pulled."""
    return (datetime.now(ZoneInfo(shop.time_zone)) - timedelta(days=1)).date()
