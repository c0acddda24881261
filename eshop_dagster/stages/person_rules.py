"""What Brazilians write into a form, read and checked: CPF, e-mail, telephone, postal code, names of people and cities.

Each function returns the value as the platform writes it, or raises `Unfit`. A message says what kind of value was
given and what is expected, and never repeats the value: it may end in a log.
"""

import re
import unicodedata

from eshop_dagster.contract import STATES

LONGEST_EMAIL = 254
"""Characters of an address that a mail server must take (RFC 5321)."""

_DIALLING_CODES = re.compile("1[1-9]|2[12478]|3[1234578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9]")
"""Regions of the numbering plan."""

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)

# The first five digits of the postal codes of each state, as Correios shares them out.
_ZIP_RANGES = """
SP 01000-19999  RJ 20000-28999  ES 29000-29999  MG 30000-39999  BA 40000-48999  SE 49000-49999  PE 50000-56999
AL 57000-57999  PB 58000-58999  RN 59000-59999  CE 60000-63999  PI 64000-64999  MA 65000-65999  PA 66000-68899
AP 68900-68999  AM 69000-69299  RR 69300-69399  AM 69400-69899  AC 69900-69999  DF 70000-72799  GO 72800-72999
DF 73000-73699  GO 73700-76799  RO 76800-76999  TO 77000-77999  MT 78000-78899  MS 79000-79999  PR 80000-87999
SC 88000-89999  RS 90000-99999
"""
_ZIP_STATES = [(int(span[:5]), int(span[6:]), state) for state, span in re.findall(r"(\w\w) ([\d-]+)", _ZIP_RANGES)]


class Unfit(ValueError):
    """A value cannot be what it should be; the message does not repeat it."""


def read_cpf(text: str) -> str:
    """Return a tax number as NNN.NNN.NNN-DD; its two check digits must be right."""
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[0-9]{11}", digits):
        raise Unfit(f"has {_kind(digits)}: expected 11 digits, such as NNN.NNN.NNN-DD")
    if len(set(digits)) == 1:
        raise Unfit("is one digit eleven times, which is no person's number: expected the person's own number")
    if cpf_check_digits(digits[:9]) != digits[9:]:
        raise Unfit("has wrong check digits: expected the last two to follow from the first nine; look for a typo")
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def cpf_check_digits(base: str) -> str:
    """Return the two check digits of a CPF's first nine digits (weights 10 to 2, then 11 to 2, modulo 11)."""
    digits = [int(digit) for digit in base]
    for length in (9, 10):
        total = sum(digit * weight for digit, weight in zip(digits, range(length + 1, 1, -1), strict=True))
        digits.append((11 - total % 11) % 11 % 10)
    return f"{digits[9]}{digits[10]}"


def read_email(text: str) -> str:
    """Return an e-mail address in lower case."""
    email = text.strip().lower()
    account = email.partition("@")[0]
    if len(email) > LONGEST_EMAIL or len(account) > 64 or not _EMAIL.fullmatch(email):
        raise Unfit(f"is no e-mail address ({len(email)} characters): expected account@domain.tld without accents")
    return email


def read_phone(text: str) -> str:
    """Return a Brazilian number as `+55 DD 9XXXX-XXXX` (mobile) or `+55 DD XXXX-XXXX` (landline)."""
    digits = re.sub(r"[\s().-]", "", text)
    digits = re.sub(r"^(?:\+|00)55", "", digits)
    if len(digits) in (12, 13):
        digits = digits.removeprefix("55")
    if len(digits) in (11, 12):
        digits = digits.removeprefix("0")
    if not re.fullmatch(r"[0-9]{10,11}", digits):
        raise Unfit(f"has {_kind(digits)}: expected a Brazilian number, such as (DD) 9XXXX-XXXX")
    code, number = digits[:2], digits[2:]
    if not _DIALLING_CODES.fullmatch(code):
        raise Unfit("has a dialling code that no region of Brazil has: expected one such as 11, 21 or 85")
    if not (number[0] == "9" if len(number) == 9 else number[0] in "2345"):
        raise Unfit("does not begin as a number does: expected 9 and eight digits (mobile), or 2 to 5 and seven more")
    return f"+55 {code} {number[:-4]}-{number[-4:]}"


def read_zip_prefix(text: str) -> str:
    """Return the first five digits of a postal code (CEP), given whole or as these five."""
    digits = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch(r"[0-9]{5}(?:[0-9]{3})?", digits):
        raise Unfit(f"has {_kind(digits)}: expected a CEP of eight digits, such as NNNNN-NNN, or its first five")
    if state_of_zip(digits[:5]) is None:
        raise Unfit("is a CEP that no state has: expected one from 01000-000 to 99999-999")
    return digits[:5]


def state_of_zip(prefix: str) -> str | None:
    """Return the state (UF) that the five first digits of a postal code lie in; None for those of no state."""
    return next((state for low, high, state in _ZIP_STATES if low <= int(prefix) <= high), None)


def read_state(text: str) -> str:
    """Return one of the 27 codes of Brazil's states."""
    state = text.strip().upper()
    if state not in STATES:
        raise Unfit(f"is none of Brazil's states: expected one of {', '.join(STATES)}")
    return state


def read_name(text: str, *, longest: int = 120) -> str:
    """Return a name of letters, spaces, apostrophes, hyphens and dots, single spaced."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(name) <= longest:
        raise Unfit(f"has {len(name)} characters: expected 2 to {longest}")
    if not all(character.isalpha() or character in " '’.-" for character in name) or not name[0].isalpha():
        raise Unfit("has other characters than letters, spaces, apostrophes, hyphens and dots: expected a name")
    return name


def _kind(digits: str) -> str:
    if digits.isdecimal():
        return f"{len(digits)} digits"
    return "nothing in it" if not digits else f"{sum(not one.isdecimal() for one in digits)} characters but digits"
