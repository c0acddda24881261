"""Holidays by country: what the package says, in two languages, sorted, one row a date."""

from datetime import date

import pytest

from eshop_dagster.ml.public_holidays import SCHEMA, holiday_rows


def names(country: str, state: str | None, year: int) -> dict[date, str]:
    rows = holiday_rows(country, state, range(year, year + 1)).to_pylist()
    return {row["holiday_date"]: row["holiday_name_en"] for row in rows}


def test_brazil_keeps_its_public_holidays_and_beside_them_carnival_and_corpus_christi() -> None:
    rows = holiday_rows("BR", None, range(2024, 2025)).to_pylist()

    assert len([row for row in rows if row["is_national"]]) == 10
    assert [(str(row["holiday_date"]), row["holiday_name_pt"]) for row in rows if not row["is_national"]] == [
        ("2024-02-12", "Carnaval"),
        ("2024-02-13", "Carnaval"),
        ("2024-05-30", "Corpus Christi"),
    ]


def test_the_united_kingdom_keeps_no_holiday_of_brazil() -> None:
    assert date(2024, 9, 7) not in names("GB", None, 2024)
    assert names("GB", None, 2024)[date(2024, 3, 29)] == "Good Friday"


def test_a_state_adds_its_own_holidays() -> None:
    # The late summer bank holiday of England is the last Monday of August; Scotland keeps the first one.
    assert date(2024, 8, 26) in names("GB", "ENG", 2024)
    assert date(2024, 8, 26) not in names("GB", "SCT", 2024)
    assert date(2024, 8, 5) in names("GB", "SCT", 2024)


def test_a_country_without_portuguese_names_has_them_in_english() -> None:
    [first, *_] = holiday_rows("GB", None, range(2024, 2025)).to_pylist()

    assert (first["holiday_name_pt"], first["holiday_name_en"]) == ("New Year's Day", "New Year's Day")


def test_a_country_without_english_names_keeps_its_own() -> None:
    assert None not in names("JP", None, 2024).values()


def test_every_date_stands_once_in_order() -> None:
    table = holiday_rows("BR", None, range(1990, 2031))
    dates = table["holiday_date"].to_pylist()

    assert table.schema == SCHEMA
    assert dates == sorted(set(dates))


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="XX"):
        holiday_rows("XX", None, range(2024, 2025))
