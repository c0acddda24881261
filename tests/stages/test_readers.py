"""Thousands of reads of what is published while releases come and go: none fails, and none sees two releases."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from eshop_dagster.stages import release_files
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish

from ..children import finish, start, wait_for_line
from .release_home import FEW_MARTS, build, fill, score

ROUNDS, RUNS_A_ROUND = 4, 50
READERS, READS = 3, 10_000

# A read takes the release's name, its manifest and every byte of its files. A reader ends when it is told to and has
# done its share; between two reads it leaves the processor to the runs.
READ_ON_AND_ON = """
import hashlib, json, sys, threading, time
from pathlib import Path

threading.Thread(target=sys.stdin.readline).start()
current, share, releases, reads = Path(sys.argv[1]) / "current", int(sys.argv[2]), set(), 0
while threading.active_count() > 1 or reads < share:
    folder = current.resolve()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["release"] == folder.name, (manifest["release"], folder.name)
    for table, entry in manifest["tables"].items():
        for path, file in entry["files"].items():
            content = (folder / path).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], (folder.name, path)
    releases.add(folder.name)
    reads += 1
    if reads == 1:
        print("reading", flush=True)
    time.sleep(0.0005)
print(json.dumps({"reads": reads, "releases": sorted(releases)}))
"""


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """A home with one fact of two months, and one release."""
    monkeypatch.setattr(release_files, "MARTS", {"fct_orders": FEW_MARTS["fct_orders"]})
    platform = fill(tmp_path, release_files.MARTS)
    build(platform, [("o1", "2024-03-05", 10), ("o2", "2024-04-01", 20)])
    publish(platform)
    return platform


@pytest.fixture
def readers(platform: Platform) -> Iterator[list[subprocess.Popen[str]]]:
    children = [start(READ_ON_AND_ON, platform.home / "published", -(-READS // READERS)) for _ in range(READERS)]
    yield children
    for child in children:
        child.kill()
        child.communicate()


def publish_again_and_again(platform: Platform, revenue: int) -> list[str]:
    """One round of runs: the first has new orders, each has other scores; returns the releases."""
    build(platform, [("o1", "2024-03-05", revenue), ("o2", "2024-04-01", 20)])
    released = []
    # Opening DuckDB is most of what publishing so little takes; while it is open here, opening it again is cheap.
    with platform.warehouse.connect(read_only=True):
        for number in range(RUNS_A_ROUND):
            score(platform, number % 3)
            release = publish(platform)
            assert release.is_new
            released.append(release.name)
    return released


def test_ten_thousand_reads_while_200_runs_publish_see_one_whole_release_each(
    platform: Platform, readers: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # How fast this machine's disk is has nothing to do with what readers see.
    monkeypatch.setattr(os, "fsync", lambda file: None)
    for reader in readers:
        assert wait_for_line(reader) == "reading"
    released = [name for number in range(ROUNDS) for name in publish_again_and_again(platform, number)]
    for reader in readers:
        assert reader.stdin is not None
        reader.stdin.write("\n")
        reader.stdin.flush()
    while any(reader.poll() is None for reader in readers):
        released += publish_again_and_again(platform, len(released))
    found = [json.loads(finish(reader)) for reader in readers]
    assert sum(one["reads"] for one in found) >= READS
    assert len(released) >= ROUNDS * RUNS_A_ROUND
    assert len({name for one in found for name in one["releases"]} & {*released}) > 2 * ROUNDS
