"""The knobs of the simulated shop: its size, its growth, its dirt and its scenarios."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Self

from eshop_dagster.adapters.sources.base import SourceError

SCENARIO_NAMES = ("price_shock", "new_region", "late_carrier", "black_friday")

EARLIEST_DAY = date(2020, 1, 1)
"""Brazil gave up summer time in 2019; an earlier shop would have business days of 23 and 25 hours."""

LARGEST_SHOP = 50_000_000


@dataclass(frozen=True)
class Scenario:
    """A bend in the shop's behaviour from one business day on.

    Attributes:
        name: one of `SCENARIO_NAMES`.
        start: first business day that is bent; every day before it stays the same to the byte.
        strength: 1 is the effect described in the documentation, 0.5 is half of it.
    """

    name: str
    start: date
    strength: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in SCENARIO_NAMES:
            raise SourceError(
                f"Unknown scenario {self.name!r}: expected one of {', '.join(SCENARIO_NAMES)}. "
                "Write it as name@YYYY-MM-DD."
            )
        if not (math.isfinite(self.strength) and 0 < self.strength <= 3):
            raise SourceError(
                f"Scenario {self.name} has strength {self.strength}: expected a number above 0 and at most 3. "
                "Leave the scenario out to switch it off."
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name@YYYY-MM-DD` or, with a strength, `name@YYYY-MM-DD:0.5`."""
        name, at, rest = text.strip().partition("@")
        day, colon, strength = rest.partition(":")
        if not at:
            raise SourceError(
                f"Scenario {text!r} has no start day: expected name@YYYY-MM-DD, where name is one of "
                f"{', '.join(SCENARIO_NAMES)}."
            )
        try:
            return cls(name, date.fromisoformat(day), float(strength) if colon else 1.0)
        except SourceError:
            raise
        except ValueError as error:
            raise SourceError(
                f"Scenario {text!r} cannot be read ({error}): expected name@YYYY-MM-DD or name@YYYY-MM-DD:strength, "
                "for example late_carrier@2025-06-01:0.5."
            ) from error


@dataclass(frozen=True)
class ShopConfig:
    """Everything that the shop's days depend on.

    Attributes:
        seed: two shops with the same configuration and seed are equal to the byte.
        customers: registered by the end of the second year.
        orders_per_day: mean rate at the end of the second year.
        first_day: business day on which the shop opens; nobody is known before it.
        growth_per_year: yearly growth of orders and registrations, 0.35 for 35 %.
        dirty_share: additional bad rows per clean row of orders, order_items, payments and customers.
        scenarios: bends of the behaviour, in any order.
    """

    seed: int = 2024
    customers: int = 25_000
    orders_per_day: float = 300.0
    first_day: date = date(2024, 1, 1)
    growth_per_year: float = 0.35
    dirty_share: float = 0.001
    scenarios: tuple[Scenario, ...] = ()

    def __post_init__(self) -> None:
        self._require(0 <= self.seed < 2**63, "seed", self.seed, "a whole number from 0 to 2**63 - 1")
        self._require(1 <= self.customers <= LARGEST_SHOP, "customers", self.customers, f"1 to {LARGEST_SHOP:,}")
        self._require(0 < self.orders_per_day <= 2_000_000, "orders_per_day", self.orders_per_day, "0 to 2,000,000")
        self._require(self.first_day >= EARLIEST_DAY, "first_day", self.first_day, f"{EARLIEST_DAY} or later")
        self._require(-0.5 <= self.growth_per_year <= 3, "growth_per_year", self.growth_per_year, "-0.5 to 3")
        self._require(0 <= self.dirty_share <= 0.2, "dirty_share", self.dirty_share, "0 to 0.2")

    @staticmethod
    def _require(is_kept: bool, name: str, value: object, expected: str) -> None:
        if not is_kept:
            raise SourceError(
                f"The simulated shop's {name} is {value}: expected {expected}. Change it in the configuration."
            )
