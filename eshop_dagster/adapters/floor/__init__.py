"""The floor: the same tables by bare DuckDB, without tests, logs, increments or orchestration."""

from pathlib import Path

import duckdb

from eshop_dagster.settings import DBT_PROJECT_DIR

SCRIPTS = Path(__file__).parent


def run_floor(script: str, raw: Path, database: Path, *, memory_limit: str, **values: str) -> None:
    """Run one of the scripts in this folder on a home's raw files.

    Args:
        script: `tables` or `features`.
        raw: the home's raw folder.
        database: the DuckDB file to fill, made when missing.
        memory_limit: such as `8GB`; beyond it DuckDB spills to disk, as it does for the platform.
        values: what else the script names in braces.
    """
    places = {"raw": raw, "seeds": DBT_PROJECT_DIR / "seeds"}
    quoted = {name: str(path).replace("'", "''") for name, path in places.items()}
    sql = (SCRIPTS / f"{script}.sql").read_text().format(**quoted, **values)
    with duckdb.connect(str(database)) as connection:
        # The settings of the platform's own connection (dbt_project/profiles.yml).
        connection.execute("SET TimeZone = 'UTC'; SET threads = 2; SET preserve_insertion_order = false")
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute(sql)
