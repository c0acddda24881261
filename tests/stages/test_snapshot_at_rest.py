"""No bit of a training snapshot changes without a word."""

import json
import random
from pathlib import Path

import pyarrow as pa
import pytest

from eshop_dagster.adapters.files import file_sha256, parquet_bytes
from eshop_dagster.stages.continuation import REGISTRY_FILE, RegistryState, registry_states, write_state
from eshop_dagster.stages.snapshot import Snapshot, SnapshotError, describe_snapshot, open_snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    path = tmp_path / "history.parquet"
    path.write_bytes(parquet_bytes(pa.table({"revenue_brl": [1.0, 2.0], "state": ["SP", "RJ"]})))
    return describe_snapshot(tmp_path, {"judging_cutoffs": ["2024-07-01"], "files": {path.name: file_sha256(path)}})


@pytest.mark.parametrize("name", ["history.parquet", "snapshot.json"])
def test_no_single_bit_changes_without_a_word(name: str, snapshot: Snapshot) -> None:
    path, chance = snapshot.folder / name, random.Random(1)
    whole = path.read_bytes()
    for _ in range(200):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            # A blank of the JSON that became another blank is harmless.
            assert open_snapshot(snapshot.folder).description == snapshot.description
            assert name == "snapshot.json"
        except SnapshotError as error:
            assert "write the snapshot again" in str(error)
    path.write_bytes(whole)
    assert open_snapshot(snapshot.folder).description == snapshot.description


def test_no_single_bit_of_what_the_registry_said_changes_without_a_word(tmp_path: Path) -> None:
    state, chance = RegistryState(champion=3, model_sha256="ab" * 32, published_ids=(0, 1, 9)), random.Random(2)
    write_state(tmp_path, "segmentation", state, b"a model")
    path = tmp_path / REGISTRY_FILE
    whole = path.read_bytes()
    for _ in range(200):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            # A blank that became another one is harmless.
            assert registry_states(tmp_path) == {"segmentation": state}
        except SnapshotError as error:
            assert "delete the file and take the snapshot again" in str(error)
    path.write_bytes(whole)
    assert registry_states(tmp_path) == {"segmentation": state}


def test_what_an_older_platform_recorded_of_the_registry_is_read(tmp_path: Path) -> None:
    recorded = {"champion": None, "model_sha256": None, "published_ids": []}
    (tmp_path / REGISTRY_FILE).write_text(json.dumps({"segmentation": recorded}))
    assert registry_states(tmp_path) == {"segmentation": RegistryState(None, None, ())}


def test_a_lost_file_is_named(snapshot: Snapshot) -> None:
    (snapshot.folder / "history.parquet").unlink()
    with pytest.raises(SnapshotError, match=r"history\.parquet of the training snapshot"):
        open_snapshot(snapshot.folder)
