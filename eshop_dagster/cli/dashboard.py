"""`eshop dashboard`: what marketing, sales and operations open in a browser."""

from typing import Annotated

import typer

from eshop_dagster.cli.output import CommandError, HomeOption
from eshop_dagster.settings import activate, dashboard_secrets_file, load_settings


def dashboard(
    home: HomeOption = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but 127.0.0.1 needs a login.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the dashboard.")] = 8501,
    without_login: Annotated[
        bool, typer.Option("--without-login", help="Listen on another address although nobody logs in.")
    ] = False,
) -> None:
    """Serve the dashboard, in Portuguese and English, over the published release; Ctrl-C ends it.

    - `eshop dashboard --port 8600`
    """
    from eshop_dagster.dashboard.serving.server import HostRefused, check_host, has_login, serve

    settings = load_settings(home)
    activate(settings)
    secrets = dashboard_secrets_file()
    try:
        is_guarded = has_login(secrets)
        check_host(host, has_login=is_guarded, is_open_allowed=without_login)
    except HostRefused as error:
        raise CommandError(str(error)) from error
    typer.echo(f"dashboard: http://127.0.0.1:{port}   press Ctrl-C to end")
    serve(settings.home, host, port, secrets, has_login=is_guarded)
