"""The dashboard's server: Streamlit's own, with the house's settings and nothing that calls out."""

from pathlib import Path
from threading import Thread

from eshop_dagster.dashboard.charts.theme import ACCENT, CATEGORIES, GRID, TEXT

APP = Path(__file__).with_name("app.py")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class HostRefused(ValueError):
    """The dashboard would be open to others without a login."""


def check_host(host: str, *, has_login: bool, is_open_allowed: bool) -> None:
    """Raise HostRefused unless only this machine can come in, visitors log in, or a person said that all may."""
    if host in LOOPBACK or has_login or is_open_allowed:
        return
    raise HostRefused(
        f"the dashboard has no login, and on {host} everybody in the network could open it: expected 127.0.0.1. "
        "Configure a login (docs/dashboard.md), or say --without-login where something else guards the port."
    )


def options(host: str, port: int, secrets_file: Path, *, has_login: bool) -> dict[str, object]:
    """Return Streamlit's options by name."""
    return {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.showEmailPrompt": False,
        # A page of another site that resolves its own name to this machine must not read the dashboard.
        "server.allowedHosts": list(LOOPBACK) if host in LOOPBACK and not has_login else [],
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.disableDataExport": True,
        "global.disableWidgetStateDuplicationWarning": True,
        "secrets.files": [str(secrets_file)],
        **{f"theme.{name}": value for name, value in _THEME.items()},
    }


def serve(host: str, port: int, secrets_file: Path, *, has_login: bool) -> None:
    """Serve until Ctrl-C; what takes seconds to import is imported before the first visitor asks."""
    from streamlit.web import bootstrap

    chosen = {name.replace(".", "_"): value for name, value in options(
        host, port, secrets_file, has_login=has_login).items()}
    bootstrap.load_config_options(chosen)
    Thread(target=_import_early, daemon=True, name="imports").start()
    bootstrap.run(str(APP), False, [], chosen)


def _import_early() -> None:
    import eshop_dagster.dashboard.navigation  # noqa: F401


_THEME: dict[str, object] = {
    "base": "light",
    "primaryColor": ACCENT,
    "backgroundColor": "#F7F9FB",
    "secondaryBackgroundColor": "#FFFFFF",
    "textColor": TEXT,
    "borderColor": GRID,
    "baseRadius": "0.5rem",
    "showWidgetBorder": True,
    "chartCategoricalColors": list(CATEGORIES),
}
