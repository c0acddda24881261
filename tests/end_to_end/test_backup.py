"""A home that was deleted comes back: status, release, champions and their reproduction."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from eshop_dagster.adapters.release import open_release
from eshop_dagster.cli.main import app

from .conftest import Run

LOOK = """
import json, sys
from pathlib import Path
from eshop_dagster.cli.summary import summarise
from eshop_dagster.adapters.release import open_release
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.reproduce import reproduce

settings = load_settings(Path(sys.argv[1]))
activate(settings)
platform = Platform(settings, load_params())
release = open_release(settings.home)
print(json.dumps({
    "status": summarise(platform, {}),
    "release": release.manifest,
    "files": sum(len(release.files(table)) for table in release.manifest["tables"]),
    "reproduced": reproduce(platform, "segmentation").in_words(),
}, default=str))
"""


def seen(home: Path) -> dict[str, Any]:
    """What a person sees of a home, asked in a process of its own: no connection of before may answer."""
    done = subprocess.run([sys.executable, "-c", LOOK, home], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_home_that_was_deleted_is_restored_with_all_that_can_be_asked_of_it(small_run: Run, tmp_path: Path) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    shutil.copytree(small_run.home, home, symlinks=True)
    manifest = open_release(home).manifest
    done = CliRunner().invoke(app, ["backup", str(backups), "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "366 raw days" in done.output
    assert "The master key is not in it: keep a copy of ESHOP_MASTER_KEY elsewhere" in done.output
    shutil.rmtree(home)

    done = CliRunner().invoke(app, ["restore", str(backups), "--home", str(home)])

    assert done.exit_code == 0, done.output
    assert "every hash is right" in done.output and "The master key at hand opens the vault." in done.output
    found = seen(home)
    expected = {**small_run.summary, "home": str(home)}
    assert found["status"] == {name: expected[name] for name in found["status"]} | {"runs": {}}
    assert found["release"] == manifest and found["files"] > len(manifest["tables"])
    assert found["reproduced"] == (
        "segmentation version 1 was made again: predictions, metrics and model file are equal to the byte"
    )
