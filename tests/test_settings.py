"""Where a home is, which key opens its vault, and that telemetry stays off."""

import base64
import os
import stat
from pathlib import Path

import pytest

from eshop_dagster import settings
from eshop_dagster.settings import Settings, SettingsError, load_settings, master_key, master_key_file

from .children import run_at_once

PRINT_KEY = """
import sys
from eshop_dagster.settings import master_key

print("ready", flush=True)
sys.stdin.readline()
print(master_key().hex())
"""


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The key file of a host whose environment holds no key; it is not there yet."""
    monkeypatch.delenv("ESHOP_MASTER_KEY")
    path = tmp_path / "keys" / "master.key"
    monkeypatch.setenv("ESHOP_MASTER_KEY_FILE", str(path))
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_given_home_wins_over_the_environment_and_that_over_the_projects_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESHOP_HOME", str(tmp_path / "shop"))
    assert load_settings(tmp_path / "other").home == tmp_path / "other"
    assert load_settings().home == tmp_path / "shop"
    monkeypatch.setenv("ESHOP_HOME", "")
    assert load_settings().home == settings.PROJECT_DIR / "data"


def test_a_home_is_an_absolute_path_with_the_users_folder_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(Path("here")).home == tmp_path / "here"
    assert load_settings(Path("~/there")).home == tmp_path / "there"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ESHOP_MLFLOW_URI", "ESHOP_MLFLOW_UI_URL", "ESHOP_DVC_REMOTE", "ESHOP_PSEUDONYM_SEED"):
        monkeypatch.setenv(name, "")
    assert load_settings(tmp_path) == Settings(tmp_path)
    monkeypatch.setenv("ESHOP_GIT_COMMIT", "")
    assert settings.image_commit() is None


def test_servers_and_seed_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESHOP_MLFLOW_URI", "http://mlflow:5000")
    monkeypatch.setenv("ESHOP_MLFLOW_UI_URL", "https://models.example.com")
    monkeypatch.setenv("ESHOP_DVC_REMOTE", "s3://snapshots")
    monkeypatch.setenv("ESHOP_PSEUDONYM_SEED", "seed")
    assert load_settings(tmp_path) == Settings(
        home=tmp_path,
        mlflow_uri="http://mlflow:5000",
        mlflow_ui_url="https://models.example.com",
        dvc_remote="s3://snapshots",
        pseudonym_seed="seed",
    )


def test_the_environments_key_is_used_and_no_file_is_made(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESHOP_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    assert master_key() == bytes(range(32))
    assert not key_file.parent.exists()


def test_the_key_file_is_made_on_first_use_for_its_owner_only_and_stays(key_file: Path) -> None:
    key = master_key()
    assert len(key) == 32
    assert (mode(key_file), mode(key_file.parent)) == (0o600, 0o700)
    assert master_key() == key
    assert [path.name for path in key_file.parent.iterdir()] == ["master.key"]


def test_two_homes_on_fresh_hosts_get_different_keys(key_file: Path) -> None:
    first = master_key()
    key_file.unlink()
    assert master_key() != first


@pytest.mark.parametrize("others", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused_with_the_remedy(key_file: Path, others: int) -> None:
    master_key()
    key_file.chmod(others)
    with pytest.raises(SettingsError, match=rf"mode {others:o}, expected 600\): run `chmod 600 {key_file}`"):
        master_key()


def test_a_key_of_another_length_is_refused_with_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESHOP_MASTER_KEY", base64.b64encode(b"short").decode())
    with pytest.raises(SettingsError, match="ESHOP_MASTER_KEY holds 5 bytes, expected 32: make one with `openssl"):
        master_key()


@pytest.mark.parametrize("text", ["not base64!", "ção", "AAA"])
def test_a_key_that_is_not_base64_is_refused_without_being_repeated(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESHOP_MASTER_KEY", text)
    with pytest.raises(SettingsError, match="ESHOP_MASTER_KEY is not base64") as refused:
        master_key()
    assert text not in str(refused.value)


def test_a_key_file_with_bare_bytes_is_refused_by_its_name(key_file: Path) -> None:
    master_key()
    key_file.write_bytes(bytes(range(224, 256)))
    with pytest.raises(SettingsError, match=r"master\.key is not base64"):
        master_key()


def test_processes_that_use_a_fresh_host_at_once_agree_on_one_key(key_file: Path) -> None:
    keys = {output.strip() for output in run_at_once(PRINT_KEY, processes=4)}
    assert keys == {master_key().hex()}
    assert [path.name for path in key_file.parent.iterdir()] == ["master.key"]


def test_the_key_lies_in_the_users_configuration_folder_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert master_key_file() == tmp_path / "config" / "eshop" / "master.key"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert master_key_file() == tmp_path / ".config" / "eshop" / "master.key"
    monkeypatch.setenv("ESHOP_MASTER_KEY_FILE", "~/my.key")
    assert master_key_file() == tmp_path / "my.key"


def test_activating_points_this_process_and_dagster_at_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DO_NOT_TRACK", "false")
    settings.activate(Settings(tmp_path / "shop"))
    assert os.environ["ESHOP_HOME"] == str(tmp_path / "shop")
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "shop" / "dagster")
    assert os.environ["DO_NOT_TRACK"] == "true"


def test_a_child_gets_the_home_no_telemetry_and_what_is_added(tmp_path: Path) -> None:
    child = settings.child_environment(Settings(tmp_path), EXTRA="1")
    expected = {
        "ESHOP_HOME": str(tmp_path),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "EXTRA": "1",
        **settings.TELEMETRY_SWITCHES,
    }
    assert expected.items() <= child.items()
    assert child["PATH"] == os.environ["PATH"]
