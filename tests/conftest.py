"""Fixtures that several test folders share."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.settings import EVENT_BATCH_SIZE, apply_telemetry_switches

# Some tools read their switch when they are imported, before any fixture runs.
apply_telemetry_switches()

MASTER_KEY = "dGVzdCBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyAuLi4="
"""32 bytes as base64, of no use outside the tests."""

_ESHOP_VARIABLES = (
    "ESHOP_MLFLOW_URI",
    "ESHOP_MLFLOW_UI_URL",
    "ESHOP_DVC_REMOTE",
    "ESHOP_PSEUDONYM_SEED",
    "ESHOP_MASTER_KEY_FILE",
    "ESHOP_DASHBOARD_SECRETS",
    "ESHOP_GIT_COMMIT",
)

_LOOKS_AT_THE_SMALL_HOME = re.compile(r"\b(small_run|api): ")
"""How a module asks for the fixtures that fill a home of a year, or serve it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take minutes: begun last, they would leave the other worker without work."""
    items.sort(key=lambda item: not {"end_to_end", "faults"} & set(item.path.parts))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a module to one worker, and all modules that look at the small home to the same one: it is filled once.

    pytest-xdist's own groups (`loadgroup`) have no effect with this pytest.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByHome(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.split("::", 1)[0]
            is_looking = _LOOKS_AT_THE_SMALL_HOME.search((config.rootpath / module).read_text(encoding="utf-8"))
            return "the small home" if is_looking and "end_to_end" in module else module

    return ByHome(config, log)


@pytest.fixture(scope="session", autouse=True)
def session_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep fixtures that serve several tests away from the real data home and its key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield _isolate(patch, tmp_path_factory.mktemp("session") / "home")


@pytest.fixture(autouse=True)
def environment(session_environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own empty home, a fixed master key and no telemetry; returns the home."""
    return _isolate(monkeypatch, tmp_path / "home")


@pytest.fixture(scope="session")
def olist_dir() -> Path:
    """The folder of the public Olist CSVs, which are too large to keep beside the tests."""
    folder = os.environ.get("ESHOP_OLIST_DIR")
    if not folder:
        pytest.fail("This test needs the Olist data set: set ESHOP_OLIST_DIR to the folder that holds its CSV files.")
    return Path(folder)


def _isolate(patch: pytest.MonkeyPatch, home: Path) -> Path:
    for name in _ESHOP_VARIABLES:
        patch.delenv(name, raising=False)
    patch.setenv("ESHOP_MASTER_KEY", MASTER_KEY)
    patch.setenv("ESHOP_HOME", str(home))
    patch.setenv("DAGSTER_HOME", str(home / "dagster"))
    patch.setenv("DAGSTER_EVENT_BATCH_SIZE", EVENT_BATCH_SIZE)
    return home
