"""A release is opened once and answers for itself, whatever is published afterwards."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eshop_dagster.adapters.release import NoRelease, current_name, open_release

from .published import publish


def test_an_opened_release_answers_from_its_own_folder_after_the_next_one_is_published(tmp_path: Path) -> None:
    publish(tmp_path, "2024-06-30-a", sales=[{"brl": 1}, {"brl": 2}])
    first = open_release(tmp_path)
    publish(tmp_path, "2024-07-01-b", sales=[{"brl": 10}])

    assert first.query("SELECT sum(brl)::INT AS brl FROM sales").to_pylist() == [{"brl": 3}]
    assert (first.name, current_name(tmp_path)) == ("2024-06-30-a", "2024-07-01-b")
    assert open_release(tmp_path).query("SELECT brl FROM sales").to_pylist() == [{"brl": 10}]


def test_parameters_are_values_and_no_sql(tmp_path: Path) -> None:
    publish(tmp_path, "r", sales=[{"state": "SP"}, {"state": "' OR '1'='1"}])
    found = open_release(tmp_path).query("SELECT state FROM sales WHERE state = $state", {"state": "' OR '1'='1"})
    assert found.to_pylist() == [{"state": "' OR '1'='1"}]


def test_many_threads_may_ask_at_once(tmp_path: Path) -> None:
    publish(tmp_path, "r", sales=[{"brl": number} for number in range(1000)])
    release = open_release(tmp_path)

    def above(least: int) -> int:
        asked = release.query("SELECT count(*) AS n FROM sales WHERE brl >= $least", {"least": least})
        return int(asked["n"][0].as_py())

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(above, range(0, 1000, 50))) == [1000 - least for least in range(0, 1000, 50)]


def test_a_table_in_several_files_is_one_and_its_files_are_told_in_their_order(tmp_path: Path) -> None:
    folder = publish(tmp_path, "r", b=[{"brl": 1}], a=[{"brl": 2}])
    manifest = folder / "manifest.json"
    one = '"sales": {"rows": 2, "files": {"b.parquet": {}, "a.parquet": {}}}, "a"'
    manifest.write_text(manifest.read_text().replace('"a"', one, 1))
    release = open_release(tmp_path)

    assert [path.name for path in release.files("sales")] == ["a.parquet", "b.parquet"]
    assert sorted(release.query("SELECT brl FROM sales")["brl"].to_pylist()) == [1, 2]


def test_a_missing_table_is_said_with_those_that_are_there(tmp_path: Path) -> None:
    publish(tmp_path, "r", sales=[{"brl": 1}])
    with pytest.raises(KeyError, match=r"release r has no table 'orders': it has \['sales'\]"):
        open_release(tmp_path).files("orders")


def test_a_home_without_a_release_says_how_to_get_one(tmp_path: Path) -> None:
    assert current_name(tmp_path) is None
    with pytest.raises(NoRelease, match="has no published release: fill it first with `eshop run"):
        open_release(tmp_path)
