"""Values as Brazilians, and as readers of English, write them."""

from datetime import UTC, date, datetime

import pytest

from eshop_dagster.dashboard.formats import MISSING, Formats
from eshop_dagster.shop import Shop

PT, EN = Formats("pt"), Formats("en")


def plain(text: str) -> str:
    """Return a text with ordinary blanks: Babel writes some that do not break."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_money_has_thousands_points_and_a_decimal_comma_in_portuguese() -> None:
    assert plain(PT.money(1234.56)) == "R$ 1.234,56"
    assert plain(PT.money(-0.5)) == "-R$ 0,50"
    assert plain(PT.money(13_494_400.74)) == "R$ 13.494.400,74"
    assert plain(PT.money(1_234_567.8, cents=False)) == "R$ 1.234.568"


def test_money_has_thousands_commas_and_a_decimal_point_in_english() -> None:
    assert EN.money(1234.56) == "R$1,234.56"
    assert EN.money(1_234_567.8, cents=False) == "R$1,234,568"


def test_counts_shares_and_changes_are_written_in_the_language() -> None:
    assert (PT.whole(98_199), EN.whole(98_199)) == ("98.199", "98,199")
    assert (PT.share(0.0811, 2), EN.share(0.0811, 2)) == ("8,11%", "8.11%")
    assert (PT.change(0.125), PT.change(-0.125)) == ("+12,5%", "-12,5%")
    assert (PT.points(0.021), EN.points(-0.021)) == ("+2,1 p.p.", "-2.1 pp")
    assert PT.number(-0.04) == "0,0"


def test_dates_are_day_month_year_in_portuguese() -> None:
    assert PT.day(date(2025, 12, 31)) == "31/12/2025"
    assert EN.day(date(2025, 12, 31)) == "Dec 31, 2025"
    assert PT.month(date(2025, 12, 1)) == "dez. de 2025"


def test_an_instant_is_told_as_the_clocks_of_sao_paulo_show_it() -> None:
    assert PT.instant(datetime(2026, 1, 1, 2, 30, tzinfo=UTC)) == "31/12/2025 23:30"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_missing_is_a_dash(value: float | None) -> None:
    assert [PT.money(value), PT.whole(value), PT.share(value), PT.change(value), PT.number(value)] == [MISSING] * 5


def test_amounts_are_in_the_shops_currency_as_the_pages_language_writes_them() -> None:
    shop = Shop("GB", None, "GBP", "Europe/London")

    assert Formats("pt", shop).money(1234.5) == "£\u00a01.234,50"
    assert Formats("en", shop).money(1234.5) == "£1,234.50"
    assert Formats("en", shop).money(1234.5, cents=False) == "£1,234"
    assert Formats("pt", shop).money_hover == "£ %{y:,.2f}"
    assert Formats("pt", Shop("US", None, "USD", "America/Chicago")).money(2.0) == "US$\u00a02,00"


def test_instants_are_those_of_the_shops_own_clocks() -> None:
    instant = datetime(2024, 7, 1, 12, 0, tzinfo=UTC)

    assert PT.instant(instant) == "01/07/2024 09:00"
    assert Formats("pt", Shop("GB", None, "GBP", "Europe/London")).instant(instant) == "01/07/2024 13:00"
