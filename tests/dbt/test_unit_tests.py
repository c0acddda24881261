"""dbt's own tests, run: the unit tests on made-up rows, and the data tests on a shop without any data."""

from pathlib import Path

from eshop_dagster.adapters.dbt import PARSED, NodeResult, run_dbt


def failures(results: list[NodeResult]) -> list[str]:
    return [f"{result.unique_id}: {result.status} {result.message}" for result in results if not result.is_ok]


def test_every_unit_test_of_the_models_passes(empty_home: Path) -> None:
    results = run_dbt(["test", "--select", "test_type:unit"], home=empty_home)

    assert failures(results) == []
    assert len(results) >= 45


def test_every_data_test_passes_on_a_shop_without_data(empty_home: Path) -> None:
    results = run_dbt(["test", "--select", "test_type:data"], home=empty_home)

    assert failures(results) == []
    assert len(results) >= 110


def test_a_new_home_finds_the_project_parsed_already(empty_home: Path) -> None:
    assert PARSED.exists()
    assert [path for path in (empty_home / "dbt").iterdir() if path.name.startswith("partial_parse")] == []
