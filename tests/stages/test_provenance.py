"""A release record names the code, the dbt project, the lock file and the commit that made a version."""

import re
import subprocess
from pathlib import Path

import pytest

from eshop_dagster.adapters.files import write_atomically
from eshop_dagster.settings import PROJECT_DIR
from eshop_dagster.stages import provenance
from eshop_dagster.stages.provenance import code_tags


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one model file and a lock file, committed."""
    monkeypatch.setattr(provenance, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(provenance, "LOCK_FILE", tmp_path / "requirements.lock")
    # No repository around the temporary folder may answer instead.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write_atomically(tmp_path / "eshop_dagster" / "ml" / "gate.py", b"SIGN = 1\n")
    write_atomically(tmp_path / "requirements.lock", b"duckdb==2.0.0\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Start")
    return tmp_path


def test_the_projects_own_tags_are_whole() -> None:
    tags = code_tags()
    assert list(tags) == ["code_hash", "dbt_project_hash", "lock_file_hash", "git_commit", "git_is_dirty"]
    for name in ("code_hash", "dbt_project_hash", "lock_file_hash"):
        assert re.fullmatch("[0-9a-f]{16}", tags[name])
    assert (PROJECT_DIR / "eshop_dagster" / "ml" / "gate.py").exists()


def test_the_commit_is_named_and_a_clean_tree_is_clean(project: Path) -> None:
    tags = code_tags()
    assert (tags["git_commit"], tags["git_is_dirty"]) == (git(project, "rev-parse", "HEAD"), "false")
    assert code_tags() == tags


def test_a_change_of_the_model_code_changes_its_hash_and_makes_the_tree_dirty(project: Path) -> None:
    before = code_tags()
    write_atomically(project / "eshop_dagster" / "ml" / "gate.py", b"SIGN = -1\n")
    after = code_tags()
    assert after["code_hash"] != before["code_hash"]
    assert (after["git_commit"], after["git_is_dirty"]) == (before["git_commit"], "true")
    assert after["lock_file_hash"] == before["lock_file_hash"]


def test_a_file_that_git_does_not_know_makes_no_tree_dirty(project: Path) -> None:
    write_atomically(project / "data" / "note", b"x")
    assert code_tags()["git_is_dirty"] == "false"


def test_another_lock_file_has_another_hash_and_a_missing_one_none(project: Path) -> None:
    before = code_tags()["lock_file_hash"]
    write_atomically(project / "requirements.lock", b"duckdb==2.0.1\n")
    assert code_tags()["lock_file_hash"] not in (before, "none")
    (project / "requirements.lock").unlink()
    assert code_tags()["lock_file_hash"] == "none"


def test_without_history_the_commit_is_none_and_dirt_unknown(project: Path) -> None:
    (project / ".git").rename(project / "elsewhere")
    tags = code_tags()
    assert (tags["git_commit"], tags["git_is_dirty"]) == ("none", "unknown")


def test_without_git_the_commit_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    assert code_tags()["git_commit"] == "none"


def test_an_image_without_history_names_the_commit_that_it_was_built_from(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESHOP_GIT_COMMIT", "5bea34d")
    assert code_tags()["git_commit"] == git(project, "rev-parse", "HEAD")
    (project / ".git").rename(project / "elsewhere")
    tags = code_tags()
    assert (tags["git_commit"], tags["git_is_dirty"]) == ("5bea34d", "unknown")
