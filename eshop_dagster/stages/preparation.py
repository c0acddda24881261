"""Preparation: what a training is given, alike for the job, `dvc repro` and a reproduction.

The snapshot holds everything: the data, and what is read of the registry. That part stays as it was recorded while it
still belongs to the data; otherwise a first model's own promotion would make every second run train again.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from eshop_dagster.adapters.model_file import model_bytes
from eshop_dagster.adapters.registry import ModelVersion
from eshop_dagster.shop import Shop, in_currency_of
from eshop_dagster.stages.build import Plan
from eshop_dagster.stages.champions import present_champion, published_ids
from eshop_dagster.stages.continuation import (
    REGISTRY_FILE,
    RegistryState,
    continuation_of,
    registry_states,
    write_state,
)
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.provenance import code_tags
from eshop_dagster.stages.snapshot import Snapshot, SnapshotError, write_snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def prepare_snapshot(platform: Platform, plan: Plan) -> Snapshot:
    """Write what models learn from: rows of the warehouse, and the champions whose segment ids go on.

    Raises:
        SnapshotError: the features of a cut-off are not in the warehouse.
        RegistryUnavailable: MLflow is away.
    """
    snapshot = write_snapshot(platform, plan)
    for kind in (KINDS[name] for name in platform.params.models):
        if kind.has_segments:
            _record(platform, kind, snapshot)
    return snapshot


def train(kind: Kind, snapshot: Snapshot, params: Params) -> Trained:
    """Return a kind's model, trained on a snapshot: nothing but the snapshot and the parameters decides its bytes.

    Its plots and its reason name the currency of the snapshot's shop.
    """
    return _in_currency(kind.train(snapshot, params, continuation_of(kind, snapshot)), snapshot.shop)


def training_identity(params: Params, kind: Kind, snapshot: Snapshot, dvc_hash: str) -> dict[str, str]:
    """Return tags that two versions share if, and only if, they were trained on the same with the same code.

    A kind that continues no champion looks at the data alone: another champion of the segmentation is no reason to
    train it again.
    """
    trained_on = {"dvc_hash": dvc_hash} if kind.has_segments else {"data_hash": data_hash(snapshot.folder)}
    code = {name: value for name, value in code_tags().items() if name in ("code_hash", "lock_file_hash")}
    return {**trained_on, "params_digest": params.digest(kind.name), **code}


def data_hash(folder: Path) -> str:
    """Return one hash over a snapshot's files without those that the registry decides."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.name != REGISTRY_FILE and path.suffix != ".skops"):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]


def require_present_registry(platform: Platform, kind: Kind, snapshot: Snapshot, identity: Mapping[str, str]) -> None:
    """Raise a SnapshotError where another champion came since the snapshot was taken: ids would be given twice."""
    if not kind.has_segments:
        return
    recorded, version = registry_states(snapshot.folder).get(kind.name), platform.registry.champion(kind.name)
    if recorded is None or _still_holds(platform, kind, recorded, version, identity):
        return
    raise SnapshotError(
        f"the snapshot was taken for version {recorded.champion or 'none'} of {kind.name}, and version "
        f"{version.version if version else 'none'} is champion now: take the snapshot again (materialise "
        "`training_snapshot`, or `eshop run`)"
    )


def _in_currency(trained: Trained, shop: Shop) -> Trained:
    for figure in trained.figures.values():
        name_currency(figure, shop)
    trained.reason = in_currency_of(shop, trained.reason)
    if trained.stand_in is not None:
        _in_currency(trained.stand_in, shop)
    return trained


def name_currency(figure: "Figure", shop: Shop) -> None:
    """Write the shop's currency wherever a plot, which knows no shop, names the columns' own."""
    from matplotlib.text import Text

    for part in figure.findobj(Text):
        if isinstance(part, Text) and "BRL" in part.get_text():
            part.set_text(in_currency_of(shop, part.get_text()))


def _record(platform: Platform, kind: Kind, snapshot: Snapshot) -> None:
    recorded, version = registry_states(snapshot.folder).get(kind.name), platform.registry.champion(kind.name)
    if recorded is not None:
        dvc_hash = platform.snapshots.hash_of(snapshot.folder)
        identity = training_identity(platform.params, kind, snapshot, dvc_hash)
        if _still_holds(platform, kind, recorded, version, identity):
            return
    champion = present_champion(platform, kind.name)
    content = model_bytes(champion.model) if champion and champion.model is not None else None
    state = RegistryState(
        champion=champion.version.version if champion else None,
        model_sha256=hashlib.sha256(content).hexdigest() if content is not None else None,
        published_ids=published_ids(platform, kind.name),
    )
    write_state(snapshot.folder, kind.name, state, content)


def _still_holds(
    platform: Platform,
    kind: Kind,
    recorded: RegistryState,
    champion: ModelVersion | None,
    identity: Mapping[str, str],
) -> bool:
    """Return whether a training on the snapshot as it stands would still be the right one.

    It is where the champion is the recorded one and nothing was published since; where the champion came of just this
    training; and where this training went back to the recorded one, which a person did and no run undoes.
    """
    number = champion.version if champion else None
    if champion is not None and identity.items() <= champion.tags.items():
        return True
    if number != recorded.champion:
        return False
    ids = published_ids(platform, kind.name)
    return ids == recorded.published_ids or platform.registry.find_version(kind.name, identity) is not None
