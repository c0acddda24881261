"""Telephone numbers of any country as digits, country code first: what advertisers match."""

import re

from eshop_dagster.shop import BRAZIL
from eshop_dagster.stages.person_rules import Unfit, read_phone

# ITU-T E.164, list of assigned country codes; only countries whose national numbers begin with 0 or with no prefix.
_CODES = {
    **{"AE": "971", "AO": "244", "AR": "54", "AT": "43", "AU": "61", "BE": "32", "BO": "591", "CA": "1", "CH": "41"},
    **{"CL": "56", "CN": "86", "CO": "57", "CR": "506", "CV": "238", "CZ": "420", "DE": "49", "DK": "45", "EC": "593"},
    **{"ES": "34", "FI": "358", "FR": "33", "GB": "44", "GR": "30", "HK": "852", "ID": "62", "IE": "353", "IL": "972"},
    **{"IN": "91", "IT": "39", "JP": "81", "KR": "82", "LU": "352", "MX": "52", "MY": "60", "MZ": "258", "NL": "31"},
    **{"NO": "47", "NZ": "64", "PE": "51", "PH": "63", "PL": "48", "PT": "351", "PY": "595", "RO": "40", "SE": "46"},
    **{"SG": "65", "TH": "66", "TR": "90", "TW": "886", "US": "1", "UY": "598", "VE": "58", "VN": "84", "ZA": "27"},
}
_KEEPS_ZERO = ("IT",)
_MOST_NATIONAL_DIGITS = 10
_DIGITS = range(8, 16)
"""Of a whole number (E.164)."""


def phone_digits(text: str | None, country: str) -> str:
    """Return a number as its digits, country code first; empty when unusable.

    Args:
        text: as a person wrote it; with + or 00 it says its country, otherwise it is of `country`.
        country: ISO 3166 code of the shop. In Brazil only its own numbers are usable, and of a country that is not in
            the list only those with + or 00.
    """
    if country == BRAZIL.country:
        return _of_brazil(text or "")
    written = re.sub(r"\(0\)|[\s().\-/]", "", text or "")
    is_international = written.startswith(("+", "00"))
    digits = re.sub(r"^(\+|00)", "", written)
    if not re.fullmatch("[0-9]+", digits):
        return ""
    if not is_international:
        digits = _with_code(digits, country)
    return digits if len(digits) in _DIGITS else ""


def _of_brazil(text: str) -> str:
    try:
        return re.sub(r"\D", "", read_phone(text))
    except Unfit:
        return ""


def _with_code(digits: str, country: str) -> str:
    code = _CODES.get(country, "")
    if not code or (digits.startswith(code) and len(digits) > _MOST_NATIONAL_DIGITS):
        return digits if code else ""
    return code + (digits if country in _KEEPS_ZERO else digits.removeprefix("0"))
