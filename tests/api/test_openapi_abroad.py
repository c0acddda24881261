"""The API's document of a British shop says nothing of Brazil."""

import json
import re
from datetime import date
from pathlib import Path

from eshop_dagster.api.app import create_app
from eshop_dagster.api.history import wanted_state
from eshop_dagster.api.openapi import _document
from eshop_dagster.settings import Settings
from eshop_dagster.shop import BRAZIL, Shop
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

GB = Shop("GB", "ENG", "GBP", "Europe/London")


def test_the_document_names_neither_brazil_nor_its_clocks_and_states(tmp_path: Path) -> None:
    app = create_app(Platform(Settings(tmp_path), Params()))
    abroad, at_home = (
        json.dumps(_document(app, "0" * 20, date(2024, 6, 1), shop), ensure_ascii=False) for shop in (GB, BRAZIL)
    )
    assert re.findall(r"BRL|R\$|Bra[sz]il|Paulo|-03:00|\"SP\"", abroad) == []
    assert '"title": "E-Shop"' in abroad and "T10:15:00+00:00" in abroad
    assert '"title": "E-Shop Brasil"' in at_home and "T10:15:00-03:00" in at_home


def test_what_a_region_should_be_is_said_by_the_shops_country() -> None:
    assert wanted_state(GB) == "a region, not blank"
    assert wanted_state(BRAZIL) == "a state of Brazil, such as SP"
