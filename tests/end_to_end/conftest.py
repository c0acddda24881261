"""One small home, filled once as a user would, that every end-to-end test looks at."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .api_server import Api

ESHOP = Path(sys.executable).parent / "eshop"
SMALL_SHOP = ("--customers", "2500", "--orders-per-day", "60", "--to", "2024-12-31")


def eshop(*arguments: str | Path, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, in a process of its own."""
    return subprocess.run(
        [ESHOP, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=400,
        check=check,
        env={**os.environ, **environment},
    )


@dataclass(frozen=True)
class Run:
    """A home and what the run that filled it said."""

    home: Path
    summary: dict[str, Any]


def run_in(home: Path, *arguments: str | Path) -> Run:
    done = eshop("run", "--home", home, "--json", *arguments, check=False)
    assert done.returncode == 0, done.stderr
    return Run(home, json.loads(done.stdout))


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A year of a small simulated shop, from source to published scores."""
    return run_in(tmp_path_factory.mktemp("small") / "home", *SMALL_SHOP)


@pytest.fixture(scope="session")
def api(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Api"]:
    """The HTTP API, as a process, on a copy of the small home."""
    from .api_server import serving

    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(small_run.home, home, symlinks=True)
    with serving(home, "--rate", "0") as running:
        yield running
