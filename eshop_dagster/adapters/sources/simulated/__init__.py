"""The embedded default source: a shop that is a pure function of (configuration, day)."""

from eshop_dagster.adapters.sources.simulated.config import Scenario, ShopConfig
from eshop_dagster.adapters.sources.simulated.source import SimulatedSource

__all__ = ["Scenario", "ShopConfig", "SimulatedSource"]
