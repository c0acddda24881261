"""Every kind of model holds `check_kind`, a made-up one too; and each check finds the fault that it is there for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.shop import Shop
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.measures import Words
from eshop_dagster.stages.model_card import Card
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.snapshot import Snapshot

from .. import made_up_kind
from . import kind_checks
from .kind_checks import CHECKS, GB, Case, case_of
from .retrain_home import retrain_home, snapshot_of

MADE_UP = made_up_kind.KIND
Check = Callable[[Case], None]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    return retrain_home(tmp_path_factory.mktemp("kinds") / "home", customers=300)


@pytest.fixture(scope="module")
def snapshot(platform: Platform) -> Snapshot:
    """A snapshot that is said to be of a British shop: nothing that is trained on it may speak of Brazil."""
    found = snapshot_of(platform)
    return replace(found, description={**found.description, "shop": asdict(GB)})


@pytest.fixture(scope="module")
def cases(platform: Platform, snapshot: Snapshot) -> Mapping[str, Case]:
    kinds = {**KINDS, MADE_UP.name: MADE_UP}
    return {name: case_of(kind, platform, snapshot) for name, kind in kinds.items()}


@pytest.mark.parametrize("name", [*KINDS, MADE_UP.name])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_kind_of_model(cases: Mapping[str, Case], check: Check, name: str) -> None:
    check(cases[name])


def test_the_forecast_learns_the_gift_days_of_the_shops_country(cases: Mapping[str, Case]) -> None:
    assert set(cases["revenue"].trained.pipeline.effects.run_ups) == {"02-14", "easter-21", "06-sun3", "12-25"}


def test_slices_of_a_shop_abroad_are_its_own_regions(
    platform: Platform, snapshot: Snapshot, cases: Mapping[str, Case]
) -> None:
    found = KINDS["spend"].compare(cases["spend"].trained, None, snapshot, platform.params)
    regions = {one.name for one in found.slices if one.name.startswith("region=")}
    # The rows of these tests are of one region, which happens to be named SP.
    assert regions <= {"region=SP"}


def test_a_snapshot_keeps_whose_shop_it_is_and_an_older_one_is_brazils(snapshot: Snapshot) -> None:
    older = {name: value for name, value in snapshot.description.items() if name != "shop"}
    assert snapshot.shop == GB
    assert Snapshot(snapshot.folder, older).shop == Shop()


class Chance:
    """A source of numbers that nobody seeded the same way twice."""

    def __init__(self) -> None:
        self._numbers: Iterator[float] = iter(np.linspace(1, 2, 99))

    def __call__(self) -> float:
        return next(self._numbers)


def with_values(kind: Kind, values: Callable[[pd.DataFrame, Any], Mapping[str, Any]]) -> Kind:
    assert kind.customers is not None
    return replace(kind, customers=replace(kind.customers, values=values))


def trained_by(change: Callable[[Any], None]) -> Kind:
    def train(*given: Any) -> Any:
        trained = MADE_UP.train(*given)
        change(trained)
        return trained

    return replace(MADE_UP, train=train)


def drop_measure(trained: Any) -> None:
    trained.metrics = {}


def speak_of_brazil(trained: Any) -> None:
    trained.reason = "São Paulo buys most."


def drawn_by(chance: Chance) -> Callable[[Any], None]:
    def change(trained: Any) -> None:
        trained.pipeline.intercept_ = trained.pipeline.intercept_ + chance()

    return change


def ignorant(*given: Any) -> Any:
    """Train whatever the parameters are."""
    snapshot, params, champion = given
    return MADE_UP.train(snapshot, replace(params, models={**params.models, "thrift": {}}), champion)


def forgetful(model: Any, snapshot: Snapshot) -> pd.DataFrame:
    """Say something that the model's file does not hold."""
    return MADE_UP.predict(model, snapshot) + id(model) % 1_000_003


def cut_to_whole(features: pd.DataFrame, champion: Any) -> Mapping[str, Any]:
    said = made_up_kind.KIND.customers.values(features, champion)["thrift_brl"]  # type: ignore[union-attr]
    return {"thrift_brl": said - said.mean()}


def leaking(features: pd.DataFrame, champion: Any) -> Mapping[str, Any]:
    return {"thrift_brl": features.get(kind_checks.LABEL, features["net_revenue_brl"])}


def never_compared(*given: Any) -> Any:
    return replace(MADE_UP.compare(*given), against_baseline=None)


def beaten_by_itself(trained: Any, champion: Any, snapshot: Snapshot, params: Any) -> Any:
    compared = MADE_UP.compare(trained, champion, snapshot, params)
    return replace(compared, difference=compared.against_baseline)


def of_brazil(model: Any, shop: Any) -> Card:
    card = MADE_UP.card(model, shop)
    return replace(card, code=card.code + "print('R$')\n")


def undeclared(platform: Platform, snapshot: Snapshot, champion: Any) -> Any:
    own = MADE_UP.own_tables
    assert own is not None
    filled = own.fill(platform, snapshot, champion)
    return {name: rows.append_column("extra", [[1.0] * rows.num_rows]) for name, rows in filled.items()}


FAULTS: Mapping[str, Kind] = {
    "trains_a_model_of_its_class_with_the_measures_that_decide": trained_by(drop_measure),
    "refuses_a_parameter_that_it_does_not_know": replace(MADE_UP, train=ignorant),
    "gives_the_same_bytes_twice": trained_by(drawn_by(Chance())),
    "says_the_same_after_its_file_was_opened": replace(MADE_UP, predict=forgetful),
    "predicts_numbers_only": replace(MADE_UP, predict=lambda *given: MADE_UP.predict(*given).astype(str)),
    "scores_parts_as_the_whole": with_values(MADE_UP, cut_to_whole),
    "looks_at_nothing_that_scoring_does_not_know": with_values(MADE_UP, leaking),
    "is_kept_out_where_nothing_was_measured": replace(MADE_UP, compare=never_compared),
    "is_compared_with_itself_as_an_equal": replace(MADE_UP, compare=beaten_by_itself),
    "has_words_in_both_languages": replace(MADE_UP, title=Words("Parcimônia ({currency})", "Thrift")),
    "has_a_card_that_renders_in_the_shops_currency": replace(MADE_UP, card=of_brazil),
    "names_the_shops_currency_in_plots_and_reasons": trained_by(speak_of_brazil),
    "publishes_what_its_schemas_declare": replace(
        MADE_UP, own_tables=replace(MADE_UP.own_tables, fill=undeclared) if MADE_UP.own_tables else None
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_finds_the_fault_that_it_is_there_for(platform: Platform, snapshot: Snapshot, check: Check) -> None:
    case = case_of(FAULTS[check.__name__], platform, snapshot)
    with pytest.raises((AssertionError, KeyError)):
        check(case)
