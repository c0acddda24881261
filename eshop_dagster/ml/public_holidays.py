"""The public holidays of a country, by the package `holidays`: offline, and a pure function of its version."""

from collections.abc import Iterator
from typing import NamedTuple

import holidays
import pyarrow as pa

OPTIONAL_DAYS = {"BR": ("Carnaval", "Corpus Christi")}
"""Days that shops and their customers keep without being bound to, by country, as the package names them."""

SCHEMA = pa.schema(
    [
        ("holiday_date", pa.date32()),
        ("holiday_name_pt", pa.string()),
        ("holiday_name_en", pa.string()),
        ("is_national", pa.bool_()),
    ]
)
"""One row per date, sorted; `is_national` is false on an optional day. A name that the package does not have in
Portuguese stands there in English, and in its own language where it has neither."""


class _Names(NamedTuple):
    portuguese: str | None
    english: str | None


def holiday_rows(country: str, state: str | None, years: range) -> pa.Table:
    """Return the public holidays of a country, and of its state where there is one (`SCHEMA`).

    Args:
        country: ISO 3166 code of two letters.
        state: the package's name of a part of the country; None for the holidays of all of it.
        years: years to cover.

    Raises:
        NotImplementedError: the package knows no such country or state.
    """
    optional = OPTIONAL_DAYS.get(country, ())
    rows = list(_rows(country, state, years, "public"))
    public = {row["holiday_date"] for row in rows}
    if optional:
        kept = (row for row in _rows(country, state, years, "optional") if row["holiday_name_pt"] in optional)
        rows += [row for row in kept if row["holiday_date"] not in public]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["holiday_date"])), schema=SCHEMA)


def _rows(country: str, state: str | None, years: range, category: str) -> Iterator[dict[str, object]]:
    names = _languages(country)
    portuguese, english = (
        holidays.country_holidays(country, subdiv=state, years=years, categories=(category,), language=language)
        for language in (names.portuguese or names.english, names.english)
    )
    for day, name in portuguese.items():
        yield {
            "holiday_date": day,
            "holiday_name_pt": name,
            "holiday_name_en": english[day],
            "is_national": category == "public",
        }


def _languages(country: str) -> _Names:
    known = holidays.country_holidays(country).supported_languages
    portuguese, english = (
        next((language for language in wanted if language in known), None)
        for wanted in (("pt_BR", "pt_PT"), ("en_US", "en_GB"))
    )
    return _Names(portuguese, english)
