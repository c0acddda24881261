"""The API's bench says why a server did not start, and measures no answers but good ones."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eshop_dagster.stages import bench_api
from eshop_dagster.stages.bench_api import ServerDown


def test_a_server_that_ends_at_once_is_named_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no home')"]
    with (
        pytest.raises(ServerDown, match=r"did not answer at http://127.0.0.1:1/x: see .*server.log"),
        bench_api._running(command, 1, "/x", tmp_path / "server.log", {}),
    ):
        pytest.fail("it never ran")
    assert (tmp_path / "server.log").read_text() == "no home\n"


class _Refusing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_answers_that_say_no_are_not_measured() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        plan = {"port": server.server_port, "method": "GET", "path": "/x", "connections": 1, "requests": 3}
        with pytest.raises(ServerDown, match=r"/x answered \{'401': 3\}; expected 200 only"):
            bench_api._asked(plan)
        server.shutdown()
