"""One environment holds Dagster and DVC: the pins that make it so, and what breaks without them."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import dagster as dg
from packaging.requirements import Requirement
from packaging.version import Version

from eshop_dagster.settings import PROJECT_DIR

TOOLS = Path(sys.executable).parent


def test_the_installed_versions_are_those_of_the_lock_file() -> None:
    locked = {}
    for line in (PROJECT_DIR / "requirements.lock").read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                locked[requirement.name] = next(iter(requirement.specifier)).version
    assert len(locked) > 200
    differing = {name: (pin, version(name)) for name, pin in locked.items() if version(name) != pin}
    assert differing == {}


def test_antlr_is_the_one_that_dagsters_parser_was_made_with() -> None:
    assert Version(version("antlr4-python3-runtime")) >= Version("4.13.2")
    assert Version(version("hydra-core")) >= Version("1.4.0rc3")
    assert Version(version("omegaconf")) >= Version("2.4.0.dev0")
    assert Version(version("typer")) < Version("0.26")


def test_dagster_parses_a_selection_written_as_text() -> None:
    @dg.asset
    def orders() -> None: ...

    @dg.asset(deps=[orders])
    def features() -> None: ...

    selection = dg.AssetSelection.from_string('+key:"features"')
    graph = dg.Definitions(assets=[orders, features]).resolve_asset_graph()
    assert {key.to_user_string() for key in selection.resolve(graph)} == {"orders", "features"}


def test_dvc_spreads_a_grid_of_parameters_in_the_same_environment() -> None:
    from dvc.utils.hydra import dict_product

    assert list(dict_product({"a": [1, 2]})) == [{"a": 1}, {"a": 2}]


def test_dvc_overrides_a_parameter(tmp_path: Path) -> None:
    from dvc.utils.hydra import apply_overrides

    params = tmp_path / "params.yaml"
    params.write_text("spend:\n  xgboost:\n    max_depth: 4\n")
    apply_overrides(params, ["spend.xgboost.max_depth=3"])
    assert "max_depth: 3" in params.read_text()


def test_the_lock_file_names_no_registry() -> None:
    text = (PROJECT_DIR / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text


def test_dg_help_is_not_blank() -> None:
    done = subprocess.run([TOOLS / "dg", "--help"], capture_output=True, text=True, timeout=120, check=True)
    assert "launch" in done.stdout
