"""`eshop up`: the web UIs; one Ctrl-C ends them all."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import psutil
import typer
from filelock import FileLock, Timeout

from eshop_dagster.cli.output import CommandError, HomeOption
from eshop_dagster.settings import (
    PROJECT_DIR,
    Settings,
    activate,
    child_environment,
    dashboard_secrets_file,
    load_settings,
)
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

_STOP_SECONDS = 15
_HERE = "127.0.0.1"


class Ui(StrEnum):
    """What `eshop up` can start."""

    DAGSTER = "dagster"
    MLFLOW = "mlflow"
    DOCS = "docs"
    API = "api"
    DASHBOARD = "dashboard"


_PORT_OPTIONS = {Ui.DAGSTER: "--port", **{ui: f"--{ui}-port" for ui in (Ui.MLFLOW, Ui.DOCS, Ui.API, Ui.DASHBOARD)}}


@dataclass(frozen=True)
class Server:
    """One child of `eshop up`.

    Attributes:
        name: for people.
        command: its argument list.
        port: where it listens; None for one that does not.
    """

    name: str
    command: Sequence[str]
    port: int | None = None


def up(
    port: Annotated[int, typer.Option(help="Port of the Dagster web UI.")] = 3000,
    mlflow_port: Annotated[int, typer.Option(help="Port of the MLflow UI.")] = 5000,
    docs_port: Annotated[int, typer.Option(help="Port of the tables' documentation.")] = 8081,
    api_port: Annotated[int, typer.Option(help="Port of the HTTP API.")] = 8000,
    dashboard_port: Annotated[int, typer.Option(help="Port of the dashboard.")] = 8501,
    host: Annotated[str, typer.Option(help="Address to listen on; anything but 127.0.0.1 lets others in.")] = _HERE,
    only: Annotated[list[Ui] | None, typer.Option(help="Start only this one; may be given several times.")] = None,
    home: HomeOption = None,
) -> None:
    """Start the web UIs: Dagster with its daemon, MLflow, the dashboard, the HTTP API, the tables' documentation.

    Ctrl-C ends all of them.

    - `eshop up --only dashboard --only api` for who only reads what was published
    """
    settings = load_settings(home)
    activate(settings)
    ports = {Ui.DAGSTER: port, Ui.MLFLOW: mlflow_port, Ui.DOCS: docs_port}
    ports |= {Ui.API: api_port, Ui.DASHBOARD: dashboard_port}
    chosen = [ui for ui in Ui if not only or ui in only]
    for ui in chosen:
        _require_free(ui, ports[ui], _HERE if ui is Ui.DASHBOARD else host)
    settings.home.mkdir(parents=True, exist_ok=True)
    guard = settings.home / "locks" / "up.lock"
    guard.parent.mkdir(exist_ok=True)
    try:
        with FileLock(guard, timeout=0):
            _prepare(settings)
            _serve([one for ui in chosen for one in _SERVERS[ui](settings, ports[ui], host)], settings)
    except Timeout as error:
        raise CommandError(
            f"`eshop up` is running already for the home {settings.home}: end it first, or give another --home"
        ) from error


def _prepare(settings: Settings) -> None:
    """Make the stores before several processes open them at once, and clear what a dead host left behind."""
    import dagster as dg

    from eshop_dagster.adapters.dbt import ensure_manifest
    from eshop_dagster.adapters.dbt_docs import write_docs
    from eshop_dagster.defs.instance import clear_orphans, prepare_instance

    prepare_instance(settings.home)
    ensure_manifest()
    params = load_params()
    write_docs(_docs(settings), params.cutoffs.horizon_days)
    if settings.mlflow_uri is None:
        Platform(settings, params).registry.initialise()
    with dg.DagsterInstance.get() as instance:
        for run_id in clear_orphans(instance, settings.home):
            typer.echo(f"cleared run {run_id}: its process had died")


def _docs(settings: Settings) -> Path:
    return settings.home / "dbt" / "docs"


def _dagster(settings: Settings, port: int, host: str) -> list[Server]:
    tools = Path(sys.executable).parent
    location = ("-w", str(settings.home / "dagster" / "workspace.yaml"))
    return [
        Server("Dagster", (str(tools / "dagster-webserver"), "-h", host, "-p", str(port), *location), port),
        Server("Dagster daemon", (str(tools / "dagster-daemon"), "run", *location)),
    ]


def _mlflow(settings: Settings, port: int, host: str) -> list[Server]:
    """Return MLflow's server; none where another machine's is used."""
    if settings.mlflow_uri is not None:
        return []
    store = settings.home / "mlflow"
    tool = str(Path(sys.executable).parent / "mlflow")
    # One worker: MLflow's own default is 15 processes and 3 GB.
    command = (tool, "server", "--host", host, "--port", str(port), "--workers", "1")
    places = ("--artifacts-destination", str(store / "artifacts"), "--default-artifact-root", str(store / "artifacts"))
    return [Server("MLflow", (*command, "--backend-store-uri", f"sqlite:///{store / 'mlflow.db'}", *places), port)]


def _dbt_docs(settings: Settings, port: int, host: str) -> list[Server]:
    page = (sys.executable, "-m", "http.server", str(port), "--bind", host, "--directory", str(_docs(settings)))
    return [Server("dbt docs", page, port)]


def _api(settings: Settings, port: int, host: str) -> list[Server]:
    command = (sys.executable, "-m", "eshop_dagster.cli", "api", "--home", str(settings.home))
    return [Server("API", (*command, "--host", host, "--port", str(port)), port)]


def _dashboard(settings: Settings, port: int, host: str) -> list[Server]:
    """Return the dashboard; without a login it is for this machine only, wherever the others listen."""
    reach = host if dashboard_secrets_file().exists() else _HERE
    command = (sys.executable, "-m", "eshop_dagster.cli", "dashboard", "--home", str(settings.home))
    return [Server("Dashboard", (*command, "--host", reach, "--port", str(port)), port)]


_SERVERS: Mapping[Ui, Callable[[Settings, int, str], list[Server]]] = {
    Ui.DAGSTER: _dagster,
    Ui.MLFLOW: _mlflow,
    Ui.DOCS: _dbt_docs,
    Ui.API: _api,
    Ui.DASHBOARD: _dashboard,
}


def _serve(servers: list[Server], settings: Settings) -> None:
    environment = child_environment(settings, MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    logs = settings.home / "logs"
    logs.mkdir(exist_ok=True)
    # Set even for SIGINT: a shell that starts a command in the background makes it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    children: list[tuple[Server, subprocess.Popen[bytes]]] = []
    try:
        for server in servers:
            with (logs / f"{server.name.lower().replace(' ', '-')}.log").open("ab") as log:
                children.append(
                    # A group of its own: Ctrl-C reaches this process only, which then ends them in order.
                    (
                        server,
                        subprocess.Popen(
                            server.command,
                            cwd=PROJECT_DIR,
                            env=environment,
                            stdout=log,
                            stderr=log,
                            start_new_session=True,
                        ),
                    )
                )
        for server, child in children:
            if server.port is not None:
                _await_port(server, child, logs)
                typer.echo(f"{server.name}: http://127.0.0.1:{server.port}")
        typer.echo(f"logs: {logs}   press Ctrl-C to end")
        while True:
            for server, child in children:
                if child.poll() is not None:
                    raise CommandError(f"{server.name} ended with status {child.returncode}: see {logs}")
            time.sleep(0.5)
    except KeyboardInterrupt:
        typer.echo("ending …")
    finally:
        _end([child for _, child in children])


def _await_port(server: Server, child: "subprocess.Popen[bytes]", logs: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise CommandError(f"{server.name} ended with status {child.returncode} before it answered: see {logs}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port or 0)) == 0:
                return
        time.sleep(0.2)
    raise CommandError(f"{server.name} did not answer on port {server.port} within 120 s: see {logs}")


def _end(children: "list[subprocess.Popen[bytes]]") -> None:
    """End every child and all their descendants; those that do not listen are killed."""
    everyone = []
    for child in children:
        if child.poll() is None:
            everyone += [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
    _gone, alive = psutil.wait_procs(everyone, timeout=_STOP_SECONDS)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def _require_free(ui: Ui, port: int, host: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"port {port} for {ui} is taken ({error.strerror}): end what listens there, or choose another with "
                f"{_PORT_OPTIONS[ui]}"
            ) from error
