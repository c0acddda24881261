"""What the champions said last, as files in the home: the tables of one scoring count all at once, or not at all."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from eshop_dagster.adapters.files import file_sha256, is_file_of, parquet_bytes, write_atomically, write_json
from eshop_dagster.adapters.release import ReleaseDamaged, read_manifest
from eshop_dagster.faults import fault_point
from eshop_dagster.stages.release_files import link_or_copy

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import ModelVersion


# A run publishes what the refreshed warehouse holds before it scores: damaged scores would stop it each time.
_REMEDY = "delete scores/scores.json in the home: the release's own scores stay, and `eshop run` scores again"

_TOGETHER = (
    (
        ("customer_scores", "customer_features", "customer_segments", "customer_spend_reasons"),
        ("spend", "segmentation"),
    ),
    (("revenue_forecast",), ("revenue",)),
)
"""The tables of one scoring, and the models that make them."""


class ScoresDamaged(Exception):
    """The scores in the home are not those that were written."""


@dataclass(frozen=True)
class ScoreFiles:
    """What counts now.

    Attributes:
        tables: the Parquet file of each table.
        models: version and snapshot's DVC hash of each model that made them, or None where no model did.
        hashes: the SHA-256 of each table's file, as it was written.
        window_days: length of the window that expected spend is of; None before the first scoring.
    """

    tables: Mapping[str, Path]
    models: Mapping[str, Mapping[str, Any] | None]
    hashes: Mapping[str, str]
    window_days: int | None = None

    def sha256_of(self, table: str) -> str:
        """Return the hash of a table's file, which was read and held against it.

        Raises:
            ScoresDamaged: the file is lost, or is not the one that was written.
        """
        path, expected = self.tables[table], self.hashes[table]
        found = file_sha256(path) if path.exists() else "no file"
        if found != expected:
            raise ScoresDamaged(
                f"scores/{path.name} is not the file that was written ({found[:12]}, expected {expected[:12]}): "
                f"{_REMEDY}"
            )
        return found


def read_scores(home: Path) -> ScoreFiles:
    """Return the score files that count; none before the first scoring, or where an older platform scored.

    That one wrote no hashes, and its tables have columns of other names: the next scoring takes their place. Without a
    list, the scores of the current release count: readers keep them until the next scoring.

    Raises:
        ScoresDamaged: the list of the files is cut, or is not the one that was written.
    """
    path = _list_of(home)
    if not path.exists():
        return _released(home)
    try:
        known = json.loads(path.read_bytes())
        if known.keys() == {"tables", "models"}:
            return ScoreFiles({}, {}, {})
        is_whole = known.pop("sha256") == _digest(known)
    except (ValueError, KeyError, TypeError, AttributeError):
        is_whole = False
    if not is_whole:
        raise ScoresDamaged(f"scores/scores.json is not the file that was written: {_REMEDY}")
    tables = {table: path.parent / name for table, name in known["tables"].items()}
    return ScoreFiles(tables, known["models"], known["hashes"], known.get("window_days"))


def keep_scores(
    home: Path,
    tables: Mapping[str, pa.Table],
    models: "Mapping[str, ModelVersion | None]",
    window_days: int | None = None,
) -> None:
    """Put tables, and the models that made them, in the place of those of the same names; the others stay.

    So does the length of the window, where these tables say nothing of expected spend.

    The files lie under new names until one rename of the list makes them count: a kill before leaves the scores of
    before, whole, with the models that made those.
    """
    before, stamp = _read_or_released(home), uuid.uuid4().hex[:8]
    folder = _list_of(home).parent
    written = {table: folder / f"{table}-{stamp}.parquet" for table in tables}
    hashes = dict(before.hashes)
    for table, path in written.items():
        content = parquet_bytes(tables[table])
        write_atomically(path, content)
        hashes[table] = hashlib.sha256(content).hexdigest()
    # The scores of a release become files of their own again.
    elsewhere = {table: path for table, path in before.tables.items() if path.parent != folder and table not in tables}
    for table, path in elsewhere.items():
        link_or_copy(path, folder / f"{table}-{stamp}.parquet")
    taken_over = {table: folder / f"{table}-{stamp}.parquet" for table in elsewhere}
    now = {**before.tables, **taken_over, **written}
    fault_point("scores.swap")
    listed = {
        "tables": {table: path.name for table, path in now.items()},
        "hashes": hashes,
        "models": {**before.models, **{name: _origin(model) for name, model in models.items()}},
        "window_days": before.window_days if window_days is None else window_days,
    }
    write_json(_list_of(home), {**listed, "sha256": _digest(listed)})
    # What a scoring that was killed left goes too; a release has links of its own.
    for path in set(folder.glob("*.parquet")) - set(now.values()):
        path.unlink()


def _read_or_released(home: Path) -> ScoreFiles:
    """Return what counts; where the list is damaged, what the current release holds, for the list is written again."""
    try:
        return read_scores(home)
    except ScoresDamaged:
        return _released(home)


def _released(home: Path) -> ScoreFiles:
    """Return the scores of the current release, each held against its hash; none without a sound release.

    Tables that belong together are taken together or not at all.
    """
    folder = home / "published" / "current"
    try:
        manifest = read_manifest(folder.resolve()) if folder.exists() else {}
    except ReleaseDamaged:
        manifest = {}
    tables, models, hashes = dict[str, Path](), dict[str, Any](), dict[str, str]()
    for names, kinds in _TOGETHER:
        present = [name for name in names if name in manifest.get("tables", {})]
        files = {
            name: manifest["tables"][name].get("files", {}).get(f"{name}.parquet", {}).get("sha256") for name in present
        }
        if present and all(is_file_of(folder / f"{name}.parquet", str(digest)) for name, digest in files.items()):
            tables |= {name: folder.resolve() / f"{name}.parquet" for name in present}
            hashes |= files
            models |= {kind: manifest["models"][kind] for kind in kinds if kind in manifest["models"]}
    return ScoreFiles(tables, models, hashes, manifest.get("window_days") if tables else None)


def _digest(listed: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def _list_of(home: Path) -> Path:
    return home / "scores" / "scores.json"


def _origin(model: "ModelVersion | None") -> dict[str, object] | None:
    return {"version": model.version, "dvc_hash": model.tags.get("dvc_hash")} if model else None
