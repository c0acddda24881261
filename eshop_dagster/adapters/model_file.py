"""The file of a fitted model: skops without pickle, the same bytes for the same model, opened by an allow-list.

skops itself writes the addresses of objects, the time of day and unused bytes of arrays: two files of one model then
differ. What is written here depends on the model alone, so that a retraining can be compared by its file.
"""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from eshop_dagster.adapters.files import write_atomically
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

MODEL_FILE = "model.skops"
_SCHEMA = "schema.json"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class UntrustedModelFile(ValueError):
    """A model file was not opened: it is broken, reaches out of itself, or holds types outside the allow-list."""


def model_bytes(model: Any) -> bytes:
    """Return a fitted model as the content of a skops file; equal models give equal bytes."""
    import skops.io

    with ZipFile(io.BytesIO(skops.io.dumps(model))) as written:
        schema = json.loads(written.read(_SCHEMA))
        names: dict[str, str] = {}
        for node in _nodes(schema):
            # Every object is written out where it stands: its address only says which were one and the same.
            node.pop("__id__", None)
            if "file" in node:
                suffix = node["file"].rpartition(".")[2]
                node["file"] = names.setdefault(node["file"], f"{len(names)}.{suffix}")
        buffer = io.BytesIO()
        with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
            for old, new in names.items():
                _add(file, new, _without_padding(written.read(old)))
            _add(file, _SCHEMA, json.dumps(schema, separators=(",", ":")).encode())
    return buffer.getvalue()


def open_model(content: bytes, *, trusted_types: Sequence[str] = TRUSTED_TYPES) -> Any:
    """Return the fitted model of a skops file.

    Raises:
        UntrustedModelFile: the content is no such file, names parts outside of itself, or holds types that are neither
            skops's own nor listed.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        with ZipFile(io.BytesIO(content)) as file:
            held = set(file.namelist())
            outside = sorted(name for name in held if name.startswith("/") or ".." in name.split("/"))
            named = {node["file"] for node in _nodes(json.loads(file.read(_SCHEMA))) if "file" in node}
    except (BadZipFile, KeyError, ValueError) as error:
        raise UntrustedModelFile(f"it is no whole skops file ({error}); expected the file as registered") from error
    if outside or not named <= held:
        raise UntrustedModelFile(
            f"it names parts that lie outside of it ({sorted({*outside, *(named - held)})}); expected only its own"
        )
    try:
        return skops.io.loads(content, trusted=list(trusted_types))
    except UntrustedTypesFoundException as error:
        raise UntrustedModelFile(
            f"{error}. Look at each type; if it is safe to load, add it to TRUSTED_TYPES."
        ) from error


def types_held(content: bytes) -> list[str]:
    """Return the types beyond skops's own that a skops file holds: what to pass as `trusted` to open it."""
    import skops.io

    return sorted(skops.io.get_untrusted_types(data=content))


def save_pipeline(pipeline: Any, path: Path) -> None:
    """Write a fitted model to one skops file, outside any registry."""
    write_atomically(path, model_bytes(pipeline))


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON tree in the order in which it is written."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _without_padding(content: bytes) -> bytes:
    """Return an array file whose gaps between the fields of a record are zero; other content as it is."""
    if not content.startswith(b"\x93NUMPY"):
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


def _add(file: ZipFile, name: str, content: bytes) -> None:
    info = ZipInfo(name, _LONG_AGO)
    info.compress_type = ZIP_DEFLATED
    file.writestr(info, content)
