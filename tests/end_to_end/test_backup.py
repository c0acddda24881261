"""A home that was deleted comes back: status, release, champions and their reproduction."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eshop_dagster.cli.main import app

from .conftest import Run, eshop

LOOK = """
import json, sys
from pathlib import Path
from eshop_dagster.cli.status import quality
from eshop_dagster.cli.summary import summarise
from eshop_dagster.adapters.release import open_release
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.champions import versions
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.reproduce import reproduce

settings = load_settings(Path(sys.argv[1]))
activate(settings)
platform = Platform(settings, load_params())
release = open_release(settings.home)
print(json.dumps({
    "status": {**summarise(platform), "quality": quality(platform)},
    "versions": {model: repr(found) for model, found in versions(platform).items()},
    "release": release.manifest,
    "files": sum(len(release.files(table)) for table in release.manifest["tables"]),
    "reproduced": reproduce(platform, "segmentation").in_words(),
}, default=str))
"""


def seen(home: Path) -> dict[str, object]:
    """What a person sees of a home, asked in a process of its own: no connection of before may answer."""
    done = subprocess.run([sys.executable, "-c", LOOK, home], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_home_that_was_deleted_is_restored_with_all_that_can_be_asked_of_it(
    small_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    shutil.copytree(small_run.home, home, symlinks=True)
    before = seen(home)
    done = CliRunner().invoke(app, ["backup", str(backups), "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "366 raw days" in done.output
    assert "The master key is not in it: keep a copy of ESHOP_MASTER_KEY elsewhere" in done.output
    shutil.rmtree(home)

    done = CliRunner().invoke(app, ["restore", str(backups), "--home", str(home)])

    assert done.exit_code == 0, done.output
    assert "every hash is right" in done.output and "The master key at hand opens the vault." in done.output
    assert seen(home) == before
    again = eshop("restore", backups, "--home", home, check=False)
    assert again.returncode == 1 and "is not empty" in again.stderr and "Traceback" not in again.stderr
    monkeypatch.setenv("ESHOP_MASTER_KEY", "c29tZSBvdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXQ=")
    done = CliRunner().invoke(app, ["restore", str(backups), "--home", str(tmp_path / "other")])
    assert "The master key does not fit" in done.output
