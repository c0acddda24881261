"""The embedded default source: a simulated shop."""

import hashlib
from datetime import date
from importlib.metadata import version
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Strict
from pydantic.dataclasses import dataclass

from eshop_dagster.adapters.sources.declared import Asked, Coming, OpenSource, SourceConfig, within


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class SimulatedConfig(SourceConfig):
    """A simulated shop, open from `first_day` on.

    Attributes:
        customers: registered by the end of the second year.
        orders_per_day: mean daily orders at the end of the second year.
        seed: of everything that is drawn.
        scenarios: bends of its behaviour, such as `late_carrier@2025-06-01`.
    """

    kind: ClassVar[str] = "simulated"
    tables: ClassVar[frozenset[str]] = frozenset(
        ("customers", "products", "sellers", "orders", "order_items", "payments", "reviews")
    )
    coming: ClassVar[Coming] = Coming.LIVE
    is_made_up: ClassVar[bool] = True
    takes_registrations: ClassVar[bool] = True

    customers: Annotated[
        int,
        Strict(),
        within(1, 100_000_000),
        Asked("--customers", "customers of the simulated shop, for a fresh home"),
    ] = 25_000
    orders_per_day: Annotated[
        float,
        Strict(),
        within(0.01, 10_000_000),
        Asked("--orders-per-day", "daily orders of the simulated shop, for a fresh home"),
    ] = 300.0
    seed: Annotated[
        int, Strict(), within(0, 2**32 - 1), Asked("--seed", "seed of the simulated shop, for a fresh home")
    ] = 2024
    scenarios: Annotated[
        tuple[str, ...], Asked("--scenario", "bend the simulated shop, such as late_carrier@2025-06-01")
    ] = ()

    def open(self, yesterday: date) -> OpenSource:
        """Return the shop's days up to yesterday."""
        from eshop_dagster.adapters.sources.simulated import Scenario, ShopConfig, SimulatedSource

        shop = ShopConfig(
            seed=self.seed,
            customers=self.customers,
            orders_per_day=self.orders_per_day,
            first_day=self.first_day,
            scenarios=tuple(Scenario.parse(text) for text in self.scenarios),
        )
        fingerprint = hashlib.sha256(f"{shop!r} {version('eshop-dagster')}".encode()).hexdigest()[:16]
        return OpenSource(SimulatedSource(shop, yesterday), fingerprint)


CONFIG = SimulatedConfig
