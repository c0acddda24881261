"""The bench of flipped bits tells a reader that checks from one that does not; a home's own readers all check."""

from pathlib import Path

import pytest

from eshop_dagster.cli.output import explain
from eshop_dagster.settings import Settings
from eshop_dagster.stages import bench_flips, release_files
from eshop_dagster.stages.bench_flip_parts import Part
from eshop_dagster.stages.bench_flips import Outcome, measure_flips
from eshop_dagster.stages.publish import publish

from .release_home import FEW_MARTS, fill


def measured(home: Path, part: Part, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.setattr(bench_flips, "PARTS", {part.name: part})
    (outcome,) = measure_flips(Settings(home), [part.name], 20, 1, explain)
    return outcome


def test_a_reader_that_looks_at_nothing_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(100))
    outcome = measured(tmp_path, Part("any", "a.bin", lambda platform, path: path.read_bytes()), monkeypatch)
    assert (outcome.silent, outcome.detected, outcome.harmless, outcome.crashed) == (20, 0, 0, 0)
    assert outcome.examples[0].startswith("silent: a.bin, byte ")
    assert (tmp_path / "a.bin").read_bytes() == bytes(100)


def test_an_error_that_no_sentence_explains_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(100))

    def read(platform: object, path: Path) -> int:
        return 1 // (not any(path.read_bytes()))

    assert measured(tmp_path, Part("any", "a.txt", read), monkeypatch).crashed == 20


def test_no_bit_of_a_small_home_changes_without_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_files, "MARTS", FEW_MARTS)
    publish(fill(tmp_path, FEW_MARTS))
    settings = Settings(tmp_path, pseudonym_seed="test")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    parts = ["raw", "raw records", "quarantine", "warehouse", "release", "manifest", "scores", "snapshot", "vault"]
    outcomes = measure_flips(settings, parts, 10, 1, explain)
    assert [one.part for one in outcomes] == [one for one in parts if one not in ("quarantine", "snapshot")]
    assert {(one.silent, one.crashed, one.detected + one.harmless) for one in outcomes} == {(0, 0, 10)}
    assert all(path.read_bytes() == content for path, content in before.items() if "locks" not in path.parts)
