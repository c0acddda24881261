"""The disk runs full in the middle of a stage: the run says so, readers keep their release, and the next goes on.

The disk is a small file system of its own that only the test's children see, in a mount namespace.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .daily_run import DAY, STEPS, Driver, Stand, driver, filled_stand, keep_steps

NAMESPACE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--mount")
MOUNT = 'mount -t tmpfs -o size=64m none "$0" && exec "$@"'

# Leaves some bytes of the disk: all of them must be too few for the stage, and some enough for it to begin.
FILL = 'fallocate -l $(( $(df -B1 --output=avail "$0" | tail -1) - $1 )) "$0/ballast"'

KB = 1024
ESHOP = Path(sys.executable).parent / "eshop"


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the small disk lies for the driver and its children."""
    folder = tmp_path_factory.mktemp("disk")
    tried = subprocess.run(on_small_disk(folder, "true"), capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"a small disk needs the right to mount one, and this machine refuses it: {tried.stderr.strip()}")
    return folder


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory, disk: Path) -> Iterator[Driver]:
    with driver(tmp_path_factory.mktemp("driver"), prefix=on_small_disk(disk)) as children:
        yield children


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, children: Driver, disk: Path) -> Stand:
    """A home before its daily run, and after each of its steps."""
    stand = filled_stand(children, disk, tmp_path_factory.mktemp("kept") / "homes")
    keep_steps(children, stand)
    return stand


@pytest.fixture(scope="module")
def expected(stand: Stand, children: Driver) -> dict[str, dict[str, Any]]:
    """What each step leaves where there is room."""
    return {step: children.report(stand.put_up(name)) for step, name in STEPS.items()}


@pytest.mark.parametrize(
    ("before", "step", "left_bytes"),
    [
        *(("before", "pull", kb * KB) for kb in (0, 16, 24)),
        *(("pulled", "build", kb * KB) for kb in (0, 300, 2000)),
        *(("built", "publish", kb * KB) for kb in (0, 24)),
    ],
)
def test_a_stage_that_finds_no_room_says_so_and_the_next_run_goes_on(
    stand: Stand,
    children: Driver,
    expected: dict[str, dict[str, Any]],
    disk: Path,
    before: str,
    step: str,
    left_bytes: int,
) -> None:
    home = stand.put_up(before)
    filled = children.shell("sh", "-c", FILL, disk, str(left_bytes))
    assert filled.status == 0, filled
    ended = children.run(home, step)
    children.shell("rm", disk / "ballast")
    assert ended.status == 1
    assert ended.words.startswith(f"there is no room on the disk of the home {home} (")
    assert ended.words.endswith("and run again: it goes on from there.")
    assert children.report(home)["seen"] == expected["build"]["seen"]
    children.succeed(home, step)
    assert children.report(home) == expected[step]


def test_a_command_that_finds_no_room_says_so_in_one_sentence(stand: Stand, children: Driver, disk: Path) -> None:
    home = stand.put_up("before")
    children.shell("sh", "-c", FILL, disk, "0")
    ended = children.shell(ESHOP, "run", "--home", home, "--to", str(DAY))
    children.shell("rm", disk / "ballast")
    assert ended.status == 1
    assert len(ended.words.splitlines()) == 1, ended.words
    assert ended.words.startswith(f"error: there is no room on the disk of the home {home} (")


def on_small_disk(folder: Path, *command: str) -> tuple[str, ...]:
    """Return a command's prefix, or a command, that has a small disk mounted at a folder."""
    return (*NAMESPACE, "sh", "-c", MOUNT, str(folder), *command)
