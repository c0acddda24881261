"""`eshop export`, as a person runs it: models that need no platform, segments, the register."""

import hashlib
import io
import json
import subprocess
import sys
import sysconfig
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from eshop_dagster import load
from eshop_dagster.ml.features import sample_input
from eshop_dagster.settings import Settings
from eshop_dagster.stages.kinds.revenue.training import made_up_history
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from .conftest import Run, eshop

MODELS = ("segmentation", "spend", "revenue")
PLATFORM = {"dagster", "mlflow", "duckdb", "dvc", "dbt", "matplotlib", "pydantic"}


@pytest.fixture(scope="module")
def exported(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each champion's zip, unpacked into a folder of its own."""
    folders = {}
    for name in MODELS:
        path = tmp_path_factory.mktemp("exported") / f"{name}.zip"
        eshop("export", "model", name, "--to", path, "--home", small_run.home)
        folders[name] = path.with_suffix("")
        with ZipFile(path) as archive:
            archive.extractall(folders[name])
    return folders


def run_elsewhere(folder: Path, code: str, cwd: Path) -> str:
    """Run code in a process that finds the exported folder and the installed libraries, and no platform of ours."""
    # Without `site`, no .pth file leads to the project; a path on PYTHONPATH reads none.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": f"{folder}:{sysconfig.get_path('purelib')}", "HOME": str(cwd)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", MODELS)
def test_the_example_runs_without_the_platform_and_says_what_the_champion_says(
    small_run: Run, exported: dict[str, Path], tmp_path: Path, name: str
) -> None:
    champion = Platform(Settings(small_run.home), Params()).registry.load(name).pipeline
    if name == "revenue":
        ahead = champion.predict(made_up_history(date.fromordinal(champion.trained_until)), horizon_days=28)
        expected = ahead[ahead["state"] == "all"].drop(columns=["date", "state"])
    elif name == "spend":
        rows = sample_input(champion.feature_names_)
        expected = pd.DataFrame(champion.figures(rows))
    else:
        expected = champion.assign(sample_input(champion.feature_names_))
    code = (exported[name] / "example.py").read_text().replace("__file__", repr(str(exported[name] / "example.py")))
    found = pd.read_csv(io.StringIO(run_elsewhere(exported[name], code, tmp_path)), index_col=0)
    pd.testing.assert_frame_equal(found[expected.columns], expected, rtol=0, atol=1e-12, check_dtype=False)
    assert len(code.splitlines()) == 10
    assert code.splitlines()[1] in (exported[name] / "README.md").read_text()


def test_a_champion_predicts_the_same_for_real_customers(
    small_run: Run, exported: dict[str, Path], tmp_path: Path
) -> None:
    last = pd.Timestamp(small_run.summary["days"]["last"] if "days" in small_run.summary else "2024-12-31")
    features = load("customer_features", home=small_run.home, as_of=(last + pd.Timedelta(days=1)).date())
    champion = Platform(Settings(small_run.home), Params()).registry.load("spend").pipeline
    rows = features[list(champion.feature_names_)].astype("float64")
    rows.to_parquet(tmp_path / "rows.parquet")
    code = (
        "import json, sys, numpy, pandas, skops.io; from pathlib import Path; "
        f"here = Path({str(exported['spend'])!r}); "
        "trusted = json.loads((here / 'schema.json').read_text())['trusted_types']; "
        "model = skops.io.load(here / 'model.skops', trusted=trusted); "
        "predicted = model.predict(pandas.read_parquet('rows.parquet')); "
        "numpy.save('predicted.npy', predicted); "
        "ours = [m.__file__ for n, m in sys.modules.items() if n.startswith('eshop_dagster')]; "
        "print(json.dumps([ours, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    ours, modules = json.loads(run_elsewhere(exported["spend"], code, tmp_path))
    import numpy as np

    assert np.abs(np.load(tmp_path / "predicted.npy") - champion.predict(rows)).max() <= 1e-12
    assert len(rows) > 1000
    assert ours and all(path.startswith(str(exported["spend"])) for path in ours)
    assert not PLATFORM & set(modules)


@pytest.mark.parametrize("name", MODELS)
def test_the_zip_says_what_goes_in_and_where_it_comes_from(
    small_run: Run, exported: dict[str, Path], name: str
) -> None:
    folder = exported[name]
    manifest = json.loads((folder / "manifest.json").read_text())
    champion = Platform(Settings(small_run.home), Params()).registry.champion(name)
    assert champion is not None
    assert manifest["made_of"]["dvc_hash"] == champion.tags["dvc_hash"]
    assert manifest["sha256"]["model.skops"] == champion.tags["model_sha256"]
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert files == {*manifest["sha256"], "manifest.json"}
    for file, expected in manifest["sha256"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == expected
    schema = json.loads((folder / "schema.json").read_text())
    assert all(column["type"] and column["unit"] and column["description"] for column in schema["input"])
    pinned = {line.partition("==")[0] for line in (folder / "requirements.txt").read_text().split()}
    assert {"scikit-learn", "skops", "pandas"} <= pinned
    assert not {"mlflow", "dagster", "duckdb"} & pinned


def test_the_same_champion_gives_the_same_zip(small_run: Run, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        eshop("export", "model", "segmentation", "--to", tmp_path / name, "--home", small_run.home)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_segments_are_written_and_noted(small_run: Run, tmp_path: Path) -> None:
    home, reason = ("--home", small_run.home), ("--reason", "a test of the export")
    done = eshop("export", "segments", "--format", "google-ads", "--to", tmp_path / "g.csv", *reason, *home, "--json")
    entry = json.loads(done.stdout)
    scores = load("customer_scores", home=small_run.home, columns=["customer_key"])
    agreed = load("dim_customers", home=small_run.home).query("has_marketing_consent")["customer_key"]
    assert entry["customer_count"] == scores["customer_key"].isin(agreed).sum() > 100
    assert len((tmp_path / "g.csv").read_text().splitlines()) == entry["customer_count"] + 1
    assert json.loads(eshop("export", "register", *home, "--json").stdout)[-1] == entry
    eshop("export", "segments", "--excel", "--to", tmp_path / "x.csv", *home)
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").startswith("cliente;data de referência;segmento;")


def test_what_cannot_be_exported_is_said_in_a_sentence(small_run: Run, tmp_path: Path) -> None:
    home = ("--home", small_run.home)
    for command, words in (
        (("segments", "--format", "meta", "--to", tmp_path / "x"), "say why with --reason"),
        (("segments", "--to", tmp_path / "x", "--segment", "99"), "there is no segment 99"),
        (("model", "churn", "--to", tmp_path / "x"), "there is no model 'churn': expected one of"),
        (("model", "spend", "--to", tmp_path / "none" / "x"), "expected a file in a folder that is there"),
    ):
        done = eshop("export", *command, *home, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ") and words in done.stderr
    assert not [*tmp_path.iterdir()]
