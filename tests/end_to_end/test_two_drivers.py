"""Two drivers, one core: `dvc repro` and the Dagster jobs on the same home give the same hashes and metrics.

The project has a fourth kind of model and a fourth source here, which a person has added: their files, their names and
the parameters.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.registry import ModelRegistry
from eshop_dagster.adapters.release import open_release
from eshop_dagster.settings import PROJECT_DIR
from tests.made_up_source import write_days

from .conftest import Run

TOOLS = Path(sys.executable).parent
KINDS_LINE = 'NAMES = ("segmentation", "spend", "revenue")'
SOURCES_LINE = 'NAMES = ("simulated", "olist", "report")'


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the project as it stands, with a small shop in params.yaml, and a git history of one commit."""
    folder = tmp_path_factory.mktemp("checkout")
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    for name in files:
        if (PROJECT_DIR / name).is_file() and not name.startswith(("tests/", "docs/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT_DIR / name, folder / name)
    (folder / ".venv").symlink_to(TOOLS.parent)
    params = yaml.safe_load((folder / "params.yaml").read_text())
    params["source"] |= {"customers": 2500, "orders_per_day": 60, "last_day": "2024-12-31"}
    add_made_up_kind(folder, params["models"])
    add_made_up_source(folder)
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "start")):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *command], cwd=folder, check=True)
    return folder


def add_made_up_kind(folder: Path, models: dict[str, object]) -> None:
    """Do what the README's table says: the kind's file, its name in the list, and its section in `params.yaml`."""
    shutil.copy(PROJECT_DIR / "tests" / "made_up_kind.py", folder / "eshop_dagster/stages/kinds/thrift.py")
    add_name(folder / "eshop_dagster/stages/kinds/__init__.py", KINDS_LINE, "thrift")
    models["thrift"] = {"seed": 7}


def add_made_up_source(folder: Path) -> None:
    """Do what the README's table says: the source's file, and its name in the list."""
    shutil.copy(PROJECT_DIR / "tests" / "made_up_source.py", folder / "eshop_dagster/adapters/sources/kinds/tills.py")
    add_name(folder / "eshop_dagster/adapters/sources/kinds/__init__.py", SOURCES_LINE, "tills")


def add_name(file: Path, line: str, name: str) -> None:
    listed = file.read_text()
    assert line in listed
    file.write_text(listed.replace(line, f'{line[:-1]}, "{name}")'))


def call(folder: Path, *command: str) -> str:
    # The checkout's own code and data home, not those of the project under test.
    environment = {**os.environ, "PYTHONPATH": f"{folder}:{PROJECT_DIR}", "ESHOP_HOME": str(folder / "data")}
    environment |= {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com"}
    environment |= {"GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com"}
    done = subprocess.run(
        [str(TOOLS / command[0]), *command[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def model_digest(home: Path, model: str) -> str:
    """The SHA-256 of the model file that the newest version was registered with."""
    return ModelRegistry.local(home).versions(model)[0].version.tags["model_sha256"]


def status(folder: Path) -> str:
    return subprocess.run(["git", "status", "--short"], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_dvc_and_dagster_agree_and_only_dvc_writes_its_lock(checkout: Path) -> None:
    call(checkout, "dvc", "repro")
    assert status(checkout) == "?? dvc.lock\n"
    lock = (checkout / "dvc.lock").read_text()
    stage = yaml.safe_load(lock)["stages"]["snapshot"]

    run = Run(checkout / "data", json.loads(call(checkout, "eshop", "run", "--json")))
    for model in ("segmentation", "spend", "revenue", "thrift"):
        registered = run.summary["models"][model]
        metrics = json.loads((checkout / "data" / "metrics" / f"{model}.json").read_text())
        metrics.pop("candidate")
        assert registered["metrics"] == metrics
        assert registered["dvc_hash"] == stage["outs"][0]["md5"]
        file = checkout / "data" / "models" / model / "model.skops"
        assert model_digest(checkout / "data", model) == file_sha256(file)
    assert (checkout / "dvc.lock").read_text() == lock


def test_dvc_trains_nothing_again_although_the_jobs_run_has_promoted_champions(checkout: Path) -> None:
    # The job has written into the warehouse what its tests found; the tables, and so the snapshot, are the same.
    assert not [stage for stage in stages_run(call(checkout, "dvc", "repro")) if "train" in stage]
    lock = (checkout / "dvc.lock").read_text()
    # The registry is no file that DVC could look at: the snapshot asks it each time.
    assert stages_run(call(checkout, "dvc", "repro")) == ["Running stage 'snapshot':"]
    assert (checkout / "dvc.lock").read_text() == lock


def stages_run(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("Running stage")]


def test_metrics_params_plots_and_push_work(checkout: Path) -> None:
    assert "rmse_brl" in call(checkout, "dvc", "metrics", "show")
    assert "pushed" in call(checkout, "dvc", "push")
    call(checkout, "dvc", "params", "diff")
    call(checkout, "dvc", "plots", "show")
    assert (checkout / "dvc_plots" / "index.html").exists()


def test_an_experiment_with_another_parameter_trains_again(checkout: Path) -> None:
    before = json.loads((checkout / "data" / "metrics" / "spend.json").read_text())
    call(checkout, "dvc", "exp", "run", "-S", "models.spend.xgboost.max_depth=2")
    after = json.loads((checkout / "data" / "metrics" / "spend.json").read_text())
    assert after["rmse_brl"] != before["rmse_brl"]
    assert "max_depth: 2" in (checkout / "params.yaml").read_text()


def test_a_fourth_kind_of_model_is_published_and_seen_without_a_line_elsewhere(checkout: Path) -> None:
    home, registered = checkout / "data", ModelRegistry.local(checkout / "data").versions("thrift")
    assert [list(one.aliases) for one in registered] == [["champion"]]
    assert json.loads((home / "evaluation.json").read_text())["thrift"]["gain_share"] > 0

    release = open_release(home)
    columns = "count(*) AS customers, count(thrift_brl) AS scored, max(thrift_model_version) AS version"
    [found] = release.query(f"SELECT {columns} FROM customer_scores").to_pylist()
    assert found["customers"] == found["scored"] > 0 and found["version"] == 1
    assert release.query("SELECT count(*) AS n FROM thrift_coefficients").to_pylist() == [{"n": 3}]

    assert "equal" in call(checkout, "eshop", "reproduce", "thrift")
    assert "thrift" in call(checkout, "eshop", "models")
    call(checkout, "eshop", "export", "model", "thrift", "--to", str(checkout / "thrift.zip"))
    assert (checkout / "thrift.zip").exists()

    seen = json.loads(call(checkout, "python", str(Path(__file__).parent / "made_up_seen.py")).splitlines()[-1])
    assert seen["api"] == [["segmentation", True], ["spend", True], ["revenue", True], ["thrift", True]]
    assert "Parcimônia · versão 1" in seen["cards"]
    assert seen["assets"] == ["thrift_coefficients", "thrift_model"]
    assert seen["checks"] == ["can_be_reproduced", "gate"]


def test_a_source_that_is_added_by_its_file_and_its_name_fills_a_home(checkout: Path, tmp_path: Path) -> None:
    home, path = tmp_path / "home", write_days(tmp_path / "tills", date(2024, 1, 2), 12)
    taught = " ".join(call(checkout, "eshop", "run", "--help").replace("│", " ").split())
    assert "or the folder of the tills' files" in taught
    asked = ("--source", "tills", "--path", str(path), "--home", str(home), "--only-refresh", "--json")
    summary = json.loads(call(checkout, "eshop", "run", *asked))
    assert (summary["raw_rows"]["orders"], summary["raw_rows"]["order_items"], summary["quarantined_rows"]) == (
        24,
        24,
        {},
    )
    assert open_release(home).query("SELECT sum(revenue_brl)::INT AS sum FROM fct_orders").to_pylist() == [{"sum": 456}]

    shown = json.loads(call(checkout, "eshop", "status", "--json", "--home", str(home)))
    [freshness] = shown["quality"]["freshness"]
    assert (freshness["source"], freshness["last_day"]) == ("tills", "2024-01-13")
