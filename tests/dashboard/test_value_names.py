"""What the data has codes for is told in words, on the screen and in files."""

import pandas as pd

from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.dashboard.value_names import in_words


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
