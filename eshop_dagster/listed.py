"""A list of modules by name, each of which is imported when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

T = TypeVar("T")


class Listed(Mapping[str, T]):
    """What each module of a package defines under one name: `Listed("shop.kinds", ("spend",), "KIND")["spend"]`.

    Importing a module may take seconds; names alone cost nothing.
    """

    def __init__(self, package: str, names: tuple[str, ...], defined: str) -> None:
        self._package, self._names, self._defined = package, names, defined

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        found: T = getattr(import_module(f"{self._package}.{name}"), self._defined)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
