"""What is trained, exported and judged for a shop outside Brazil says nothing of Brazil."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from matplotlib.text import Text

from eshop_dagster.adapters.registry import ModelVersion
from eshop_dagster.ml.anomalies import Sales, judge
from eshop_dagster.shop import Shop
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import train
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

from .retrain_home import retrain_home, snapshot_of

GB = Shop("GB", "ENG", "GBP", "Europe/London")
BRAZILIAN = re.compile(r"R\$|BRL|Bra[sz]il|Paulo|\b(?:BR|SP|RJ)\b")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return retrain_home(tmp_path_factory.mktemp("abroad") / "home", customers=300)


@pytest.fixture(scope="module")
def snapshot(platform: Platform) -> Snapshot:
    """A snapshot that is said to be of a British shop."""
    found = snapshot_of(platform)
    return replace(found, description={**found.description, "shop": asdict(GB)})


@pytest.fixture(scope="module")
def trained(platform: Platform, snapshot: Snapshot) -> Mapping[str, Trained]:
    """Each kind of model."""
    return {name: train(kind, snapshot, platform.params) for name, kind in KINDS.items()}


@pytest.mark.parametrize("name", KINDS)
def test_plots_and_reasons_name_the_shops_currency(trained: Mapping[str, Trained], name: str) -> None:
    for one in (trained[name], trained[name].stand_in):
        if one is None:
            continue
        said = [part.get_text() for figure in one.figures.values() for part in figure.findobj(Text)]
        assert not BRAZILIAN.search("\n".join([one.reason, *said]))
        assert any("GBP" in text for text in said)


@pytest.mark.parametrize("name", KINDS)
def test_the_card_of_a_model_has_the_shops_currency_and_examples(trained: Mapping[str, Trained], name: str) -> None:
    card = KINDS[name].card(trained[name].pipeline, GB)
    version = ModelVersion(name, 1, "r")
    readme = card.readme(version, KINDS[name].question, [])
    page = readme + json.dumps([card.inputs, card.outputs]) + card.example.to_csv()
    assert not BRAZILIAN.search(page)
    assert name == "segmentation" or '"unit": "GBP"' in page


def test_the_question_of_a_model_names_no_currency() -> None:
    assert not BRAZILIAN.search(" ".join(kind.question for kind in KINDS.values()))


def test_the_forecast_learns_the_gift_days_of_the_shops_country(trained: Mapping[str, Trained]) -> None:
    assert set(trained["revenue"].pipeline.effects.run_ups) == {"02-14", "easter-21", "06-sun3", "12-25"}


def test_slices_of_a_shop_abroad_are_its_own_regions(
    platform: Platform, snapshot: Snapshot, trained: Mapping[str, Trained]
) -> None:
    found = KINDS["spend"].compare(trained["spend"], None, snapshot, platform.params)
    regions = {one.name for one in found.slices if one.name.startswith("region=")}
    # The rows of these tests are of one region, which happens to be named SP.
    assert regions <= {"region=SP"}


def test_a_snapshot_keeps_whose_shop_it_is_and_an_older_one_is_brazils(snapshot: Snapshot) -> None:
    older = {name: value for name, value in snapshot.description.items() if name != "shop"}
    assert snapshot.shop == GB
    assert Snapshot(snapshot.folder, older).shop == Shop()


def test_a_day_is_judged_in_words_that_name_the_shops_currency() -> None:
    first = date(2024, 1, 1)
    history = {first + timedelta(days=number): Sales(40, 4000.0 + number % 7) for number in range(120)}
    [found] = judge(history, currency="GBP")
    assert found.revenue.reason.startswith("usual: GBP 4,000.00 from 40 orders, expected GBP 4,0")
    assert not BRAZILIAN.search(found.revenue.reason)
