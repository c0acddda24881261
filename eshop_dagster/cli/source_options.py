"""The options of a command that opens a source: one for each field that a source asks for."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from eshop_dagster.adapters.sources import SOURCES
from eshop_dagster.adapters.sources.declared import Option


def takes_source_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of all sources behind its first parameter; it gets those that were given as `options`.

    The same field of two sources is one option.
    """
    asked = _options()

    def with_options(**values: Any) -> None:
        given = {field: values.pop(field) for field in asked}
        command(
            **values, options={field: _resolved(value) for field, value in given.items() if value not in (None, [])}
        )

    first, *others = [
        parameter for name, parameter in inspect.signature(command).parameters.items() if name != "options"
    ]
    added = [
        inspect.Parameter(field, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(found))
        for field, found in asked.items()
    ]
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (first, *added, *others)]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    with_options.__name__, with_options.__doc__ = command.__name__, command.__doc__
    return with_options


def _options() -> dict[str, list[Option]]:
    """Return the fields that sources ask for, each as every source asks for it."""
    found: dict[str, list[Option]] = {}
    for source in SOURCES.values():
        for option in source.options():
            found.setdefault(option.field, []).append(option)
    return found


def _annotation(asked: list[Option]) -> Any:
    words = ", or ".join(option.help for option in asked)
    repeat = "; may be repeated" if asked[0].is_repeated else ""
    sentence = f"{words[0].upper()}{words[1:]}{repeat}."
    value: Any = list[asked[0].type] if asked[0].is_repeated else asked[0].type  # type: ignore[misc, name-defined]
    return Annotated[value | None, typer.Option(asked[0].option, help=sentence)]


def _resolved(value: Any) -> Any:
    return value.resolve() if isinstance(value, Path) else value
