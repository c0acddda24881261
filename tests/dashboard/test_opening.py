"""Which release visitors see while others are made ready."""

from pathlib import Path

import pytest

from eshop_dagster.dashboard.opening import Opening

from ..adapters.dashboard_queries.small_release import publish, sale


def newer(home: Path, name: str) -> None:
    """Publish the same rows once more under another name."""
    folder = home / "published"
    old = folder.joinpath("current").resolve()
    (folder / name).mkdir()
    for path in old.iterdir():
        text = path.read_bytes().replace(old.name.encode(), name.encode()) if path.suffix == ".json" else None
        (folder / name / path.name).write_bytes(text or path.read_bytes())
    folder.joinpath("current").unlink()
    folder.joinpath("current").symlink_to(name)


def test_an_older_release_that_is_ready_late_does_not_come_back(tmp_path: Path) -> None:
    publish(tmp_path, agg_daily_sales=[sale()])
    held = Opening(tmp_path)
    held.database()
    newer(tmp_path, "2026-01-01-b")
    late = held._coming = "2026-01-01-b"
    # While that one is counted, the next is asked for.
    newer(tmp_path, "2026-01-02-c")
    held._coming = "2026-01-02-c"
    (tmp_path / "published" / "current").unlink()
    (tmp_path / "published" / "current").symlink_to(late)
    held._make_ready()
    assert held._shown is not None and held._shown.release.name == "2025-12-31-abc"


@pytest.mark.parametrize("trouble", ["no release", "a table that is not there"])
def test_a_release_that_cannot_be_opened_leaves_the_one_before(tmp_path: Path, trouble: str) -> None:
    publish(tmp_path, agg_daily_sales=[sale()])
    held = Opening(tmp_path)
    shown = held.database()
    newer(tmp_path, "2026-01-01-b")
    held._coming = "2026-01-01-b"
    current = tmp_path / "published" / "current"
    if trouble == "no release":
        current.unlink()
    else:
        (current / "manifest.json").write_text('{"release": "2026-01-01-b"}')
    held._make_ready()
    assert held._shown is shown
