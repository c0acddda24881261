"""Every source passes the checks of sources, and each check catches the fault that it is there for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from eshop_dagster.adapters import sources
from eshop_dagster.adapters.sources import NAMES, SOURCES, config_of
from eshop_dagster.adapters.sources.base import Changes, SourceError
from eshop_dagster.adapters.sources.declared import Asked, OpenSource

from ... import made_up_source
from .olist_folder import olist_folder
from .source_checks import CHECKS, Case, Check, check_source

YESTERDAY = date(2024, 1, 20)

MAPPING = """\
name: loja
columns: {order_id: pedido, ordered_at: data, product_id: produto, quantity: qtd, unit_price: valor,
  customer_id: cliente, email: email, name: nome, category: categoria, seller_id: vendedor, payment_method: forma,
  payment_amount: pago}
"""
HEADER = "pedido,data,produto,qtd,valor,cliente,email,nome,categoria,vendedor,forma,pago\n"


def _simulated(folder: Path) -> Case:
    case = Case(config_of("simulated", {"customers": 300, "orders_per_day": 200, "seed": 3}), YESTERDAY, folder, ())
    known = [row for chunk in case.chunks() for row in chunk.tables["customers"].to_pylist()]
    return case._replace(persons=tuple(str(row["email"]) for row in known[:50] if row["email"]))


def _report(folder: Path) -> Case:
    lines = [
        f"{day}{place},2024-01-{day:02} 10:00:00,caneca,1,9.50,"
        f"{place},ana{place}@example.com,Ana {place},casa,v1,pix,9.50\n"
        for day in range(2, 19, 2)
        for place in range(1, 4)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sales.csv").write_text(HEADER + "".join(lines))
    (folder / "sales.yml").write_text(MAPPING)
    config = config_of("report", {"path": folder / "sales.csv", "mapping": folder / "sales.yml"})
    return Case(config, YESTERDAY, folder, ("ana1@example.com", "Ana 1"))


def _olist(folder: Path) -> Case:
    folder.mkdir(parents=True, exist_ok=True)
    return Case(config_of("olist", {"path": olist_folder(folder)}), date(2018, 1, 1), folder, ("u1",))


def _tills(folder: Path) -> Case:
    days = made_up_source.write_days(folder / "tills", date(2024, 1, 2), 12)
    return Case(made_up_source.TillConfig(path=days), YESTERDAY, folder, ("ana1@example.com", "Ana 1"))


SAMPLES: dict[str, Callable[[Path], Case]] = {
    "simulated": _simulated,
    "olist": _olist,
    "report": _report,
    "tills": _tills,
}


@pytest.fixture(autouse=True)
def _tills_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the made-up source's file were in `sources/kinds/`."""
    monkeypatch.setattr(sources, "NAMES", (*NAMES, "tills"))
    monkeypatch.setattr(sources, "SOURCES", {**SOURCES, "tills": made_up_source.TillConfig})


def test_there_is_a_sample_of_every_source() -> None:
    assert {*NAMES, "tills"} == set(SAMPLES)
    assert all(SOURCES[name].kind == name for name in NAMES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_source_keeps_what_sources_keep(name: str, tmp_path: Path) -> None:
    case = SAMPLES[name](tmp_path / "sample")
    check_source(case._replace(folder=_empty(tmp_path / "home")))


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Faulty(made_up_source.TillConfig):
    """The made-up source with a fault in what it yields."""

    fault: str = ""

    def open(self, yesterday: date) -> OpenSource:
        opened = super().open(yesterday)
        return replace(opened, source=FAULTS_OF_ROWS[self.fault](opened.source))


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Password(made_up_source.TillConfig):
    """The made-up source with a secret in its configuration."""

    password: str = "abc"


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Renamed(made_up_source.TillConfig):
    """The made-up source with a name that the list does not know."""

    kind: ClassVar[str] = "till"


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Undeclared(made_up_source.TillConfig):
    """The made-up source with an option that no command line takes."""

    shift: Annotated[str, Asked("shift", "The shift.")] = ""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Silent(made_up_source.TillConfig):
    """The made-up source that is empty where its folder is gone."""

    def open(self, yesterday: date) -> OpenSource:
        if self.path.exists():
            return super().open(yesterday)
        raise RuntimeError("list index out of range")


class Drawn:
    """The tills, one row of which differs from call to call."""

    calls = 0

    def __init__(self, source: Any) -> None:
        self._source, self.name = source, source.name

    def first_day(self) -> date:
        return self._source.first_day()

    def last_day(self) -> date:
        return self._source.last_day()

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        for chunk in self._source.changes(first, last):
            yield self.changed(chunk)

    def changed(self, chunk: Changes) -> Changes:
        Drawn.calls += 1
        orders = chunk.tables["orders"]
        column = [f"{text}{Drawn.calls}" for text in orders["status"].to_pylist()]
        place = orders.column_names.index("status")
        return replace(chunk, tables={**chunk.tables, "orders": orders.set_column(place, "status", [column])})


class Early(Drawn):
    """The tills, whose rows are of the day before."""

    def changed(self, chunk: Changes) -> Changes:
        return replace(
            chunk, first_day=chunk.first_day + timedelta(days=1), last_day=chunk.last_day + timedelta(days=1)
        )


class Forgetful(Drawn):
    """The tills, which leave out the first day that is asked for."""

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        yield Changes(first, first, {})
        if first < last:
            yield from self._source.changes(first + timedelta(days=1), last)


class Talkative(Drawn):
    """The tills, which write who bought into a column that is no identifier's."""

    def changed(self, chunk: Changes) -> Changes:
        orders = chunk.tables["orders"]
        column = ["ana1@example.com"] * orders.num_rows
        return replace(chunk, tables={**chunk.tables, "orders": orders.append_column("city", [column])})


class Poor(Drawn):
    """The tills without customers."""

    def changed(self, chunk: Changes) -> Changes:
        return replace(chunk, tables={name: rows for name, rows in chunk.tables.items() if name != "customers"})


class Restless(Drawn):
    """The tills, the last day of which is another each time."""

    def last_day(self) -> date:
        Drawn.calls += 1
        return self._source.last_day() + timedelta(days=Drawn.calls)


FAULTS_OF_ROWS: dict[str, Callable[[Any], Any]] = {
    "yields_the_same_rows_twice": Drawn,
    "loses_no_change_between_two_pulls": Forgetful,
    "covers_every_day_once_in_order": Early,
    "brings_persons_into_the_vault_only": Talkative,
    "provides_the_tables_that_it_declares": Poor,
    "opens_with_the_same_fingerprint_and_days_twice": Restless,
}
FAULTS_OF_CONFIGS: dict[str, type[made_up_source.TillConfig]] = {
    "keeps_no_secret_in_the_home": Password,
    "comes_back_from_the_home_as_it_was_saved": Renamed,
    "declares_what_it_asks_for": Undeclared,
    "says_in_clear_words_what_is_gone": Silent,
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_catches_the_fault_that_it_is_there_for(check: Check, tmp_path: Path) -> None:
    case = _tills(tmp_path / "sample")
    name, path = check.__name__, case.config.path  # type: ignore[attr-defined]
    faulty = FAULTS_OF_CONFIGS[name](path=path) if name in FAULTS_OF_CONFIGS else Faulty(path=path, fault=name)
    with pytest.raises((AssertionError, SourceError, RuntimeError)):
        check(case._replace(config=faulty, folder=_empty(tmp_path / "home")))
    # Without the fault the same check has nothing against it.
    check(case._replace(folder=_empty(tmp_path / "whole")))
