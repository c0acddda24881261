"""A champion as one file to take away: opened with Python, scikit-learn, XGBoost and skops alone."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from eshop_dagster.adapters.files import json_bytes, write_atomically
from eshop_dagster.adapters.model_file import MODEL_FILE, model_bytes, types_held
from eshop_dagster.adapters.registry import ModelVersion, RegistryError, pinned_requirements
from eshop_dagster.stages.champions import serving_champion
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.model_card import Card
from eshop_dagster.stages.model_code import code_for, packages_of
from eshop_dagster.stages.platform import Platform

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_ORIGIN = ("code_hash", "dvc_hash", "git_commit", "lock_file_hash", "params_digest", "candidate", "gate", "reason")
_PACKAGES = {"sklearn": "scikit-learn", "xgboost": "xgboost-cpu"}


@dataclass(frozen=True)
class ExportedModel:
    """What was written.

    Attributes:
        model: its name.
        version: the champion's.
        path: the zip.
        sha256: of the zip.
        files: names within it.
    """

    model: str
    version: int
    path: Path
    sha256: str
    files: tuple[str, ...]


def export_model(platform: Platform, name: str, to: Path) -> ExportedModel:
    """Write the champion of a model to one zip; the same champion and code give the same bytes.

    Raises:
        RegistryError: there is no such model, no champion, or it is not the one that was registered.
    """
    if name not in KINDS:
        raise RegistryError(f"there is no model {name!r}: expected one of {', '.join(KINDS)}")
    champion = serving_champion(platform, name)
    if champion is None:
        raise RegistryError(f"{name} has no champion yet: train one with `eshop run`; `eshop models` lists versions")
    content = model_bytes(champion.pipeline)
    _refuse_other(champion.version, content)
    types = types_held(content)
    files = _files(champion.version, KINDS[name].card(champion.pipeline, platform.shop), content, types)
    files["manifest.json"] = json_bytes(_manifest(champion.version, files))
    written = _zip(files)
    write_atomically(to, written)
    sha256 = hashlib.sha256(written).hexdigest()
    return ExportedModel(name, champion.version.version, to, sha256, tuple(sorted(files)))


def _files(version: ModelVersion, card: Card, content: bytes, types: list[str]) -> dict[str, bytes]:
    code = code_for(types)
    schema = {
        **{"model": version.name, "version": version.version, "question": KINDS[version.name].question},
        **{"input": card.inputs, "output": card.outputs, "trusted_types": types},
    }
    pins = pinned_requirements(_requirements(packages_of(code.values(), types)))
    return {
        MODEL_FILE: content,
        "schema.json": json_bytes(schema),
        "requirements.txt": ("\n".join(pins) + "\n").encode(),
        "example.csv": card.example.to_csv(index=False).encode(),
        "example.py": card.code.encode(),
        "README.md": card.readme(version, KINDS[version.name].question, pins).encode(),
        **code,
    }


def _requirements(imported: set[str]) -> tuple[str, ...]:
    """Return the distributions behind these imports, and those without which no model is opened."""
    known = {"numpy", "pandas", "scipy", "sklearn", "xgboost", "threadpoolctl"}
    names = {*(imported & known), "numpy", "pandas", "sklearn"}
    return tuple(sorted({*(_PACKAGES.get(name, name) for name in names), "skops"}))


def _refuse_other(version: ModelVersion, content: bytes) -> None:
    found, expected = hashlib.sha256(content).hexdigest(), version.tags.get("model_sha256")
    if found != expected:
        raise RegistryError(
            f"Version {version.version} of {version.name} was registered with SHA-256 {expected} and is written as "
            f"{found} by the libraries installed here: install those of requirements.lock, or train again"
        )


def _manifest(version: ModelVersion, files: dict[str, bytes]) -> dict[str, Any]:
    tags = version.tags
    return {
        "model": version.name,
        "version": version.version,
        "made_of": {name: tags[name] for name in _ORIGIN if name in tags},
        "tables": {name.partition(".")[2]: value for name, value in tags.items() if name.startswith("table_hash.")},
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in sorted(files.items()):
            info = ZipInfo(name, _LONG_AGO)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()
