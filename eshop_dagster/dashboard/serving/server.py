"""The dashboard's server: Streamlit's own, with the house's settings and nothing that calls out."""

import tomllib
from contextlib import suppress
from pathlib import Path
from threading import Thread

from eshop_dagster.adapters.release import NoRelease, current_name
from eshop_dagster.dashboard.charts.theme import ACCENT, CATEGORIES, GRID, TEXT
from eshop_dagster.settings import load_settings

SCRIPT = Path(__file__).with_name("script.py")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


_LOGIN_NEEDS = ("redirect_uri", "cookie_secret")


class HostRefused(ValueError):
    """The dashboard would be open to others without a login."""


def has_login(secrets_file: Path) -> bool:
    """Return whether the file configures a login; without a file there is none.

    Raises:
        HostRefused: the file is there and configures none: somebody wanted a login that would let everybody in.
    """
    if not secrets_file.exists():
        return False
    wanted = "expected a table [auth] with redirect_uri and cookie_secret (docs/dashboard.md), or no such file"
    try:
        login = tomllib.loads(secrets_file.read_text(encoding="utf-8")).get("auth")
    except (OSError, ValueError) as error:
        raise HostRefused(f"the login cannot be read from {secrets_file}: {error}; {wanted}.") from error
    if not isinstance(login, dict):
        raise HostRefused(f"{secrets_file} has no table [auth], so that nobody would be asked to log in: {wanted}.")
    missing = [name for name in _LOGIN_NEEDS if not (isinstance(login.get(name), str) and login[name].strip())]
    if missing:
        raise HostRefused(f"[auth] in {secrets_file} has no {' and no '.join(missing)}: {wanted}.")
    return True


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


def serve(home: Path, host: str, port: int, secrets_file: Path, *, has_login: bool) -> None:
    """Serve until Ctrl-C; what takes seconds to import is imported before the first visitor asks."""
    from streamlit.web import bootstrap

    from eshop_dagster.dashboard.access import demand_login

    if has_login:
        demand_login()
    wanted = options(host, port, secrets_file, has_login=has_login)
    chosen = {name.replace(".", "_"): value for name, value in wanted.items()}
    bootstrap.load_config_options(chosen)
    Thread(target=_warm_up, args=(home,), daemon=True, name="warm-up").start()
    bootstrap.run(str(SCRIPT), False, [], chosen)


def _warm_up(home: Path) -> None:
    """Import what pages need, and open the champions once: MLflow and the models' libraries take seconds."""
    import eshop_dagster.dashboard.app  # noqa: F401
    from eshop_dagster.adapters.registry import RegistryError
    from eshop_dagster.dashboard.opening import opening
    from eshop_dagster.stages.champions import present_champion
    from eshop_dagster.stages.parameters import load_params
    from eshop_dagster.stages.platform import Platform

    # A home that nothing was ever run in has no registry yet, and looking must not make one.
    if current_name(home) is None:
        return
    with suppress(NoRelease):
        opening(home).database()
    with suppress(RegistryError):
        present_champion(Platform(load_settings(home), load_params()), "segmentation")


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
