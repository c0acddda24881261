"""The one place that reads the environment: where the home is, which keys and servers to use."""

import base64
import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
PARAMS_FILE = PROJECT_DIR / "params.yaml"
LOCK_FILE = PROJECT_DIR / "requirements.lock"

_MASTER_KEY_BYTES = 32

_PLAIN_MARKS = " ./+,~()-_"
_PLAIN_PATH = re.compile(rf"[\w{re.escape(_PLAIN_MARKS)}]*")
"""Letters of any language, digits, and marks that mean nothing in SQL, globs, addresses and connection strings."""


class SettingsError(ValueError):
    """A setting has a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Where one platform lives and what it talks to.

    Attributes:
        home: the data home; everything that a run writes lies under it. Where its own path has marks that tools take
            for more than a name, a link to it: `home.resolve()` is its own path.
        mlflow_uri: an MLflow server, or None for the home's own SQLite store.
        mlflow_ui_url: where a person's browser finds the MLflow UI, for links.
        dvc_remote: URL of the DVC remote for snapshots, or None for a folder in the home.
        pseudonym_seed: fixes the customers' pseudonyms, so that two test homes can be compared; never in production.
    """

    home: Path
    mlflow_uri: str | None = None
    mlflow_ui_url: str = "http://127.0.0.1:5000"
    dvc_remote: str | None = None
    pseudonym_seed: str | None = None


def load_settings(home: Path | None = None) -> Settings:
    """Read the environment; an explicit `home` wins over `ESHOP_HOME`, which wins over the project's `data/`."""
    chosen = home or Path(os.environ.get("ESHOP_HOME") or PROJECT_DIR / "data")
    return Settings(
        home=_usable(chosen.expanduser().resolve()),
        mlflow_uri=os.environ.get("ESHOP_MLFLOW_URI") or None,
        mlflow_ui_url=os.environ.get("ESHOP_MLFLOW_UI_URL") or Settings.mlflow_ui_url,
        dvc_remote=os.environ.get("ESHOP_DVC_REMOTE") or None,
        pseudonym_seed=os.environ.get("ESHOP_PSEUDONYM_SEED") or None,
    )


def _usable(home: Path) -> Path:
    """Return a path to a home that every tool takes: its own, or a link to it from the user's cache.

    DuckDB would take `*` for any name, dbt's driver would end a path at `#`, an apostrophe would end a text of SQL. The
    link's name is a hash of the home's path, so that every process makes the same.

    Raises:
        SettingsError: the link cannot be made, or would lie on such a path itself; or no link helps.
    """
    if _PLAIN_PATH.fullmatch(str(home)):
        return home
    if {*"?\\"} & {*str(home)}:
        # DuckDB follows the link: its log goes to what stands before a question mark, a backslash becomes a slash.
        raise SettingsError(
            f"the home {home} has a ? or a \\ in its path, and the warehouse's file cannot lie there: expected a path "
            "without (any other mark is fine). Rename that folder, or give another --home"
        )
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute()
    link = cache / "eshop" / "homes" / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    marks = sorted({*str(home)} - {*_PLAIN_MARKS} - {mark for mark in str(home) if mark.isalnum()})
    refusal = (
        f"the home {home} has {' '.join(marks)} in its path, which some tools take for more than a name; it is "
        f"reached by the link {link}, which cannot be made ({{}}): set XDG_CACHE_HOME to a folder of yours on a path "
        "of letters, digits and blanks, or give another --home"
    )
    if not _PLAIN_PATH.fullmatch(str(link)):
        raise SettingsError(refusal.format("its own path has such marks, too"))
    try:
        # A link to nothing can be neither filled nor found empty.
        home.mkdir(parents=True, exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):
            link.symlink_to(home)
    except OSError as error:
        raise SettingsError(refusal.format(error.strerror)) from error
    return link


def duckdb_memory() -> str:
    """Return what DuckDB may hold in memory before it spills to disk: `ESHOP_DUCKDB_MEMORY`, or 36 % of the machine."""
    given = os.environ.get("ESHOP_DUCKDB_MEMORY")
    return given or f"{max(1, int(0.36 * os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 10**9))}GB"


def master_key() -> bytes:
    """Return the vault's master key (32 bytes).

    From `ESHOP_MASTER_KEY` (base64, for production), else from the file `ESHOP_MASTER_KEY_FILE`
    (default `~/.config/eshop/master.key`), which is made on first use and readable by its owner only. It lies outside
    every
    data home, so that a copy of a home opens nothing.

    Raises:
        SettingsError: the key is not base64 of 32 bytes, or its file is readable by others.
    """
    encoded = os.environ.get("ESHOP_MASTER_KEY")
    if encoded:
        return _decode_master_key(encoded, "ESHOP_MASTER_KEY")
    path = master_key_file()
    if not path.exists():
        _make_master_key(path)
    if path.stat().st_mode & 0o077:
        raise SettingsError(
            f"the vault's master key {path} can be read by others (mode {path.stat().st_mode & 0o777:o}, "
            "expected 600): "
            f"run `chmod 600 {path}`"
        )
    return _decode_master_key(path.read_bytes(), str(path))


def master_key_file() -> Path:
    """Where the master key is kept when the environment does not hold it."""
    configured = os.environ.get("ESHOP_MASTER_KEY_FILE")
    if configured:
        return Path(configured).expanduser()
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "eshop" / "master.key"


def has_master_key() -> bool:
    """Whether there is a master key already; `master_key` makes one where there is none."""
    return bool(os.environ.get("ESHOP_MASTER_KEY")) or master_key_file().exists()


def master_key_place() -> str:
    """Where the master key comes from, for people to read."""
    return "ESHOP_MASTER_KEY" if os.environ.get("ESHOP_MASTER_KEY") else str(master_key_file())


def dashboard_secrets_file() -> Path:
    """Where the dashboard's login is configured: `ESHOP_DASHBOARD_SECRETS`, else beside the master key."""
    configured = os.environ.get("ESHOP_DASHBOARD_SECRETS")
    return Path(configured).expanduser() if configured else master_key_file().with_name("dashboard.toml")


def apply_telemetry_switches() -> None:
    """Switch off every tool's telemetry in this process and its children: each may hang without a network."""
    for name, value in TELEMETRY_SWITCHES.items():
        os.environ[name] = value


def limit_numeric_threads() -> None:
    """Let numerical libraries use one thread each; must run before they are imported, and holds for children, too."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def open_databases_afresh() -> None:
    """Let MLflow open its store for each question: an open connection answers from pages that it has read before."""
    os.environ["MLFLOW_SQLALCHEMYSTORE_POOLCLASS"] = "NullPool"


def armed_fault() -> str | None:
    """Return the fault point that a test has armed for this process (see `faults.py`)."""
    return os.environ.get("ESHOP_FAULT") or None


def image_commit() -> str | None:
    """Return the git commit that an image was built from; an image has no git history of its own."""
    return os.environ.get("ESHOP_GIT_COMMIT") or None


def activate(settings: Settings) -> None:
    """Make this process, and Dagster in it, work on these settings' home."""
    apply_telemetry_switches()
    os.environ["ESHOP_HOME"] = str(settings.home)
    os.environ["DAGSTER_HOME"] = str(settings.home / "dagster")
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = EVENT_BATCH_SIZE


def child_environment(settings: Settings, **extra: str) -> dict[str, str]:
    """Return the environment for a child process that works on the same home."""
    return {
        **os.environ,
        **TELEMETRY_SWITCHES,
        "ESHOP_HOME": str(settings.home),
        "DAGSTER_HOME": str(settings.home / "dagster"),
        "DAGSTER_EVENT_BATCH_SIZE": EVENT_BATCH_SIZE,
        **extra,
    }


EVENT_BATCH_SIZE = "1000"
"""Events of a backfill that Dagster stores in one transaction (see `defs/event_storage.py`)."""

TELEMETRY_SWITCHES = {
    # The word, not 1: dbt parses it as a boolean.
    "DO_NOT_TRACK": "true",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DVC_NO_ANALYTICS": "1",
    "DVC_STUDIO_OFFLINE": "true",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
}


def _make_master_key(path: Path) -> None:
    """Write a new key aside and link it in place: others see no key or a whole one, and the first one stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(_MASTER_KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()


def _decode_master_key(encoded: str | bytes, origin: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except ValueError as error:  # also raised for characters outside ASCII
        raise SettingsError(
            f"{origin} is not base64: expected 32 bytes as base64 (`openssl rand -base64 32`)"
        ) from error
    if len(key) != _MASTER_KEY_BYTES:
        raise SettingsError(
            f"{origin} holds {len(key)} bytes, expected {_MASTER_KEY_BYTES}: make one with `openssl rand -base64 32`"
        )
    return key
