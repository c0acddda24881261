"""`eshop api`: the HTTP API of one home."""

from typing import Annotated

import typer

from eshop_dagster.cli.output import CommandError, HomeOption
from eshop_dagster.settings import activate, limit_numeric_threads, load_settings

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LARGEST_BACKLOG = 2048


def api(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but 127.0.0.1 lets others in.")
    ] = "127.0.0.1",
    rate: Annotated[
        str, typer.Option(help="Requests of one key, such as 200/second or 5000/minute; 0 for no limit.")
    ] = "200/second",
    keys: Annotated[bool, typer.Option("--keys/--no-keys", help="Whether an API key is needed.")] = True,
    home: HomeOption = None,
) -> None:
    """Answer expected spend, segments and the forecast over HTTP, from the published release and the champions.

    A new release, champion or key is taken up within seconds, without a restart. Keys are made by `eshop keys create`;
    without them (`--no-keys`) the API listens to this machine only. Ctrl-C ends it once running requests are answered.

    - `eshop api --port 8000`
    """
    # Before numpy and its kin are loaded: a model asked about one customer must not start a thread per core.
    limit_numeric_threads()
    settings = load_settings(home)
    activate(settings)
    if not keys and host not in _LOOPBACK:
        raise CommandError(f"--no-keys with --host {host} would let anybody in: leave one of them out")
    _serve(settings.home, host, port, rate if rate != "0" else None, needs_keys=keys)


def _serve(home: "HomeOption", host: str, port: int, rate: str | None, *, needs_keys: bool) -> None:
    import gc
    import logging
    import sys

    import uvicorn

    from eshop_dagster.api.app import ApiLimits, create_app
    from eshop_dagster.stages.parameters import load_params
    from eshop_dagster.stages.platform import Platform

    try:
        limits = ApiLimits(rate=rate, needs_keys=needs_keys)
        app = create_app(Platform(load_settings(home), load_params()), limits)
    except ValueError as error:
        raise CommandError(f"--rate {rate}: {error}; expected such as 200/second, or 0") from error
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Threads give up the interpreter sooner, so that the event loop answers while a batch is computed; and the search
    # for cycles stops them all for 5 ms at most: at a hundred thousand objects it were 60, at seven hundred too often.
    sys.setswitchinterval(0.001)
    gc.set_threshold(10_000, 50, 100)
    uvicorn.run(
        app,
        host=host,
        port=port,
        # Addresses with a customer's key must not end up in a log.
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=_LARGEST_BACKLOG,
        timeout_graceful_shutdown=10,
    )
