"""Training snapshots by content hash, in the layout that DVC uses for its own cache and remotes.

What belongs here: folders in and out of DVC's object store. What does not: what a snapshot holds, `dvc.yaml` and
`dvc.lock` (only the `dvc repro` command writes those), git.

It stands on dvc_data and dvc_objects, the libraries with which the `dvc` command itself hashes and copies, so a folder
has the same hash and the same objects whichever of the two stored it. `import dvc` is left out on purpose: it
puts its own handlers on the process's loggers, and its `Repo` wants a project to write into. Analytics and the
look for updates live in the `dvc` command, not in these libraries.
"""

from eshop_dagster.adapters.snapshot_store.objects import CorruptObject, SnapshotError, SnapshotMissing
from eshop_dagster.adapters.snapshot_store.remote import RemoteUnavailable
from eshop_dagster.adapters.snapshot_store.store import SnapshotStatus, SnapshotStore

__all__ = [
    "CorruptObject",
    "RemoteUnavailable",
    "SnapshotError",
    "SnapshotMissing",
    "SnapshotStatus",
    "SnapshotStore",
]
