"""Settle whose shop a home is: what its source declares, else what `params.yaml` says; the home keeps it."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.shop_file import SHOP_FILE, read_shop
from eshop_dagster.adapters.sources import OpenSource
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.shop import BRAZIL, Shop

if TYPE_CHECKING:
    from eshop_dagster.stages.platform import Platform


def settle_shop(platform: "Platform", opened: OpenSource) -> Shop:
    """Return the shop of a home that is about to be filled from a source, and keep it.

    Only the state whose holidays are kept may change later: the amounts, days and regions that the home holds already
    are in the shop's currency, time zone and country.

    Raises:
        SourceError: the home holds another shop's orders.
    """
    home, known = platform.home, read_shop(platform.home)
    wanted = declared_shop(platform, opened)
    if wanted is None or wanted == known:
        return known
    if _holds_orders(platform) and replace(wanted, state=known.state) != known:
        raise SourceError(
            f"the home {home} is a shop's in {known.country} ({known.currency}, {known.time_zone}), and "
            f"{opened.source.name} is one's in {wanted.country} ({wanted.currency}, {wanted.time_zone}): correct its "
            "mapping, or give another folder with --home (a second home is a second, independent platform)"
        )
    write_json(home / SHOP_FILE, asdict(wanted))
    return wanted


def forget_unfilled_shop(platform: "Platform") -> None:
    """Take the shop out of a home whose first pull failed: it never held that shop's orders."""
    if not _holds_orders(platform):
        (platform.home / SHOP_FILE).unlink(missing_ok=True)


def declared_shop(platform: "Platform", opened: OpenSource) -> Shop | None:
    """Return the shop that a source or else `params.yaml` declares; None where neither says anything.

    A mapping that is silent is read as Brazil's, so that it is one of Brazil in a home of another shop.

    Raises:
        SourceError: a report whose mapping is silent, in a platform whose shop is not Brazil's.
    """
    of_params = platform.params.shop
    if hasattr(opened.source, "shop"):
        declared: Shop | None = opened.source.shop
        if declared is None and of_params != BRAZIL and not _holds_orders(platform):
            raise SourceError(
                f"params.yaml says that the shop is in {of_params.country}, and the mapping of {opened.source.name} "
                f"does not say where: write `country: {of_params.country}` into it"
            )
        is_of_brazil = replace(read_shop(platform.home), state=BRAZIL.state) == BRAZIL
        return declared or (None if is_of_brazil else BRAZIL)
    return None if _holds_orders(platform) else of_params


def _holds_orders(platform: "Platform") -> bool:
    return any((platform.home / "raw" / "_pulls").glob("*/*.json"))
