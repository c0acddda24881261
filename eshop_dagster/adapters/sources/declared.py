"""What a source declares of itself: its configuration, what it provides, how its days come, and how it is opened."""

from collections.abc import Iterator
from dataclasses import dataclass as plain_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, ConfigDict
from pydantic.dataclasses import dataclass

from eshop_dagster.adapters.sources.base import Source


class Coming(Enum):
    """How the days of a source come."""

    LIVE = "a new day every day"
    LOADED = "with each load of a newer file"
    CLOSED = "never again"


@plain_dataclass(frozen=True)
class OpenSource:
    """A source ready to be pulled, and a hash of its input: the same hash yields the same changes."""

    source: Source
    fingerprint: str


class Asked(NamedTuple):
    """Marks a field of a configuration that people are asked for: its option on the command line, and what it is."""

    option: str
    help: str


class Option(NamedTuple):
    """A field that people are asked for.

    Attributes:
        field: name of the field.
        option: on the command line.
        help: what it is, as a phrase.
        type: of one value.
        is_repeated: whether the option may be given several times.
    """

    field: str
    option: str
    help: str
    type: type
    is_repeated: bool


def within(least: float, most: float) -> AfterValidator:
    """Return the check that a number lies between two others, both included; NaN lies between none."""

    def check(value: float) -> float:
        if not least <= value <= most:
            raise ValueError(f"expected {least:g} to {most:g}")
        return value

    return AfterValidator(check)


def _named(path: Path) -> Path:
    if path == Path():
        raise ValueError("expected a path")
    return path


NamedPath = Annotated[Path, AfterValidator(_named)]
"""A path that says something: an empty text is none."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class SourceConfig:
    """What fills a home, and all that is needed to reach it, as kept in `<home>/source.json`.

    Each source is a class of this kind in `sources/kinds/`. No secret is a field of it: the name of the environment
    variable that holds the secret is, and ends in `_env`.

    Attributes:
        kind: the source's name, that of its file. A live source has this name in raw, too.
        tables: the raw tables that it provides.
        coming: how its days come.
        newer_days: what a person does for newer days, as an imperative; empty where they come or never do.
        is_made_up: whether it makes up its days, so that a run without `--to` ends where `params.yaml` says.
        takes_registrations: whether people may add customers and orders of their own.
        first_day: where Dagster's daily partitions begin; a run sets it to the first day that the source knows.
    """

    kind: ClassVar[str]
    tables: ClassVar[frozenset[str]]
    coming: ClassVar[Coming]
    newer_days: ClassVar[str] = ""
    is_made_up: ClassVar[bool] = False
    takes_registrations: ClassVar[bool] = False

    first_day: date = date(2024, 1, 1)

    def open(self, yesterday: date) -> OpenSource:
        """Return the source, ready to be pulled.

        Args:
            yesterday: the last business day that has ended.

        Raises:
            SourceError: it cannot be read; the message says what to do.
        """
        raise NotImplementedError

    @classmethod
    def options(cls) -> Iterator[Option]:
        """Yield the fields that people are asked for."""
        for field, hint in get_type_hints(cls, include_extras=True).items():
            marks = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Asked)]
            for mark in marks:
                yield Option(field, mark.option, mark.help, *_one_value(hint))


def _one_value(hint: Any) -> tuple[type, bool]:
    """Return the type of one value of a field, and whether the field holds several."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    is_repeated = get_origin(hint) is tuple
    return (get_args(hint)[0] if is_repeated else hint), is_repeated
