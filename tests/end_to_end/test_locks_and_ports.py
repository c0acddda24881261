"""Two runs at once, and a port that is taken."""

import socket
from pathlib import Path

from eshop_dagster.adapters.locks import home_lock

from .conftest import eshop


def test_a_second_run_says_who_holds_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with home_lock(home, "a long run", wait_seconds=0):
        done = eshop("run", "--home", home, "--wait", "1", check=False)
    assert done.returncode == 1
    assert "a long run" in done.stderr
    assert not (home / "raw").exists()


def test_a_taken_port_is_a_clear_message(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = eshop("up", "--home", tmp_path / "home", "--port", str(port), check=False)
    assert done.returncode == 1
    assert f"port {port} for dagster is taken" in done.stderr
