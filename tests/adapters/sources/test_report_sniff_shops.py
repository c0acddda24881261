"""A draft says where the shop is and in which currency its amounts are, by what stands in the file."""

from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import sniff

from .report_drafts import drafted, revenue, statuses

HEAD = "Order ID,Order Date,SKU,Qty,Price"


def lines(*rest: str, price: str = "9.50") -> str:
    return "".join(f"{n},2024-01-{n:02d},a,2,{price},{text}\n" for n, text in enumerate(rest, 1))


@pytest.mark.parametrize(
    "header, texts, country, currency, zone",
    [
        ("Country", ("United Kingdom", "United Kingdom"), "GB", "GBP", "Europe/London"),
        ("País", ("Alemanha", "Alemanha"), "DE", "EUR", "Europe/Berlin"),
        ("Country Code", ("USA", "USA"), "US", "USD", "America/New_York"),
        ("Country", ("Brasil", "Brazil"), "BR", "BRL", "America/Sao_Paulo"),
        ("State", ("Ontario", "Alberta"), "CA", "CAD", "America/Toronto"),
        ("Currency", ("GBP", "GBP"), "GB", "GBP", "Europe/London"),
    ],
)
def test_the_shop_s_country_and_currency_follow_from_the_file(
    tmp_path: Path, header: str, texts: tuple[str, ...], country: str, currency: str, zone: str
) -> None:
    draft, source = drafted(tmp_path, f"{HEAD},{header}\n{lines(*texts)}")
    mapping = yaml.safe_load(draft)
    assert (mapping["country"], mapping["currency"], mapping["format"]["time_zone"]) == (country, currency, zone)
    assert source.shop is not None
    assert (source.shop.country, source.shop.currency, source.shop.time_zone) == (country, currency, zone)
    assert revenue(source) == 38


def test_of_several_countries_the_commonest_is_the_shop_s_and_all_are_its_regions(tmp_path: Path) -> None:
    draft, source = drafted(tmp_path, f"{HEAD},Country\n{lines('United Kingdom', 'France', 'United Kingdom', 'EIRE')}")
    assert "# GUESS: 'Country' names several countries; GB is on 50% of the lines.\ncountry: GB" in draft
    assert yaml.safe_load(draft)["columns"]["state"] == "Country"
    assert source.balance.lines_loaded == 4


@pytest.mark.parametrize(
    "price, currency, country", [("£9.50", "GBP", "GB"), ("$9.50", "USD", None), ("9.50 €", "EUR", None)]
)
def test_a_currency_sign_is_never_taken_for_reais(
    tmp_path: Path, price: str, currency: str, country: str | None
) -> None:
    draft, source = drafted(tmp_path, f"{HEAD},Note\n{lines('x', 'y', price=price)}")
    mapping = yaml.safe_load(draft)
    assert mapping["currency"] == currency
    assert mapping.get("country") == country
    assert ("# TODO if the shop is not in Brazil" in draft) == (country is None)
    assert revenue(source) == 38


def test_brazilian_states_that_are_american_ones_too_tell_no_other_country(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, f"{HEAD},State\n{lines('AL', 'PA')}")
    assert "country" not in yaml.safe_load(draft)
    assert yaml.safe_load(draft)["columns"]["state"] == "State"


def test_a_sheet_of_sums_by_model_and_year_is_drafted_with_each_line_an_order(tmp_path: Path) -> None:
    text = "Model,Year,Region,Price_USD,Sales_Volume\ni8,2013,Asia,79219,3428\nX3,2014,Europe,60971,4047\n"
    draft, source = drafted(tmp_path, text + "i8,2013,Asia,79219,3429\n")
    mapping = yaml.safe_load(draft)
    assert mapping["columns"]["order_id"] == {"each": "line"}
    assert (mapping["currency"], mapping["format"]["date_formats"]) == ("USD", ["%Y"])
    assert "# GUESS: only the year is known, so all of it counts on 1 January" in draft
    assert "# GUESS: a line of many pieces sums up many sales, and counts as one order." in draft
    assert list(statuses(source)) == ["2013-01-01-0001", "2013-01-01-0002", "2014-01-01-0001"]
    assert revenue(source) == 79219 * (3428 + 3429) + 60971 * 4047


def test_a_list_of_customers_is_refused_because_nothing_in_it_was_sold(tmp_path: Path) -> None:
    (tmp_path / "mall.csv").write_text("id,gender,age,income,score\n1,Male,19,15,39\n")
    with pytest.raises(SourceError, match="Nothing in it says what was sold, when or for how much: it may be a list"):
        sniff(tmp_path / "mall.csv")
