"""A home whose warehouse is built from no data at all: every table is there, with its types and without rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from eshop_dagster.adapters.dbt import raise_on_failure, run_dbt
from eshop_dagster.adapters.raw_store import RawStore
from eshop_dagster.adapters.vault import Vault


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with empty raw tables, the seeds, and every dbt model built from them."""
    home = tmp_path_factory.mktemp("empty_home")
    vault = Vault(home / "vault" / "vault.db", bytes(32), pseudonym_seed="tests")
    RawStore(home, vault).write("none", "empty", [])
    arguments = ["build", "--resource-type", "model", "--resource-type", "seed"]
    raise_on_failure("build", run_dbt(arguments, home=home, variables={"ESHOP_WINDOW_DAYS": "90"}))
    yield home
