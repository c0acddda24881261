"""What follows from a country: its currency, its time zone, whether its public holidays are known."""

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global
from babel.numbers import get_territory_currencies, list_currencies

from eshop_dagster.shop import BRAZIL, Shop

_CURRENCIES_OF = date(2026, 1, 1)
"""The day whose currencies are meant, so that a mapping means the same tomorrow."""


def currency_of(country: str) -> str:
    """Return the currency of a country.

    Raises:
        ValueError: it is unknown, or it has several.
    """
    known = get_territory_currencies(country, _CURRENCIES_OF)
    if country not in get_global("territory_currencies") or len(known) != 1:
        raise ValueError(
            f"country {country!r} has {'the currencies ' + ', '.join(known) if known else 'no known currency'}: name "
            "the shop's, such as `currency: EUR`, or correct the country's code of two letters (ISO 3166)"
        )
    return str(known[0])


def zone_of(country: str, written_in: str | None = None) -> str:
    """Return the time zone of a country.

    Args:
        country: ISO 3166 code.
        written_in: the zone in which a file writes its times, which decides where the country has several; UTC says
            nothing of where a shop is.

    Raises:
        ValueError: it is unknown, or it has several and none is named.
    """
    if country == BRAZIL.country:
        return BRAZIL.time_zone
    zones = sorted(zone for zone, place in get_global("zone_territories").items() if place == country)
    if len(zones) == 1:
        return zones[0]
    if written_in and written_in != "UTC":
        return written_in
    raise ValueError(
        f"country {country!r} has {'the time zones ' + ', '.join(zones) if zones else 'no known time zone'}: name the "
        "shop's, such as `time_zone: Europe/Lisbon`"
    )


def checked_shop(*, country: str, state: str | None, currency: str, time_zone: str) -> Shop:
    """Return the shop.

    Raises:
        ValueError: a code or name that is not known; the message says what is expected.
    """
    states = _supported().get(country)
    if states is None:
        raise ValueError(
            f"country is {country!r}: expected an ISO 3166 code whose public holidays are known, such as BR"
        )
    if state is not None and state not in states:
        expected = f"one of {', '.join(states)}, or nothing" if states else "nothing: only national ones are known"
        raise ValueError(f"the state whose holidays {country} keeps is {state!r}: expected {expected}")
    if currency not in list_currencies():
        raise ValueError(f"currency is {currency!r}: expected an ISO 4217 code of three letters, such as BRL or GBP")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time_zone is {time_zone!r}: expected an IANA name, such as Europe/London") from error
    return Shop(country=country, state=state, currency=currency, time_zone=time_zone)


@cache
def _supported() -> dict[str, list[str]]:
    # Its tables take a moment to import.
    import holidays

    return holidays.list_supported_countries()
