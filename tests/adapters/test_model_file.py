"""A model's file depends on the model alone, opens by an allow-list, and says no to anything else."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from eshop_dagster.adapters.model_file import UntrustedModelFile, model_bytes, open_model

ROWS = np.random.default_rng(0).random((300, 4))
TARGET = ROWS @ np.array([1.0, 2.0, 3.0, 4.0])

KINDS: dict[str, Any] = {
    "forest": RandomForestRegressor(5, random_state=1),
    "xgboost": XGBRegressor(n_estimators=5, random_state=1, n_jobs=1),
    "kmeans": KMeans(3, random_state=1, n_init=1),
    "linear": LinearRegression(),
}

IN_ANOTHER_PROCESS = """
import hashlib, sys
sys.path.insert(0, {folder!r})
from test_model_file import fitted
from eshop_dagster.adapters.model_file import model_bytes
print(hashlib.sha256(model_bytes(fitted({kind!r}))).hexdigest())
"""


def fitted(kind: str) -> Pipeline:
    return Pipeline([("scale", StandardScaler()), ("model", KINDS[kind])]).fit(ROWS, TARGET)


@pytest.mark.parametrize("kind", ["xgboost", "kmeans", "linear"])
def test_a_model_that_was_written_and_opened_predicts_to_the_last_bit_alike(kind: str) -> None:
    model = fitted(kind)
    again = open_model(model_bytes(model))
    assert (again.predict(ROWS) == model.predict(ROWS)).all()
    assert model_bytes(again) == model_bytes(model)


@pytest.mark.parametrize("kind", ["xgboost"])
def test_the_same_training_in_another_process_gives_the_same_bytes(kind: str) -> None:
    script = IN_ANOTHER_PROCESS.format(folder=str(Path(__file__).parent), kind=kind)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert done.stdout.strip() == hashlib.sha256(model_bytes(fitted(kind))).hexdigest()


def test_another_model_has_other_bytes() -> None:
    other = Pipeline([("scale", StandardScaler()), ("model", LinearRegression())]).fit(ROWS, TARGET + 1)
    assert model_bytes(other) != model_bytes(fitted("linear"))


def test_a_type_outside_the_list_is_refused_by_name() -> None:
    with pytest.raises(UntrustedModelFile, match=r"(?s)sklearn\.tree\._tree\.Tree.*TRUSTED_TYPES"):
        open_model(model_bytes(fitted("forest")), trusted_types=[])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_refused(share: float) -> None:
    content = model_bytes(fitted("forest"))
    with pytest.raises(UntrustedModelFile, match="no whole skops file"):
        open_model(content[: int(share * len(content))])


def with_member(content: bytes, name: str, member: bytes) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(buffer, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, member)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../../evil.npy", "/etc/evil.npy", "a/../../evil.npy"])
def test_a_part_whose_path_leaves_the_file_is_refused(name: str) -> None:
    with pytest.raises(UntrustedModelFile, match="lie outside of it"):
        open_model(with_member(model_bytes(fitted("kmeans")), name, b"x"))


def test_a_description_that_names_a_part_outside_of_the_file_is_refused() -> None:
    content = model_bytes(fitted("kmeans"))
    with ZipFile(io.BytesIO(content)) as file:
        schema = file.read("schema.json").decode()
    assert '"0.npy"' in schema
    moved = with_member(content, "schema.json", schema.replace('"0.npy"', '"../../secret.npy"').encode())
    with pytest.raises(UntrustedModelFile, match=r"\.\./\.\./secret\.npy"):
        open_model(moved)


def test_a_pickle_is_no_model_file() -> None:
    import pickle

    with pytest.raises(UntrustedModelFile, match="no whole skops file"):
        open_model(pickle.dumps({"a": 1}))


def test_what_skops_itself_wrote_opens_too() -> None:
    model = fitted("kmeans")
    assert (open_model(skops.io.dumps(model)).predict(ROWS) == model.predict(ROWS)).all()
