"""The server lets in whom it should, and calls nobody."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.web.bootstrap import load_config_options

from eshop_dagster.dashboard.serving.server import SCRIPT, HostRefused, check_host, has_login, options


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_needs_no_login(host: str) -> None:
    check_host(host, has_login=False, is_open_allowed=False)


def test_another_address_is_refused_without_a_login() -> None:
    with pytest.raises(HostRefused, match=r"on 0\.0\.0\.0 everybody in the network could open it"):
        check_host("0.0.0.0", has_login=False, is_open_allowed=False)


def test_another_address_is_taken_with_a_login_or_when_a_person_says_so() -> None:
    check_host("0.0.0.0", has_login=True, is_open_allowed=False)
    check_host("0.0.0.0", has_login=False, is_open_allowed=True)


def test_a_login_is_a_file_with_a_provider_and_without_a_file_there_is_none(tmp_path: Path) -> None:
    secrets = tmp_path / "dashboard.toml"
    assert has_login(secrets) is False
    secrets.write_text('[auth]\nredirect_uri = "https://x/oauth2callback"\ncookie_secret = "z"\n')
    assert has_login(secrets) is True


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[auth\ncookie_secret = "hush"', "cannot be read"),
        ("", r"has no table \[auth\]"),
        ('[other]\ncookie_secret = "hush"', r"has no table \[auth\]"),
        ('auth = "hush"', r"has no table \[auth\]"),
        ('[auth]\ncookie_secret = "hush"', "has no redirect_uri"),
        ('[auth]\nredirect_uri = "https://x/"\ncookie_secret = " "', "has no cookie_secret"),
    ],
)
def test_a_file_that_configures_no_login_is_refused_and_its_secrets_untold(
    tmp_path: Path, content: str, told: str
) -> None:
    secrets = tmp_path / "dashboard.toml"
    secrets.write_text(content)
    with pytest.raises(HostRefused, match=told) as refused:
        has_login(secrets)
    assert "hush" not in str(refused.value)


def test_the_command_does_not_serve_with_a_login_that_cannot_be_read(
    tmp_path: Path, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "dashboard.toml"
    secrets.write_text("[auth")
    monkeypatch.setenv("ESHOP_DASHBOARD_SECRETS", str(secrets))
    command = [str(Path(sys.executable).with_name("eshop")), "dashboard", "--home", str(environment), "--port", "0"]
    done = subprocess.run([*command, "--host", "0.0.0.0"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "the login cannot be read" in " ".join((done.stdout + done.stderr).split())


def test_streamlit_knows_every_option_and_reports_nothing(tmp_path: Path) -> None:
    from streamlit import config

    chosen = options("127.0.0.1", 8501, tmp_path / "none.toml", has_login=False)
    load_config_options({name.replace(".", "_"): value for name, value in chosen.items()})
    assert {name: config.get_option(name) for name in chosen} == chosen
    assert chosen["browser.gatherUsageStats"] is False


def test_other_names_for_this_machine_are_refused_while_nobody_logs_in(tmp_path: Path) -> None:
    assert "127.0.0.1" in options("127.0.0.1", 1, tmp_path, has_login=False)["server.allowedHosts"]  # type: ignore[operator]
    assert options("0.0.0.0", 1, tmp_path, has_login=True)["server.allowedHosts"] == []


def test_streamlit_finds_no_pages_of_its_own_beside_the_script() -> None:
    assert not (SCRIPT.parent / "pages").exists()
