"""What the data has codes for is told in words, on the screen and in files."""

import pandas as pd

from eshop_dagster.adapters.sources.simulated.categories import CATEGORIES
from eshop_dagster.dashboard.texts import CATALOGUE, Texts
from eshop_dagster.dashboard.value_names import category_name, in_words


def test_a_file_tells_states_channels_and_categories_in_words_and_numbers_as_they_are() -> None:
    codes = {"state": ["SP", "unknown"], "seller_state": ["unknown", "RJ"], "channel": ["store", "unknown"]}
    frame = pd.DataFrame({**codes, "category": ["pet_shop", "unknown"], "share": [0.25, 0.75]})
    assert in_words(Texts("pt"), frame).to_dict("list") == {
        "state": ["SP", "Não informado"],
        "seller_state": ["Não informado", "RJ"],
        "channel": ["Loja", "Não informado"],
        "category": ["Pet shop", "Não informado"],
        "share": [0.25, 0.75],
    }
    assert in_words(Texts("en"), frame)["channel"].tolist() == ["Store", "Unknown"]


def test_every_category_of_the_simulated_shop_has_a_name_in_both_languages_and_anothers_is_shown_as_it_is() -> None:
    assert {f"value.{one[0]}" for one in CATEGORIES} <= CATALOGUE.keys()
    assert category_name(Texts("pt"), "beleza_saude") == "Beleza e saúde"
    assert category_name(Texts("en"), "beleza_saude") == "Health and beauty"
    assert category_name(Texts("en"), "garden_gnomes") == "Garden gnomes"
