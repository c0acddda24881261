"""Which country a text names, and what follows from a country: currency, time zone, known public holidays."""

import re
import unicodedata
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale, get_global
from babel.numbers import get_territory_currencies, list_currencies

from eshop_dagster.shop import BRAZIL, Shop

_CURRENCIES_OF = date(2026, 1, 1)
"""The day whose currencies are meant, so that a mapping means the same tomorrow."""
MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "CA": "America/Toronto",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "DE": "Europe/Berlin", "EC": "America/Guayaquil",
    "ES": "Europe/Madrid", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "US": "America/New_York",
}  # fmt: skip
"""Where most people live, of the countries that have several time zones."""
PARTED = ("US", "CA", "GB", "AU", "PT", "ES", "DE", "FR", "IT", "AR", "IN")
"""Countries whose states, provinces or regions are known by name."""
SOLE_USERS = {
    "GBP": "GB", "MXN": "MX", "ARS": "AR", "CLP": "CL", "COP": "CO", "PEN": "PE", "UYU": "UY", "PYG": "PY",
    "INR": "IN", "JPY": "JP", "CAD": "CA", "AUD": "AU", "BRL": "BR",
}  # fmt: skip
"""The country that a currency most probably tells; euros and dollars are those of many."""
OTHER_NAMES = {
    "usa": "US", "eua": "US", "greatbritain": "GB", "england": "GB", "inglaterra": "GB", "scotland": "GB",
    "wales": "GB", "eire": "IE", "holland": "NL", "holanda": "NL", "rsa": "ZA",
}  # fmt: skip


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
    states = supported_countries().get(country)
    if states is None:
        raise ValueError(
            f"country is {country!r}: expected an ISO 3166 code whose public holidays are known, such as BR"
        )
    if state is not None and state not in states:
        expected = f"one of {', '.join(states)}, or nothing" if states else "nothing: only national ones are known"
        raise ValueError(f"the state whose holidays {country} keeps is {state!r}: expected {expected}")
    if not is_currency(currency):
        raise ValueError(f"currency is {currency!r}: expected an ISO 4217 code of three letters, such as BRL or GBP")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time_zone is {time_zone!r}: expected an IANA name, such as Europe/London") from error
    return Shop(country=country, state=state, currency=currency, time_zone=time_zone)


def is_currency(code: str) -> bool:
    """Whether a text is a currency's code of three letters (ISO 4217)."""
    return code in list_currencies()


@cache
def supported_countries() -> dict[str, list[str]]:
    """Return the countries whose public holidays are known, each with the parts that have some of their own."""
    # Its tables take a moment to import.
    import holidays

    return holidays.list_supported_countries()


def country_named(text: str) -> str | None:
    """The ISO 3166 code of the country that a text names in English, Portuguese or Spanish, or by a code."""
    return _names().get(_bare(text))


def country_of_parts(names: list[str]) -> str | None:
    """The country whose states, provinces or regions most of the names are (nine of ten), if there is one."""
    given = {_bare(name) for name in names if name}
    share, country = max((len(given & _parts(code)) / max(len(given), 1), code) for code in PARTED)
    return country if share >= 0.9 else None


def main_zone_of(country: str) -> str | None:
    """The time zone of most of a country's people, None if it has several and none is known to be that."""
    try:
        return MAIN_ZONES.get(country) or zone_of(country)
    except ValueError:
        return None


def sole_currency_of(country: str) -> str | None:
    """The country's currency, None if it has several."""
    try:
        return currency_of(country)
    except ValueError:
        return None


@cache
def _names() -> dict[str, str]:
    known = set(supported_countries()) & set(get_global("territory_currencies"))
    names = {
        _bare(name): code
        for language in ("es", "pt", "en")
        for code, name in Locale(language).territories.items()
        if code in known
    }
    aliases = get_global("territory_aliases").items()
    codes = {alias.lower(): codes[0] for alias, codes in aliases if len(codes) == 1 and codes[0] in known}
    return {**names, **codes, **{code.lower(): code for code in known}, **OTHER_NAMES}


@cache
def _parts(country: str) -> frozenset[str]:
    # Its tables take a moment to import.
    import holidays

    kind = getattr(holidays, country)
    return frozenset(map(_bare, (*kind.subdivisions, *kind.subdivisions_aliases)))


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)
