"""What the API answers from: one release and the models that belong to it, as one object that never changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from eshop_dagster.adapters.customer_index import BrokenRelease, CustomerIndex, build_index
from eshop_dagster.adapters.feature_sql import FeatureSql, compiled_features
from eshop_dagster.adapters.newcomers import Newcomers, newcomers_of
from eshop_dagster.adapters.registry import LoadedModel
from eshop_dagster.adapters.release import current_name, open_release
from eshop_dagster.shop import BRAZIL, Shop, in_currency_of
from eshop_dagster.stages.champions import serving_champion, versions, window_of
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform

ASKED = ("spend", "segmentation")
"""The kinds of model that are asked while a request waits; the forecast was made with the release."""


@dataclass(frozen=True)
class Answering:
    """The model of one kind that answers, and where its answers by key come from.

    Attributes:
        name: the kind.
        pipeline: the fitted model; None where nothing answers.
        version: as registered; None without a model.
        data_version: DVC hash of the data that it learned from.
        is_from_release: whether the release's scores are this model's; otherwise it is asked about the release's
            features, so that by key and by history say the same.
        personas: the segments' names by id, of a segmentation.
    """

    name: str
    pipeline: Any | None
    version: int | None
    data_version: str | None
    is_from_release: bool
    personas: Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class ReleaseData:
    """What is kept of one release; none of its files is needed afterwards.

    `window_days` is the length of the window that expected spend is of; `without_model` says by kind why no version
    made the release's scores.
    """

    name: str
    data_through: str
    manifest_models: Mapping[str, Mapping[str, Any] | None]
    customers: CustomerIndex
    newcomers: Newcomers
    forecast: pa.Table
    shop: Shop = BRAZIL
    window_days: int | None = None
    without_model: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_of_date(self) -> date:
        """The cut-off of the scores: the day after the last one known."""
        return self.customers.as_of_date


@dataclass(frozen=True)
class Signs:
    """What tells that a new state is due: the release's name and the champions' versions."""

    release: str | None
    champions: Mapping[str, int | None]


@dataclass(frozen=True, eq=False)
class State:
    """Everything that one answer is made of. A request takes it once.

    Attributes:
        release: the published data.
        spend: what answers expected spend.
        segmentation: what answers segments; its pipeline is None before the first champion.
        signs: what it was built by.
        waiting: why a champion does not answer yet, by kind.
        models: every version of every model, as `/models` shows it.
        feature_sql: turns posted orders into features.
        built_at: when.
    """

    release: ReleaseData
    spend: Answering
    segmentation: Answering
    signs: Signs
    waiting: Mapping[str, str]
    models: list[dict[str, Any]]
    feature_sql: FeatureSql
    built_at: datetime

    def version_of(self, kind: str) -> int | None:
        """Return the version of a kind that answers now, or that made what the release holds; None without one."""
        if kind in ASKED:
            answering: Answering = getattr(self, kind)
            return answering.version
        return (self.release.manifest_models.get(kind) or {}).get("version")


def read_signs(platform: Platform) -> Signs:
    """Return the signs as they are now.

    Raises:
        RegistryError: the registry does not answer.
    """
    champions = {kind: platform.registry.champion_number(kind) for kind in KINDS}
    return Signs(current_name(platform.home), champions)


def build_state(platform: Platform, scratch: Path, signs: Signs, before: State | None) -> State:
    """Return the state of now; what did not change is taken over from the one before.

    Args:
        platform: the home.
        scratch: where the customers' arrays are mapped.
        signs: read before; what moves while this builds differs from them, and is taken up next time.
        before: the present state.

    Raises:
        NoRelease: nothing was published.
        BrokenRelease: the release cannot be served.
        RegistryError: a champion cannot be used.
    """
    is_same = before is not None and before.release.name == signs.release
    release = before.release if before and is_same else _read_release(platform, scratch)
    answering, waiting = {}, {}
    for kind in ASKED:
        answering[kind], waiting[kind] = _answering(platform, kind, release, getattr(before, kind, None))
    return State(
        release=release,
        spend=answering["spend"],
        segmentation=answering["segmentation"],
        signs=signs,
        waiting={kind: why for kind, why in waiting.items() if why},
        models=read_models(platform),
        feature_sql=before.feature_sql if before else FeatureSql(compiled_features()),
        built_at=datetime.now(UTC),
    )


def _read_release(platform: Platform, scratch: Path) -> ReleaseData:
    release = open_release(platform.home)
    missing = {"customer_scores", "revenue_forecast"} - set(release.manifest["tables"])
    if missing:
        raise BrokenRelease(
            f"release {release.name} has no {' and no '.join(sorted(missing))} yet: train and score with `eshop run`"
        )
    customers = build_index(release, scratch)
    return ReleaseData(
        name=release.name,
        data_through=str(release.manifest["data_through"]),
        manifest_models=release.manifest.get("models", {}),
        customers=customers,
        newcomers=newcomers_of(release, customers.as_of_date),
        forecast=release.query("SELECT * FROM revenue_forecast ORDER BY state, date"),
        shop=release.shop,
        window_days=release.window_days,
        without_model=release.manifest.get("without_model", {}),
    )


def _answering(platform: Platform, kind: str, release: ReleaseData, before: Answering | None) -> tuple[Answering, str]:
    """Return what answers for a kind, and why it is not the champion where it is not.

    A champion that did not make the release's scores is asked about the release's features. Without published features
    the version that made the scores goes on, until the next release. Where the release withholds segments that do not
    fit its customers, nobody is given one here either.
    """
    made = (release.manifest_models.get(kind) or {}).get("version")
    champion = platform.registry.champion(kind)
    wanted = champion.version if champion else None
    waits = ""
    if wanted != made and release.customers.features is None:
        waits = f"champion {wanted} waits for the next release: release {release.name} publishes no features to ask it"
        wanted = made
    elif champion and made is None and _is_withheld(kind, why := release.without_model.get(kind, "")):
        waits = f"champion {wanted} waits for the next release: of release {release.name}, {why}"
        wanted = made
    elif champion and wanted != made and KINDS[kind].has_window:
        days = window_of(platform, champion)
        if days != release.window_days:
            waits = (
                f"champion {wanted} predicts {days} days and waits for the next release: release {release.name} "
                f"publishes {release.window_days}"
            )
            wanted = made
    if before is not None and before.version == wanted and wanted is not None:
        return _described(before, wanted == made), waits
    if wanted is None:
        return Answering(kind, None, None, None, made is None, {}), waits
    serving = serving_champion(platform, kind) if not waits else platform.registry.load(kind, wanted)
    if serving is None or serving.version.version != wanted:
        raise BrokenRelease(f"the champion of {kind} moved while version {wanted} was opened; it is tried again")
    return _answering_by(kind, serving, wanted == made), waits


def _is_withheld(kind: str, why: str) -> bool:
    """Return whether a release says that a champion does not fit its customers."""
    scores = KINDS[kind].customers
    return bool(scores and scores.fit and why.startswith(scores.fit.unfit))


def _answering_by(kind: str, serving: LoadedModel, is_from_release: bool) -> Answering:
    personas = {
        int(one["segment_id"]): {"name_pt": one["name_pt"], "name_en": one["name_en"]}
        for one in json.loads(serving.version.tags.get("personas", "[]"))
    }
    version = serving.version
    return Answering(kind, serving.pipeline, version.version, version.tags.get("dvc_hash"), is_from_release, personas)


def _described(before: Answering, is_from_release: bool) -> Answering:
    return Answering(
        before.name, before.pipeline, before.version, before.data_version, is_from_release, before.personas
    )


def read_models(platform: Platform) -> list[dict[str, Any]]:
    """Return every version of every model, the newest first in each kind, as JSON holds it."""
    return [
        {
            "model": kind,
            "version": one.version.version,
            "aliases": list(one.aliases),
            "estimator": one.version.tags.get("candidate"),
            "made_at": datetime.fromtimestamp(one.created_at_ms / 1000, UTC).isoformat(timespec="seconds"),
            "promoted_at": one.version.tags.get("promoted_at"),
            "outcome": one.version.tags.get("outcome"),
            "reason": in_currency_of(platform.shop, one.version.tags.get("reason") or "") or None,
            "data_version": one.version.tags.get("dvc_hash"),
            "git_commit": one.version.tags.get("git_commit"),
            "metrics": {name: value for name, value in sorted(one.metrics.items()) if abs(value) < float("inf")},
        }
        for kind, found in versions(platform).items()
        for one in found
    ]
