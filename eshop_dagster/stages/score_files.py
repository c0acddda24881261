"""What the champions said last, as files in the home: the tables of one scoring count all at once, or not at all."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from eshop_dagster.adapters.files import parquet_bytes, write_atomically, write_json
from eshop_dagster.faults import fault_point

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import ModelVersion


@dataclass(frozen=True)
class ScoreFiles:
    """What counts now.

    Attributes:
        tables: the Parquet file of each table.
        models: version and snapshot's DVC hash of each model that made them, or None where a stand-in did.
    """

    tables: Mapping[str, Path]
    models: Mapping[str, Mapping[str, Any] | None]


def read_scores(home: Path) -> ScoreFiles:
    """Return the score files that count; none before the first scoring."""
    path = _list_of(home)
    known = json.loads(path.read_text()) if path.exists() else {"tables": {}, "models": {}}
    return ScoreFiles({table: path.parent / name for table, name in known["tables"].items()}, known["models"])


def keep_scores(home: Path, tables: Mapping[str, pa.Table], models: "Mapping[str, ModelVersion | None]") -> None:
    """Put tables, and the models that made them, in the place of those of the same names; the others stay.

    The files lie under new names until one rename of the list makes them count: a kill before leaves the scores of
    before, whole, with the models that made those.
    """
    before, stamp = read_scores(home), uuid.uuid4().hex[:8]
    folder = _list_of(home).parent
    written = {table: folder / f"{table}-{stamp}.parquet" for table in tables}
    for table, path in written.items():
        write_atomically(path, parquet_bytes(tables[table]))
    now = {**before.tables, **written}
    fault_point("scores.swap")
    write_json(
        _list_of(home),
        {
            "tables": {table: path.name for table, path in now.items()},
            "models": {**before.models, **{name: _origin(model) for name, model in models.items()}},
        },
    )
    # What a scoring that was killed left goes too; a release has links of its own.
    for path in set(folder.glob("*.parquet")) - set(now.values()):
        path.unlink()


def _list_of(home: Path) -> Path:
    return home / "scores" / "scores.json"


def _origin(model: "ModelVersion | None") -> dict[str, object] | None:
    return {"version": model.version, "dvc_hash": model.tags.get("dvc_hash")} if model else None
