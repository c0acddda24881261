"""A simulated shop of a wanted size over a wanted number of days."""

from dataclasses import replace

from eshop_dagster.adapters.sources.simulated.config import ShopConfig
from eshop_dagster.adapters.sources.simulated.demand import FIRST_ORDER_SHARE, Demand
from eshop_dagster.adapters.sources.simulated.randomness import Dice


def scale_shop(config: ShopConfig, *, days: int, orders_per_day: float, customers: int) -> ShopConfig:
    """Return `config` with the knobs turned so that its first `days` days hold what is asked for.

    A shop's own knobs say what it has reached at the end of its second year; a growing shop has less before.

    Args:
        config: everything else about the shop.
        days: how long.
        orders_per_day: mean over these days, met within a few per cent.
        customers: registered by the end of the last of these days.
    """
    scaled = replace(config, orders_per_day=orders_per_day, customers=customers)
    # Both knobs move both figures a little: a few rounds settle them.
    for _ in range(6):
        demand = Demand(scaled, Dice(scaled.seed), days - 1)
        registered = int(demand.registrations[:days].sum())
        orders = float(demand.repeat_orders[:days].sum() + FIRST_ORDER_SHARE * registered)
        scaled = replace(
            scaled,
            orders_per_day=float(scaled.orders_per_day * orders_per_day * days / orders),
            customers=max(1, int(scaled.customers * customers / max(registered, 1))),
        )
    return scaled
