"""The whole way on the simulated shop: what a run leaves behind, and what a second one does."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.registry import ModelRegistry
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.adapters.warehouse import Warehouse
from eshop_dagster.stages.marts import MARTS

from .conftest import Run, eshop, run_in

FIRST = ShopConfig().first_day


def test_a_run_ends_with_champions_and_a_release(small_run: Run) -> None:
    assert small_run.summary["days"] == {"count": 366, "first": "2024-01-01", "last": "2024-12-31"}
    assert small_run.summary["models"]["segmentation"]["version"] == 1
    assert small_run.summary["release"]["name"].startswith("2024-12-31-")
    empty = {table for table in MARTS if small_run.summary["warehouse_rows"][table] == 0}
    # Every payment of this shop equals its order, so that there is nothing to reconcile.
    assert empty <= {"rec_payment_reconciliation"}


def test_both_jobs_are_visible_in_the_homes_dagster_instance(small_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(small_run.home / "dagster"))
    with dg.DagsterInstance.get() as instance:
        runs = {run.job_name: run.status for run in instance.get_runs()}
        days = instance.get_materialized_partitions(dg.AssetKey(["raw", "orders"]))
    assert runs == {"refresh_warehouse": dg.DagsterRunStatus.SUCCESS, "retrain": dg.DagsterRunStatus.SUCCESS}
    assert len(days) == 366


def test_the_release_is_complete_and_its_manifest_true(small_run: Run) -> None:
    folder = small_run.home / "published" / "current"
    manifest = json.loads((folder / "manifest.json").read_text())
    scored = {"customer_scores", "customer_features", "customer_segments", "customer_spend_reasons"}
    assert set(manifest["tables"]) == {*MARTS, *scored, "revenue_forecast"}
    for table, entry in manifest["tables"].items():
        assert {name: file["rows"] for name, file in entry["files"].items()} == {
            name: pq.read_metadata(folder / name).num_rows for name in files_of(folder, table)
        }
        assert sum(file["rows"] for file in entry["files"].values()) == entry["rows"]
    assert {path.name for path in folder.iterdir()} == {"manifest.json"} | {
        name.split("/")[0] for entry in manifest["tables"].values() for name in entry["files"]
    }
    scores = pq.read_table(folder / "customer_scores.parquet").to_pandas()
    assert scores["customer_key"].is_unique
    assert (scores["expected_spend_brl"] >= 0).all()
    assert scores["segment_id"].notna().all()


def test_the_release_has_the_features_that_its_scores_were_made_of_and_says_why(small_run: Run) -> None:
    folder = small_run.home / "published" / "current"
    scores, features, reasons = (
        pq.read_table(folder / f"customer_{table}.parquet").to_pandas()
        for table in ("scores", "features", "spend_reasons")
    )
    assert features["customer_key"].tolist() == scores["customer_key"].tolist()
    model = ModelRegistry.local(small_run.home).load("spend").pipeline
    expected = scores["expected_spend_brl"].to_numpy()
    assert (model.predict(features[list(model.feature_names_)]) == expected).all()
    assert reasons.groupby("customer_key")["rank"].apply(list).map(lambda ranks: ranks == [1, 2, 3]).all()
    assert set(reasons["customer_key"]) == set(scores["customer_key"])
    effects = model.effects(features[list(model.feature_names_)])
    weightiest = abs(effects.values_brl).max(axis=1)
    assert reasons.loc[reasons["rank"] == 1, "effect_brl"].abs().to_numpy() == pytest.approx(weightiest)
    assert reasons["reason_pt"].str.contains(r"(?:soma|tira) R\$").all()


def files_of(folder: Path, table: str) -> list[str]:
    """The Parquet files in which a reader finds a table, relative to the release."""
    return sorted(
        str(path.relative_to(folder)) for path in [*folder.glob(f"{table}.parquet"), *folder.glob(f"{table}/*")]
    )


def test_each_version_says_what_it_was_made_of(small_run: Run) -> None:
    champion = ModelRegistry.local(small_run.home).champion("segmentation")
    assert champion is not None
    assert champion.tags["dvc_hash"].endswith(".dir")
    assert champion.tags["dagster_run"] == small_run.summary["runs"]["retrain"]
    for tag in ("params_digest", "code_hash", "lock_file_hash", "dbt_project_hash", "git_commit", "reason"):
        assert champion.tags[tag]
    assert champion.tags["table_hash.customer_features"]


def test_the_versions_are_listed_with_what_the_gate_said(small_run: Run) -> None:
    rows = json.loads(eshop("models", "--home", small_run.home, "--json").stdout)
    by_model = {row["model"]: row for row in rows}
    assert by_model["segmentation"]["aliases"] == ["champion"]
    assert by_model["segmentation"]["gate"] == "promote"
    assert {"segmentation", "spend", "revenue"} >= set(by_model)
    assert by_model["segmentation"]["reason"] in eshop("models", "--home", small_run.home, COLUMNS="900").stdout


def test_a_champion_is_made_again_to_the_byte_by_one_command(small_run: Run) -> None:
    done = eshop("reproduce", "segmentation@champion", "--home", small_run.home)
    assert done.stdout == (
        "segmentation version 1 was made again: predictions, metrics and model file are equal to the byte\n"
    )


def test_what_cannot_be_rolled_back_promoted_or_made_again_is_said_and_changes_nothing(small_run: Run) -> None:
    home = ("--home", small_run.home)
    for command, words in (
        (("rollback", "segmentation", "--reason", "why not"), "no previous champion to go back to"),
        (("promote", "segmentation", "1", "--reason", "again"), "is the champion already"),
        (("promote", "nothing", "1", "--reason", "why not"), "there is no model 'nothing': expected one of"),
        (("reproduce", "segmentation@9"), "has no 9"),
    ):
        done = eshop(*command, *home, check=False)
        assert done.returncode == 1
        assert words in done.stderr


def test_a_second_run_changes_no_table_and_registers_nothing(small_run: Run) -> None:
    warehouse = Warehouse(small_run.home)
    before = {table: warehouse.content_hash(table) for table in warehouse.tables()}
    again = run_in(small_run.home, "--to", "2024-12-31")
    assert {table: warehouse.content_hash(table) for table in warehouse.tables()} == before
    assert again.summary["release"] == small_run.summary["release"]
    for model in ("segmentation", "spend"):
        assert again.summary["models"][model] == small_run.summary["models"][model]
    assert len(ModelRegistry.local(small_run.home).versions("segmentation")) == 1


def test_no_file_but_the_vault_holds_a_direct_identifier_and_the_vault_only_encrypted(small_run: Run) -> None:
    needles = identifiers(1000)
    assert len(needles) > 3000
    for path in sorted(small_run.home.rglob("*")):
        if path.is_file():
            found = needles & words_of(path)
            assert not found, f"{path.relative_to(small_run.home)} holds {len(found)} identifiers"


def identifiers(customers: int) -> set[str]:
    """Return the ids, names, e-mail addresses, CPFs and phones of the shop's first customers."""
    source = SimulatedSource(ShopConfig(customers=2500, orders_per_day=60), FIRST.replace(month=12, day=31))
    needles: set[str] = set()
    seen = 0
    for changes in source.changes(FIRST, FIRST.replace(month=12, day=31)):
        for row in changes.tables["customers"].to_pylist():
            if seen < customers and row["customer_id"]:
                needles |= {row[name] for name in ("customer_id", "name", "email", "cpf", "phone") if row[name]}
                seen += 1
    return needles


def words_of(path: Path) -> set[str]:
    """Return every text in a file that could be an identifier; Parquet, DuckDB and zip files are taken apart first."""
    content = path.read_bytes()
    if content[:4] == b"PAR1":
        content = "\n".join(texts_of(pq.read_table(path))).encode()
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            content = "\n".join(
                text for table in tables for text in texts_of(connection.sql(f'FROM "{table}"').to_arrow_table())
            ).encode()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    text = content.decode("utf-8", errors="replace")
    words = set(re.findall(r"C\d{8}|\d{3}\.\d{3}\.\d{3}-\d{2}|(?<!\d)\d{11}(?!\d)|\+55 \d\d 9\d{4}-\d{4}", text))
    for at in re.finditer("@", text):
        around = text[max(at.start() - 64, 0) : at.end() + 64]
        words.update(re.findall(r"[\w.+-]{1,64}@[\w.-]{1,64}", around))
    for run in re.findall(r"[A-ZÀ-Ú][a-zà-ú]+(?: (?:d[aeo]s? )?[A-ZÀ-Ú][a-zà-ú]+)+", text):
        parts = run.split(" ")
        words.update(" ".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 2, len(parts) + 1))
    return words


def texts_of(table: pa.Table) -> Iterator[str]:
    """Yield each distinct text of each text column."""
    for name in table.column_names:
        if pa.types.is_string(table[name].type) or pa.types.is_large_string(table[name].type):
            yield from (value for value in table[name].unique().to_pylist() if value)


def test_the_search_for_identifiers_finds_one_where_there_is_one(tmp_path: Path) -> None:
    needles = identifiers(5)
    for number, needle in enumerate(sorted(needles)):
        path = tmp_path / f"{number}.log"
        path.write_bytes(b"\x00garbage " + needle.encode() + b"\x01 and more")
        assert needle in words_of(path), needle


def test_a_day_in_the_future_is_refused_and_nothing_published_changes(small_run: Run) -> None:
    before = (small_run.home / "published" / "current").resolve()
    done = eshop("run", "--home", small_run.home, "--to", "2099-01-01", check=False)
    assert done.returncode == 1
    assert "2099-01-01 has not ended in São Paulo yet" in done.stderr
    assert (small_run.home / "published" / "current").resolve() == before


def test_a_home_is_filled_from_one_source_only(small_run: Run, tmp_path: Path) -> None:
    done = eshop("run", "--home", small_run.home, "--source", "olist", "--path", tmp_path, check=False)
    assert done.returncode == 1
    assert "holds orders from the source simulated, not olist" in done.stderr


def test_status_tells_what_the_home_holds(small_run: Run) -> None:
    status = json.loads(eshop("status", "--home", small_run.home, "--json").stdout)
    assert status["raw_rows"] == small_run.summary["raw_rows"]
    assert status["release"] == small_run.summary["release"]


def test_status_of_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    done = eshop("status", "--home", tmp_path / "none", check=False)
    assert done.returncode == 1
    assert "is empty: fill it with `eshop run`" in done.stderr


def test_doctor_finds_this_environment_fit(small_run: Run) -> None:
    findings = {
        one["name"]: one for one in json.loads(eshop("doctor", "--home", small_run.home, "--json", check=False).stdout)
    }
    assert findings["antlr4-python3-runtime"]["is_ok"]
    assert findings["orphaned runs"]["found"] == "0"
    assert findings["master key"]["is_ok"]
