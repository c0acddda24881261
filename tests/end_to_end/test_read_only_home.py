"""A home that cannot be written is read by everything that reads, and nothing in it changes."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.settings import PROJECT_DIR

from .conftest import Run
from .read_only import bound_by_modes, read_only

LOOK = """
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from eshop_dagster.api.app import ApiLimits, create_app
from eshop_dagster.cli.main import app
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from tests.dashboard.drawing import drawn

home, elsewhere = sys.argv[1], Path(sys.argv[2])

def ask(*arguments):
    done = CliRunner().invoke(app, [*arguments, "--home", home])
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return done.stdout, done.stderr

status = json.loads(ask("status", "--json")[0])
models = json.loads(ask("models", "--json")[0])
said = ask("export", "segments", "--to", str(elsewhere / "segments.csv"))[1]
ask("export", "model", "segmentation", "--to", str(elsewhere / "segmentation.zip"))
with TestClient(create_app(Platform(load_settings(Path(home)), load_params()), ApiLimits(needs_keys=False))) as api:
    import time
    while api.get("/health/ready").status_code == 503:
        time.sleep(0.1)
    listed = api.get("/models").json()
audience = ["export", "segments", "--format", "meta", "--reason", "spring", "--to", str(elsewhere / "audience.csv")]
refused = CliRunner().invoke(app, [*audience, "--home", home])
page = drawn("data")
print(json.dumps({
    "status": status, "models": models, "said": said, "api": listed,
    "refused": str(refused.exception), "troubles": len(page.exception) + len(page.error),
}))
"""


@pytest.fixture(scope="module")
def seen(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], Path]:
    """A copy of the small home that cannot be written, what was read of it, and where exports went."""
    home, elsewhere = tmp_path_factory.mktemp("still") / "home", tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(small_run.home, home, symlinks=True)
    with read_only(home):
        before = times(home)
        command = [sys.executable, "-c", LOOK, str(home), str(elsewhere)]
        done = bound_by_modes(command, ESHOP_HOME=str(home), PYTHONPATH=str(PROJECT_DIR))
        assert done.returncode == 0, done.stderr
        assert times(home) == before
    return home, json.loads(done.stdout.splitlines()[-1]), elsewhere


def times(home: Path) -> dict[str, int]:
    """Every path of a home, and when it was written last."""
    return {str(path.relative_to(home)): path.lstat().st_mtime_ns for path in home.rglob("*")}


def test_status_models_api_and_dashboard_read_a_home_that_cannot_be_written(
    small_run: Run, seen: tuple[Path, dict[str, Any], Path]
) -> None:
    _home, found, _elsewhere = seen
    assert found["status"]["release"] == small_run.summary["release"]
    assert found["status"]["models"] == small_run.summary["models"]
    assert {row["model"] for row in found["models"]} == {one["model"] for one in found["api"]["models"]}
    assert found["troubles"] == 0


def test_an_export_goes_elsewhere_and_says_that_no_register_notes_it(
    seen: tuple[Path, dict[str, Any], Path],
) -> None:
    home, found, elsewhere = seen
    assert found["said"] == f"not noted in the export register: the home {home} is read-only\n"
    assert {path.name for path in elsewhere.iterdir()} == {"segments.csv", "segmentation.zip"}


def test_an_audience_does_not_leave_a_home_that_cannot_note_it(seen: tuple[Path, dict[str, Any], Path]) -> None:
    _home, found, elsewhere = seen
    assert "cannot be written to note it" in found["refused"]
    assert not (elsewhere / "audience.csv").exists()
