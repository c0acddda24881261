"""dbt, run in this process: starting it as a child costs seconds a call, and Dagster's own wrapper about six."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from eshop_dagster.adapters.shop_file import HOLIDAYS, read_shop, write_holidays
from eshop_dagster.adapters.table_records import HeldResult
from eshop_dagster.adapters.warehouse import Warehouse, refuse_damage
from eshop_dagster.faults import fault_point
from eshop_dagster.settings import DBT_PROJECT_DIR, apply_telemetry_switches, duckdb_memory

MANIFEST = DBT_PROJECT_DIR / "target" / "manifest.json"

PARSED = MANIFEST.with_suffix(".msgpack")
"""The manifest in the form in which dbt itself takes it up again; nothing in it belongs to one home."""

_WRITES_MANIFEST = ("parse", "docs")
"""Commands that parse the project themselves, for the files which dbt writes then."""


class DbtError(RuntimeError):
    """dbt could not do what was asked; the message names each node that failed and its error."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one model or test.

    Attributes:
        unique_id: dbt's name of the node, such as `model.eshop.fct_orders`.
        status: `success`, `pass`, `warn`, `fail`, `error` or `skipped`.
        failures: rows that broke a test; None for a model.
        seconds: time taken.
        message: dbt's own words.
    """

    unique_id: str
    status: str
    failures: int | None
    seconds: float
    message: str

    @property
    def is_ok(self) -> bool:
        """Whether this node stops nothing: a warning does not."""
        return self.status in ("success", "pass", "warn")


def project_hash() -> str:
    """Return a hash of every file of the dbt project: another hash may build other tables."""
    digest = hashlib.sha256()
    for folder in ("models", "macros", "tests", "seeds"):
        for path in sorted((DBT_PROJECT_DIR / folder).rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(DBT_PROJECT_DIR)).encode() + b"\0" + path.read_bytes())
    digest.update((DBT_PROJECT_DIR / "dbt_project.yml").read_bytes())
    return digest.hexdigest()[:16]


def ensure_manifest() -> Path:
    """Return the path of the project's manifest, parsing only when a file of the project, or dbt, has changed."""
    stamp = MANIFEST.with_name("manifest.hash")
    wanted = f"{project_hash()} dbt {version('dbt-core')} duckdb {version('dbt-duckdb')}"
    if _is_parsed(stamp, wanted):
        return MANIFEST
    MANIFEST.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(MANIFEST.with_name("manifest.lock")):
        if not _is_parsed(stamp, wanted):
            with tempfile.TemporaryDirectory(dir=MANIFEST.parent) as folder:
                run_dbt(["parse", "--no-partial-parse"], home=Path(folder), target=Path(folder))
                os.replace(Path(folder) / "partial_parse.msgpack", PARSED)
                os.replace(Path(folder) / "manifest.json", MANIFEST)
            stamp.write_text(wanted)
    return MANIFEST


def _is_parsed(stamp: Path, wanted: str) -> bool:
    return MANIFEST.exists() and PARSED.exists() and stamp.exists() and stamp.read_text() == wanted


def _parsed_project() -> Any:
    """Return the parsed project for one command of dbt's, which writes into it: parsing costs seconds for each home."""
    from dbt.contracts.graph.manifest import Manifest

    ensure_manifest()
    manifest = Manifest.from_msgpack(PARSED.read_bytes())
    manifest.build_flat_graph()
    return manifest


def manifest_nodes() -> Mapping[str, Any]:
    """Return the parsed manifest's nodes by unique id."""
    nodes: Mapping[str, Any] = json.loads(ensure_manifest().read_text())["nodes"]
    return nodes


def model_names(*, tag: str | None = None, exclude_tag: str | None = None) -> list[str]:
    """Return the names of the models with a tag, or of those without another."""
    models = [node for node in manifest_nodes().values() if node["resource_type"] == "model"]
    return sorted(
        node["name"]
        for node in models
        if (tag is None or tag in node["tags"]) and (exclude_tag is None or exclude_tag not in node["tags"])
    )


def tables_read_by(tag: str) -> list[str]:
    """Return the tables, not the views, that the models with a tag read and that are built without them."""
    nodes = manifest_nodes()
    models = [node for node in nodes.values() if node["resource_type"] == "model" and tag in node["tags"]]
    read = {parent for node in models for parent in node["depends_on"]["nodes"]}
    return sorted(
        nodes[parent]["name"]
        for parent in read
        if parent in nodes
        and nodes[parent]["resource_type"] == "model"
        and nodes[parent]["config"]["materialized"] != "view"
        and tag not in nodes[parent]["tags"]
    )


def checks_by_table(results: list[NodeResult], tables: list[str]) -> dict[str, dict[str, str]]:
    """Return each table's tests with their status by name; a test is of the table on which it is shown."""
    nodes = manifest_nodes()
    checks: dict[str, dict[str, str]] = {table: {} for table in tables}
    for result in results:
        node = nodes[result.unique_id]
        attached = nodes.get(node.get("attached_node") or "", {}).get("name")
        table = node["config"]["meta"].get("dagster", {}).get("ref", {}).get("name") or attached
        if table in checks:
            checks[table][node["name"]] = result.status
    return checks


def as_held(results: list[NodeResult], at: datetime) -> list[HeldResult]:
    """Return the results of a run of tests as they are kept until something changes."""
    return [HeldResult(one.unique_id, one.status, one.failures or 0, one.message or "ok", at) for one in results]


def run_dbt(
    arguments: list[str],
    *,
    home: Path,
    target: Path | None = None,
    variables: Mapping[str, str] | None = None,
    on_node: Callable[[NodeResult], None] = lambda node: None,
) -> list[NodeResult]:
    """Run one dbt command on a home's warehouse and return what became of each node.

    Args:
        arguments: such as `["run", "--select", "marts"]`.
        home: the data home; dbt's target and log folders lie in it.
        target: where dbt writes, when not `<home>/dbt`.
        variables: environment variables that the models read while they run.
        on_node: told of each node as it ends.

    Raises:
        DbtError: dbt itself failed (a model's or test's failure is in the results).
        WarehouseDamaged: a model or a test came upon a damaged block.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    def listen(event: Any) -> None:
        if event.info.name in ("LogModelResult", "LogTestResult", "LogSeedResult"):
            fault_point("dbt.middle")
            info = event.data.node_info
            on_node(NodeResult(info.unique_id, str(info.node_status).lower(), None, event.data.execution_time, ""))

    folder = target or home / "dbt"
    manifest = None if arguments[0] in _WRITES_MANIFEST else _parsed_project()
    if arguments[0] in ("build", "run"):
        write_holidays(home)
    with _environment({**_of_home(home), "ESHOP_DUCKDB_MEMORY": duckdb_memory(), **(variables or {})}):
        apply_telemetry_switches()
        try:
            outcome = dbtRunner(manifest, callbacks=[listen]).invoke(
                [
                    *("--quiet", "--no-use-colors", "--log-level-file", "info"),
                    *("--log-path", str(folder / "logs")),
                    *arguments,
                    # Its JSON files cost 0.4 s a command, and only `parse` is asked for one.
                    *(() if arguments[0] in _WRITES_MANIFEST else ("--no-write-json",)),
                    *("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)),
                    *("--target-path", str(folder)),
                ]
            )
        finally:
            # dbt keeps DuckDB open for its next command, and DuckDB admits one writing process.
            DuckDBConnectionManager.close_all_connections()
    if outcome.exception is not None:
        refuse_damage(Warehouse(home).path, str(outcome.exception))
        raise DbtError(f"`dbt {arguments[0]}` failed: {outcome.exception}") from outcome.exception
    results = [
        NodeResult(
            result.node.unique_id,
            str(result.status),
            result.failures,
            result.execution_time,
            (result.message or "").strip(),
        )
        for result in getattr(outcome.result, "results", [])
    ]
    for node in results:
        refuse_damage(Warehouse(home).path, node.message)
    return results


def raise_on_failure(command: str, results: list[NodeResult]) -> None:
    """Raise DbtError naming every node that failed or was skipped, with dbt's words."""
    failed = [result for result in results if not result.is_ok]
    if failed:
        lines = "\n".join(f"- {result.unique_id}: {result.status} {result.message}" for result in failed)
        raise DbtError(f"`dbt {command}`: {len(failed)} of {len(results)} nodes failed\n{lines}")


def _of_home(home: Path) -> dict[str, str]:
    """Return what the models read of the home and its shop."""
    shop = read_shop(home)
    return {
        "ESHOP_HOME": str(home),
        "ESHOP_HOLIDAYS": str(home / HOLIDAYS),
        "ESHOP_COUNTRY": shop.country,
        "ESHOP_TIME_ZONE": shop.time_zone,
    }


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for the time of one command: dbt's models read them, and nothing else does."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
