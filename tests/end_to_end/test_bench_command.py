"""`eshop bench`, as a user runs it."""

import json
from pathlib import Path

import pytest

from eshop_dagster.stages import bench

from .conftest import Run, eshop


def test_the_command_measures_every_step_and_draws_what_it_found(tmp_path: Path) -> None:
    size = ("--days", "32", "--orders-per-day", "10", "--customers", "300", "--repeat", "1")
    done = eshop("bench", *size, "--home", tmp_path, "--json")

    steps = json.loads(done.stdout)["steps"]
    # A month leaves no room for cut-offs.
    assert {step["name"] for step in steps if step["days"] == 32} == (
        {*bench.STEPS, "incremental day"} - {"segmentation", "spend", "take-up"}
    )
    assert {step["days"] for step in steps if step["name"] == "incremental day"} == {30, 32}
    assert all(step["seconds"] > 0 and step["peak_mib"] > 20 for step in steps)
    [refresh] = [step for step in steps if step["name"] == "full refresh" and step["days"] == 32]
    assert refresh["ratio"] == pytest.approx(refresh["seconds"] / refresh["floor_seconds"], abs=0.01)
    assert (tmp_path / "bench.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("segmentation", {"segmentation fit", "segmentation assignment"}),
        ("spend", {"spend training", "spend scoring"}),
    ],
)
def test_the_models_are_measured_beside_bare_calls_on_the_same_customers(
    small_run: Run, name: str, parts: set[str]
) -> None:
    done = json.loads(eshop("bench-step", name, small_run.home, "365").stdout)

    manifest = json.loads((small_run.home / "published" / "current" / "manifest.json").read_text())
    assert done["customers"] == manifest["tables"]["customer_scores"]["rows"]
    assert set(done["parts"]) == parts
    assert all(part["seconds"] > 0 and part["floor_seconds"] > 0 for part in done["parts"].values())


def test_the_gates_benchmark_compares_policies_on_simulated_shops(tmp_path: Path) -> None:
    done = eshop("bench", "gate", "--shops", "1", "--origins", "2", "--home", tmp_path, "--json")

    document = json.loads(done.stdout)
    assert set(document["sets"]) == {"design", "test"}
    for policies in document["sets"].values():
        assert [row["policy"] for row in policies[:4]] == [
            "the platform's rule",
            "always newest",
            "always the best baseline",
            "never retrain",
        ]
        assert {(row["shops"], row["origins"]) for row in policies} == {(1, 2)}
        assert all(0 <= row["regret"] <= 0.5 for row in policies)
    assert document["goals"]["regret"]["goal"] == 0.06
    assert (tmp_path / "bench" / "gate.png").stat().st_size > 10_000
    assert (tmp_path / "bench" / "gate.csv").read_text().count("\n") == 1 + 2 * 2 * len(policies)
    assert json.loads((tmp_path / "bench" / "gate.json").read_text()) == document


def test_a_cut_that_is_no_month_is_refused(tmp_path: Path) -> None:
    done = eshop("bench", "gate", "--home", tmp_path, "--cuts", "4,six", check=False)

    assert done.returncode == 1
    assert "--cuts is '4,six'; expected whole months above 0, such as 4,6,9,12,18,24" in done.stderr
