"""A home lies on any path: what tools take for more than a name is reached by a link."""

from pathlib import Path

import pytest

from eshop_dagster.adapters.dbt import run_dbt
from eshop_dagster.adapters.release import open_release
from eshop_dagster.settings import SettingsError, load_settings
from eshop_dagster.stages import release_files
from eshop_dagster.stages.at_rest import damage_at_rest
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish

from ..builders import changes, order
from ..stages.release_home import FEW_MARTS, fill, score

HARD = ["a #1", "100%25", "D'Ávila", "all *", "[ab]", "a;b", "a:b=c", '"x" & {y}']
PLAIN = ["São Paulo é", "two  blanks", "v1.2_(final)~, +x"]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("name", PLAIN)
def test_blanks_accents_and_harmless_marks_need_no_link(tmp_path: Path, name: str) -> None:
    assert load_settings(tmp_path / name / "home").home == (tmp_path / name / "home").resolve()
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", HARD)
def test_a_home_on_any_other_path_is_reached_by_one_link_whoever_opens_it(
    tmp_path: Path, cache: Path, name: str
) -> None:
    place = tmp_path / name / "home"
    home = load_settings(place).home
    assert home.parent == cache / "eshop" / "homes" and home.name.isalnum()
    assert home.resolve() == place.resolve()
    assert load_settings(place).home == load_settings(home).home == home
    assert load_settings(tmp_path / name / "other").home != home


@pytest.mark.parametrize("name", ["what?", "back\\slash"])
def test_a_mark_that_no_link_helps_is_refused_with_the_remedy_before_any_work(
    tmp_path: Path, cache: Path, name: str
) -> None:
    with pytest.raises(
        SettingsError, match=r"has a \? or a \\ in its path.* Rename that folder, or give another --home"
    ):
        load_settings(tmp_path / name / "home")
    assert not (tmp_path / name).exists() and not cache.exists()


def test_a_link_that_cannot_be_made_is_refused_with_the_remedy_before_any_work(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("no folder")
    with pytest.raises(SettingsError, match=r"has # in its path.* \(Not a directory\): set XDG_CACHE_HOME to a folder"):
        load_settings(tmp_path / "a #1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "#cache"))
    with pytest.raises(SettingsError, match="its own path has such marks, too"):
        load_settings(tmp_path / "a #1")


@pytest.mark.parametrize("name", [*HARD, *PLAIN])
def test_raw_warehouse_and_releases_work_on_such_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(release_files, "MARTS", FEW_MARTS)
    home = load_settings(tmp_path / name / "home").home
    platform = fill(home, FEW_MARTS)
    first = publish(platform)
    assert open_release(home).query("SELECT order_id FROM fct_orders").to_pylist() == [{"order_id": "o1"}]
    score(platform, 2)
    assert publish(platform).name != first.name
    assert open_release(home).query("FROM customer_scores").to_pylist() == [{"segment_id": 2}]
    assert {path.name for path in (tmp_path / name).iterdir()} == {"home"}


def test_dbt_and_the_registry_work_on_a_path_with_all_of_them(tmp_path: Path) -> None:
    place = tmp_path / "".join(HARD) / "home"
    platform = Platform(load_settings(place), Params())
    platform.raw.write("shop", "1", [changes(orders=[order()])])
    results = run_dbt(["run", "--select", "stg_raw__orders"], home=platform.home)
    assert [one.status for one in results] == ["success"]
    assert platform.warehouse.read("SELECT count(*) AS n FROM stg_raw__orders").to_pylist() == [{"n": 1}]
    platform.registry.initialise()
    assert (place / "mlflow" / "mlflow.db").exists()
    assert list(damage_at_rest(platform)) == []
