"""The bench of the HTTP API: the running server and `mlflow models serve` with the very same champion, one after the
other on the same machine, asked from outside by the same load tool (`stages/load.py`).
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from eshop_dagster.adapters.api_keys import KeyStore
from eshop_dagster.adapters.release import OpenRelease, open_release
from eshop_dagster.ml.features import FEATURES
from eshop_dagster.stages.platform import Platform

BATCH = 10_000
LARGEST_ORDERS = 9
_START_SECONDS = 300
_RATE = "1000000/second"
"""Counted as everybody's requests are, and never reached."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Load:
    """How hard is asked.

    Attributes:
        seconds: of each measurement.
        connections: kept open at saturation.
        memory_requests: asked between the two looks at memory.
    """

    seconds: float = 10
    connections: int = 32
    memory_requests: int = 100_000


class ServerDown(Exception):
    """A server did not start; the message names its log."""


def measure_api(platform: Platform, folder: Path, load: Load) -> Json:
    """Return what the API does: throughput and times by kind of question, batches, liveness, memory."""
    release = open_release(platform.home)
    found = release.query("SELECT customer_key FROM customer_scores USING SAMPLE reservoir(10000 ROWS) REPEATABLE (1)")
    keys = found["customer_key"].to_pylist()
    store = KeyStore(platform.home)
    key, kept = store.create("bench", ["predict"])
    port = _free_port()
    command = [sys.executable, "-m", "eshop_dagster.cli", "api", "--home", str(platform.home), "--port", str(port)]
    try:
        with _running([*command, "--rate", _RATE], port, "/health/ready", folder / "api.log", {}) as process:
            plan = {"port": port, "method": "POST", "headers": {"X-API-Key": key}}
            questions = _questions(keys, release)
            singles = {name: _single(plan, bodies, load) for name, bodies in questions.items()}
            batches = _batches(plan, keys)
            liveness = _liveness(plan, _largest_body(release))
            memory = _memory(process, plan, questions, load)
    finally:
        store.revoke(kept.id)
    return {"single": singles, "batch_of_10000_by_key": batches, "live_during_largest_body": liveness, "memory": memory}


def measure_mlflow(platform: Platform, folder: Path, load: Load, version: int) -> Json:
    """Return what `mlflow models serve` does with a version of `spend`, one row of features at a time.

    Workers as MLflow starts them by itself: one.
    """
    release = open_release(platform.home)
    rows = release.query(f"SELECT {', '.join(FEATURES)} FROM customer_features LIMIT 200").to_pylist()
    bodies = [
        json.dumps({"dataframe_split": {"columns": list(FEATURES), "data": [[row[name] for name in FEATURES]]}})
        for row in rows
    ]
    port = _free_port()
    tools = Path(sys.executable).parent
    command = [str(tools / "mlflow"), "models", "serve", "-m", f"models:/spend/{version}", "--env-manager", "local"]
    environment = {
        "MLFLOW_TRACKING_URI": platform.registry.tracking_uri,
        # It starts uvicorn by name.
        "PATH": f"{tools}{os.pathsep}{os.defpath}",
    }
    with _running([*command, "-p", str(port)], port, "/ping", folder / "mlflow.log", environment):
        plan = {"port": port, "method": "POST", "path": "/invocations"}
        saturated = _asked({**plan, "bodies": bodies, "connections": load.connections, "seconds": load.seconds})
        half = {"rate": saturated["per_second"] / 2, "connections": load.connections, "seconds": load.seconds}
        return {"saturated": saturated, "at_half": _asked({**plan, "bodies": bodies, **half})}


def _questions(keys: list[str], release: OpenRelease) -> dict[str, list[str]]:
    orders = _orders(release, 3)
    return {
        "by key": [json.dumps({"customer_key": key, "reasons": False}) for key in keys],
        "by key, with reasons": [json.dumps({"customer_key": key}) for key in keys],
        "by history, with reasons": [json.dumps({"orders": orders})],
    }


def _single(plan: Json, bodies: list[str], load: Load) -> Json:
    asked = {**plan, "path": "/predict", "bodies": bodies, "connections": load.connections, "seconds": load.seconds}
    saturated = _asked(asked)
    return {"saturated": saturated, "at_half": _asked({**asked, "rate": saturated["per_second"] / 2})}


def _batches(plan: Json, keys: list[str]) -> Json:
    body = json.dumps({"customer_keys": (keys * (BATCH // len(keys) + 1))[:BATCH]})
    return _asked({**plan, "path": "/predict/batch", "bodies": [body], "connections": 1, "requests": 30})


def _liveness(plan: Json, body: str) -> Json:
    """Return how `/health/live` answers, a hundred times a second, while the largest body is read and answered."""
    live = {**plan, "method": "GET", "path": "/health/live", "connections": 1, "rate": 100, "seconds": 15}
    found: Json = {}
    asking = threading.Thread(target=lambda: found.update(_asked(live)))
    asking.start()
    time.sleep(2)
    batch = _asked({**plan, "path": "/predict/batch", "bodies": [body], "connections": 1, "requests": 2})
    asking.join()
    return {**found, "body_mib": round(len(body) / 2**20, 1), "batch_ms": batch["p50_ms"], "batch": batch["statuses"]}


def _memory(process: "subprocess.Popen[bytes]", plan: Json, questions: Mapping[str, list[str]], load: Load) -> Json:
    """Return the server's memory after a tenth of the requests and after all of them, MiB; each kind in its turn."""
    most = max(len(bodies) for bodies in questions.values())
    bodies = [bodies[turn % len(bodies)] for turn in range(most) for bodies in questions.values()]
    asked = {**plan, "path": "/predict", "bodies": bodies, "connections": load.connections}
    sizes = []
    for part in (load.memory_requests // 10, load.memory_requests - load.memory_requests // 10):
        _asked({**asked, "requests": part})
        sizes.append(round(psutil.Process(process.pid).memory_info().rss / 2**20, 1))
    return {"requests": load.memory_requests, "mib_after_a_tenth": sizes[0], "mib_after_all": sizes[1]}


def _orders(release: OpenRelease, count: int) -> list[Json]:
    last = release.query("SELECT max(as_of_date) AS day FROM customer_scores")["day"][0].as_py()
    item = {"category": "books", "quantity": 1, "unit_price_brl": 39.9, "freight_brl": 12.5}
    days = [last - timedelta(days=20 + 30 * number) for number in range(count)]
    return [
        {"order_id": f"o{number}", "ordered_at": f"{day}T12:00:00-03:00", "channel": "web", "items": [item]}
        for number, day in enumerate(days)
    ]


def _largest_body(release: OpenRelease) -> str:
    """Return ten thousand histories, close to the largest body that is taken."""
    return json.dumps({"histories": [{"orders": _orders(release, LARGEST_ORDERS)}] * BATCH})


def _asked(plan: Json) -> Json:
    command = [sys.executable, "-m", "eshop_dagster.stages.load"]
    done = subprocess.run(command, input=json.dumps(plan).encode(), capture_output=True, check=False)
    if done.returncode:
        raise ServerDown(f"the load tool failed: {done.stderr.decode()[-500:]}")
    found: Json = json.loads(done.stdout)
    if set(found["statuses"]) != {"200"}:
        raise ServerDown(f"{plan['path']} answered {found['statuses']}; expected 200 only: see the log of the server")
    return found


@contextmanager
def _running(
    command: list[str], port: int, path: str, log: Path, environment: Mapping[str, str]
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("wb") as output:
        child = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True, env={**os.environ, **environment}
        )
    try:
        _await(child, f"http://127.0.0.1:{port}{path}", log)
        yield child
    finally:
        # One that has ended by itself was waited for, and is no process any more.
        parent = [psutil.Process(child.pid)] if child.poll() is None else []
        family = [process for one in parent for process in (*one.children(recursive=True), one)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(family, timeout=20)[1]:
            process.kill()
        child.wait()


def _await(child: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise ServerDown(f"the server did not answer at {url}: see {log}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
