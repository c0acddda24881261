"""What a home keeps of its shop: `shop.json`, and the holidays of its country for dbt."""

import json
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from eshop_dagster.adapters.files import parquet_bytes, write_atomically
from eshop_dagster.shop import BRAZIL, Shop

SHOP_FILE = "shop.json"

HOLIDAYS = Path("calendar") / "holidays.parquet"
"""Where dbt finds the public holidays, in the home (`ml.public_holidays.SCHEMA`)."""

_FIRST_YEAR = 1900
"""No shop's orders are older: what a source says is older, its checks refuse."""


def read_shop(home: Path) -> Shop:
    """Return the shop of a home."""
    path = home / SHOP_FILE
    return Shop(**json.loads(path.read_text())) if path.exists() else BRAZIL


def write_holidays(home: Path) -> None:
    """Write the holidays up to the year after the newest raw day, as far as the file does not hold them already."""
    shop, path = read_shop(home), home / HOLIDAYS
    days = [
        folder.name.removeprefix("changed_date=") for folder in (home / "raw" / "orders").glob("changed_date=*-*-*")
    ]
    content = _holidays(shop.country, shop.state, date.fromisoformat(max(days)).year if days else _FIRST_YEAR)
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)


def calendar_version(shop: Shop) -> str:
    """Return what the holidays follow from; with another one, the calendar is another."""
    return f"{shop.country} {shop.state or 'all'} {shop.time_zone} holidays-{version('holidays')}"


@lru_cache(maxsize=8)
def _holidays(country: str, state: str | None, newest_year: int) -> bytes:
    # Its tables of countries take a moment to import, and most commands build nothing.
    from eshop_dagster.ml.public_holidays import holiday_rows

    return parquet_bytes(holiday_rows(country, state, range(_FIRST_YEAR, newest_year + 2)))
