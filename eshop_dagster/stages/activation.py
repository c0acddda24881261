"""Activation files: customers as Google Ads and Meta take them, by hashes of their e-mail address and telephone.

Both match a SHA-256 (lower-case hexadecimal) of a normalised value against their own users. A value that was
normalised otherwise matches nobody, and nobody says so.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eshop_dagster.shop import BRAZIL
from eshop_dagster.stages.dialling import phone_digits
from eshop_dagster.stages.person_rules import Unfit, read_email

Person = Mapping[str, str | None]
"""`email`, `phone` and `country`, which is the shop's: a number without a country code is of it."""

_GOOGLE_MAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Audience:
    """One advertiser's file.

    Attributes:
        header: its column names, as the advertiser reads them.
        row: the values of one person; empty text where nothing is known.
    """

    header: tuple[str, ...]
    row: Callable[[Person], tuple[str, ...]]


def google_email(text: str | None) -> str:
    """Return an address as Google hashes it: lower case, and without dots before gmail.com; empty when unusable."""
    account, _at, domain = _email(text).partition("@")
    return f"{account.replace('.', '')}@{domain}" if domain in _GOOGLE_MAIL else _email(text)


def google_phone(text: str | None, country: str = BRAZIL.country) -> str:
    """Return a number in E.164, a + and its digits with the country code; empty when unusable."""
    digits = meta_phone(text, country)
    return f"+{digits}" if digits else ""


def meta_email(text: str | None) -> str:
    """Return an address as Meta hashes it: trimmed, lower case; empty when unusable."""
    return _email(text)


def meta_phone(text: str | None, country: str = BRAZIL.country) -> str:
    """Return a number as Meta hashes it: digits alone, country code first; empty when unusable."""
    return phone_digits(text, country)


def hashed(text: str) -> str:
    """Return the SHA-256 of a value in lower-case hexadecimal, or nothing of nothing."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _country(person: Person) -> str:
    return person.get("country") or BRAZIL.country


def _email(text: str | None) -> str:
    try:
        return read_email(text or "")
    except Unfit:
        return ""


# Google reads a country only together with names and a whole postal code, which the platform does not keep.
AUDIENCES: dict[str, Audience] = {
    "google-ads": Audience(
        ("Email", "Phone"),
        lambda person: (
            hashed(google_email(person.get("email"))),
            hashed(google_phone(person.get("phone"), _country(person))),
        ),
    ),
    "meta": Audience(
        ("email", "phone", "country"),
        lambda person: (
            hashed(meta_email(person.get("email"))),
            hashed(meta_phone(person.get("phone"), _country(person))),
            _country(person),
        ),
    ),
}
"""By format. The first two values of a row are the ones that reach a person."""
