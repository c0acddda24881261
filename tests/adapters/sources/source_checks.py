"""What every source must keep, as checks that are run for each, in the manner of scikit-learn's estimator checks."""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest

from eshop_dagster.adapters.raw_store import RawStore
from eshop_dagster.adapters.sources import load_source_config, save_source_config
from eshop_dagster.adapters.sources.base import REJECTED_SCHEMA, Changes, SourceError
from eshop_dagster.adapters.sources.declared import Coming, SourceConfig
from eshop_dagster.contract import TABLES

from ..raw_home import vault_of

SECRET = re.compile("secret|password|passwd|token|credential|(api|access|private)_?key|dsn|url$|uri$")


class Case(NamedTuple):
    """A source to check.

    Attributes:
        config: of a small sample: some days, a few orders.
        yesterday: the last day that has ended.
        folder: empty, for what the check writes.
        persons: texts of the sample that only the vault may hold.
    """

    config: SourceConfig
    yesterday: date
    folder: Path
    persons: tuple[str, ...]

    def chunks(self, first: date | None = None, last: date | None = None) -> list[Changes]:
        """The changes of a range of days, of a source that was opened for them."""
        source = self.config.open(self.yesterday).source
        return list(source.changes(first or source.first_day(), last or min(source.last_day(), self.yesterday)))


Check = Callable[[Case], None]


def rows_by_day(chunks: Iterable[Changes]) -> dict[tuple[date, str], list[str]]:
    """The rows of each day and table, in the source's order."""
    found: dict[tuple[date, str], list[str]] = {}
    for chunk in chunks:
        for table, rows in (*chunk.tables.items(), ("rejected", chunk.rejected)):
            for row in rows.to_pylist():
                found.setdefault((row["changed_date"], table), []).append(repr(row))
    return found


def declares_what_it_asks_for(case: Case) -> None:
    known = {field.name for field in fields(case.config)}
    for option in case.config.options():
        assert option.field in known and re.fullmatch(r"--[a-z]+(-[a-z]+)*", option.option)
        assert option.help and not option.help.endswith(".")
    assert case.config.tables <= set(TABLES)
    assert case.config.tables >= {name for name, table in TABLES.items() if table.is_required}
    assert bool(case.config.newer_days) == (case.config.coming is Coming.LOADED)


def keeps_no_secret_in_the_home(case: Case) -> None:
    assert not [name for name in (field.name for field in fields(case.config)) if SECRET.search(name)]


def comes_back_from_the_home_as_it_was_saved(case: Case) -> None:
    changed = replace(case.config, first_day=date(2023, 5, 6))
    for config in (case.config, changed):
        save_source_config(case.folder, config)
        assert load_source_config(case.folder) == config


def opens_with_the_same_fingerprint_and_days_twice(case: Case) -> None:
    first, second = case.config.open(case.yesterday), case.config.open(case.yesterday)
    assert first.fingerprint == second.fingerprint
    assert first.source.first_day() == second.source.first_day() <= first.source.last_day() == second.source.last_day()
    assert re.fullmatch("[a-z0-9-]+", first.source.name)
    assert case.config.coming is not Coming.LIVE or first.source.name == case.config.kind


def yields_the_same_rows_twice(case: Case) -> None:
    assert rows_by_day(case.chunks()) == rows_by_day(case.chunks())


def loses_no_change_between_two_pulls(case: Case) -> None:
    whole = case.chunks()
    first, last = whole[0].first_day, whole[-1].last_day
    middle = first + (last - first) / 2
    assert first < middle < last
    parts = [*case.chunks(first, middle), *case.chunks(middle + timedelta(days=1), last)]
    assert rows_by_day(parts) == rows_by_day(whole)
    assert rows_by_day(case.chunks(middle, middle)) == {
        key: rows for key, rows in rows_by_day(whole).items() if key[0] == middle
    }


def covers_every_day_once_in_order(case: Case) -> None:
    chunks = case.chunks()
    for before, after in pairwise(chunks):
        assert after.first_day == before.last_day + timedelta(days=1)
    for chunk in chunks:
        for table in chunk.tables.values():
            days = table["changed_date"].to_pylist()
            assert table.schema.field("changed_date").type == pa.date32()
            assert all(chunk.first_day <= day <= chunk.last_day for day in days)


def provides_the_tables_that_it_declares(case: Case) -> None:
    chunks = case.chunks()
    provided = {name for chunk in chunks for name, rows in chunk.tables.items() if rows.num_rows}
    assert provided == case.config.tables
    for chunk in chunks:
        assert chunk.rejected.schema == REJECTED_SCHEMA
        for name, rows in chunk.tables.items():
            # A source that asked the vault itself has the pseudonym.
            assert set(rows.column_names) <= {*TABLES[name].columns, "changed_date", "customer_key"}


def brings_persons_into_the_vault_only(case: Case) -> None:
    source = case.config.open(case.yesterday).source
    vault = vault_of(case.folder)
    last = min(source.last_day(), case.yesterday)
    report = RawStore(case.folder, vault).write(source.name, "1", source.changes(source.first_day(), last))
    assert report.accepted["orders"]
    written = b"".join(path.read_bytes() for path in case.folder.rglob("*") if path.is_file())
    assert case.persons and not [text for text in case.persons if text.encode() in written]


def says_in_clear_words_what_is_gone(case: Case) -> None:
    """A path that was there when the home was filled."""
    gone = case.folder / "gone"
    for option in case.config.options():
        if option.type is Path:
            with pytest.raises(SourceError, match=re.escape(str(gone))) as raised:
                source = replace(case.config, **{option.field: gone}).open(case.yesterday).source
                list(source.changes(source.first_day(), source.last_day()))
            assert re.search(r"expected|: |does not exist", str(raised.value))


CHECKS: tuple[Check, ...] = (
    declares_what_it_asks_for,
    keeps_no_secret_in_the_home,
    comes_back_from_the_home_as_it_was_saved,
    opens_with_the_same_fingerprint_and_days_twice,
    yields_the_same_rows_twice,
    loses_no_change_between_two_pulls,
    covers_every_day_once_in_order,
    provides_the_tables_that_it_declares,
    brings_persons_into_the_vault_only,
    says_in_clear_words_what_is_gone,
)


def check_source(case: Case) -> None:
    """Run every check; each writes into a folder of its own."""
    for check in CHECKS:
        folder = case.folder / check.__name__
        folder.mkdir()
        check(case._replace(folder=folder))
