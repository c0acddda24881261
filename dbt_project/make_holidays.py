"""Writes the seed of Brazilian holidays from the `holidays` package: `.venv/bin/python dbt_project/make_holidays.py`.

National public holidays, and of the optional days those on which shops and their customers keep holiday: carnival and
Corpus Christi. Black Friday is no holiday: `dim_dates` marks it.
"""

import csv
from pathlib import Path

import holidays

SEED = Path(__file__).with_name("seeds") / "brazilian_holidays.csv"
YEARS = range(2015, 2041)
OPTIONAL_DAYS = {"Carnaval", "Corpus Christi"}
HEADER = ("holiday_date", "holiday_name_pt", "holiday_name_en", "is_national")


def holiday_rows() -> list[tuple[str, ...]]:
    """Return the seed's rows below its header, sorted by date; a date appears once."""
    return sorted([*_rows("public"), *(row for row in _rows("optional") if row[1] in OPTIONAL_DAYS)])


def _rows(category: str) -> list[tuple[str, ...]]:
    portuguese, english = (
        holidays.country_holidays("BR", years=YEARS, categories=(category,), language=language)
        for language in ("pt_BR", "en_US")
    )
    is_national = str(category == "public").lower()
    return [(day.isoformat(), name, english[day], is_national) for day, name in portuguese.items()]


def main() -> None:
    """Write the seed."""
    with SEED.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADER, *holiday_rows()])


if __name__ == "__main__":
    main()
