"""What is read of a home that cannot be written: its registry from a copy, and databases without a file beside them."""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from ..end_to_end.read_only import bound_by_modes, read_only

READ_A_LOG = """
import json, sys
from contextlib import closing
from pathlib import Path
from eshop_dagster.adapters.sqlite_files import open_to_read

with closing(open_to_read(Path(sys.argv[1]))) as runs:
    print(json.dumps(runs.execute("SELECT run FROM runs").fetchall()))
"""

HOLD_THE_HOME = """
import sys
from pathlib import Path
from eshop_dagster.adapters.locks import HomeIsReadOnly, home_lock

try:
    with home_lock(Path(sys.argv[1]), "run", wait_seconds=0):
        print("held")
except HomeIsReadOnly as error:
    print(error)
"""

KEEP_A_PERSON = """
import sys
from pathlib import Path
from eshop_dagster.adapters.vault import Vault, VaultError

vault = Vault(Path(sys.argv[1]), b"k" * 32)
print(vault.count())
try:
    vault.store([{"customer_id": "2"}])
except VaultError as error:
    print(error)
"""


def answer(code: str, path: Path) -> str:
    done = bound_by_modes([sys.executable, "-c", code, str(path)])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_database_with_a_write_ahead_log_is_read_where_no_log_can_be_made(tmp_path: Path) -> None:
    path = tmp_path / "home #1?" / "runs.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as runs:
        runs.executescript("PRAGMA journal_mode = WAL; CREATE TABLE runs AS SELECT 7 AS run")
    with read_only(path.parent):
        assert json.loads(answer(READ_A_LOG, path)) == [[7]]
        assert [one.name for one in path.parent.iterdir()] == ["runs.db"]


def test_nothing_is_run_on_a_home_that_is_read_only_and_its_lock_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with read_only(tmp_path / "home"):
        assert "is read-only: it can be read" in answer(HOLD_THE_HOME, tmp_path / "home")
        assert not list((tmp_path / "home").iterdir())


def test_a_vault_that_is_read_only_is_read_and_takes_nobody(tmp_path: Path) -> None:
    from eshop_dagster.adapters.vault import Vault

    path = tmp_path / "vault" / "vault.db"
    Vault(path, b"k" * 32).store([{"customer_id": "1"}])
    with read_only(path.parent):
        count, refusal = answer(KEEP_A_PERSON, path).splitlines()
    assert count == "1"
    assert "cannot be written" in refusal


def test_the_child_is_bound_by_the_modes_of_files(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with read_only(tmp_path / "home"):
        done = bound_by_modes([sys.executable, "-c", f"open({str(tmp_path / 'home' / 'file')!r}, 'w')"])
    assert done.returncode == 1 and "PermissionError" in done.stderr
