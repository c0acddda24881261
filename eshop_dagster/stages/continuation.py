"""Continuation: the champion that a training goes on from, as files of the snapshot and from nowhere else.

A segmentation keeps the champion's ids. Were the champion asked for at training, the job, `dvc repro` and a later
reproduction could each be given another one.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import write_atomically, write_json
from eshop_dagster.adapters.model_file import open_model
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.snapshot import Snapshot, SnapshotError, content_sha256

REGISTRY_FILE = "registry.json"
_OWN_HASH = "sha256"


@dataclass(frozen=True)
class RegistryState:
    """What a training reads of the registry.

    Attributes:
        champion: the version whose ids are continued; None before the first.
        model_sha256: of the champion's model file; None where there is none, or none that can be used.
        published_ids: the segment ids of every version that ever was champion, rising.
    """

    champion: int | None
    model_sha256: str | None
    published_ids: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the state as `registry.json` holds it."""
        return {
            "champion": self.champion,
            "model_sha256": self.model_sha256,
            "published_ids": list(self.published_ids),
        }


@dataclass(frozen=True)
class Continuation:
    """What a training goes on from.

    Attributes:
        model: the champion's fitted model; None before the first, or where it cannot be used.
        used_ids: ids that were published, and are never given to another segment.
    """

    model: Any | None
    used_ids: tuple[int, ...]


def registry_states(folder: Path) -> dict[str, RegistryState]:
    """Return by model what was recorded in a snapshot's folder; nothing before the first record.

    Raises:
        SnapshotError: the record is not the one that was written.
    """
    path = folder / REGISTRY_FILE
    if not path.exists():
        return {}
    try:
        recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        # A record of an older platform has no hash of its own.
        is_whole = recorded.pop(_OWN_HASH, None) in (None, content_sha256(recorded))
        states = {
            model: RegistryState(one["champion"], one["model_sha256"], tuple(one["published_ids"]))
            for model, one in recorded.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        is_whole = False
    if not is_whole:
        raise SnapshotError(
            f"{path} is not as it was written, expected the hash that stands in it: delete the file and take the "
            "snapshot again (`eshop run` or `dvc repro snapshot`)"
        )
    return states


def write_state(folder: Path, model: str, state: RegistryState, content: bytes | None) -> None:
    """Record the state of one model's registry in a snapshot's folder, with the champion's model file beside it."""
    path = _model_path(folder, model)
    if content is None:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, content)
    states = {name: one.as_json() for name, one in {**registry_states(folder), model: state}.items()}
    write_json(folder / REGISTRY_FILE, {**states, _OWN_HASH: content_sha256(states)})


def continuation_of(kind: Kind, snapshot: Snapshot) -> Continuation | None:
    """Return what a kind's training on a snapshot goes on from; None for kinds that continue nothing.

    Raises:
        SnapshotError: the snapshot does not say, or its champion's file is not the one recorded.
    """
    if not kind.has_segments:
        return None
    state = registry_states(snapshot.folder).get(kind.name)
    if state is None:
        raise SnapshotError(
            f"{snapshot.folder / REGISTRY_FILE} says nothing of {kind.name}, expected the champion whose ids go on: "
            "take the snapshot again (`eshop run` or `dvc repro snapshot`)"
        )
    if state.model_sha256 is None:
        return Continuation(None, state.published_ids)
    content = _model_path(snapshot.folder, kind.name).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != state.model_sha256:
        raise SnapshotError(
            f"{_model_path(snapshot.folder, kind.name)} has SHA-256 {found}, expected {state.model_sha256} as recorded "
            "beside it: take the snapshot again (`eshop run` or `dvc repro snapshot`)"
        )
    return Continuation(open_model(content).remember_used_ids(state.published_ids), state.published_ids)


def _model_path(folder: Path, model: str) -> Path:
    return folder / f"{model}.skops"
