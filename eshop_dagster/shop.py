"""The shop itself: its country, the part of it whose holidays it keeps, its currency and its time zone.

One declaration, from which the rules of raw, the calendar, business dates and every text follow. A home keeps its
shop's in `shop.json` (`adapters/shop_file.py`); without that file it is Brazil's.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shop:
    """Where one home's shop is.

    Attributes:
        country: ISO 3166 code of two letters, such as BR; names the row of the whole shop in the forecast, too.
        state: the part of the country whose public holidays are kept beside the national ones, as the package
            `holidays` names it, such as ENG; None for the national ones alone.
        currency: ISO 4217 code of three letters, in which every amount of the home is, whatever its column's name.
        time_zone: IANA name, such as America/Sao_Paulo; an instant's business date is its date there.
    """

    country: str = "BR"
    state: str | None = None
    currency: str = "BRL"
    time_zone: str = "America/Sao_Paulo"

    @property
    def is_brazilian(self) -> bool:
        """Whether the rules of Brazil hold: its 27 states, postal codes of five digits, CPF."""
        return self.country == "BR"


BRAZIL = Shop()
"""The shop of a home that says nothing else."""


def symbol_of(shop: Shop, language: str = "pt") -> str:
    """Return the currency's sign as it is written in Portuguese or English, such as R$ or £."""
    # Its tables take a moment to import, and most of what names a shop writes no amount.
    from babel.numbers import get_currency_symbol

    return str(get_currency_symbol(shop.currency, locale="pt_BR" if language == "pt" else "en"))


def in_currency_of(shop: Shop, text: str) -> str:
    """Return a text about amounts with the shop's currency in the place of R$ and BRL.

    What models say of themselves, and their plots, is written where no shop is known, in the currency that the columns
    are named after.
    """
    if shop.currency == BRAZIL.currency:
        return text
    return text.replace("R$", symbol_of(shop)).replace("BRL", shop.currency)


def name_of(shop: Shop) -> str:
    """Return the name that pages and documents head with: the platform's own names its country."""
    return "E-Shop Brasil" if shop.is_brazilian else "E-Shop"


def place_of(shop: Shop) -> str:
    """Return the city whose clocks the shop goes by, as messages name it."""
    city = shop.time_zone.rpartition("/")[2].replace("_", " ")
    return "São Paulo" if shop.time_zone == BRAZIL.time_zone else city
