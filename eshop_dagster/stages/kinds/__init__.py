"""The kinds of model that are retrained. Each is a file here that owns its whole life, as `KIND`.

A new kind is its file, its name in `NAMES` and its section in `params.yaml`; what is generic asks it.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eshop_dagster.stages.kind import Kind

NAMES = ("segmentation", "spend", "revenue")
"""Every kind, in the order in which people read of them."""


class _Kinds(Mapping[str, "Kind"]):
    """Each kind by its name; its file is imported when it is asked for, since that takes seconds."""

    def __getitem__(self, name: str) -> "Kind":
        if name not in NAMES:
            raise KeyError(name)
        kind: Kind = import_module(f"{__name__}.{name}").KIND
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


KINDS: "Mapping[str, Kind]" = _Kinds()
