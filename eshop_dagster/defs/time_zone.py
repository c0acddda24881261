"""The time zone by which the home's partitions and schedules go."""

from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.settings import load_settings


def home_time_zone() -> str:
    """Return the time zone of the shop whose home `ESHOP_HOME` names, as it is when the code location is loaded."""
    return read_shop(load_settings().home).time_zone
