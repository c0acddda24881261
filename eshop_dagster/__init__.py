"""The E-Shop Brasil data platform. `load` is for notebooks; everything else is imported from where it lives."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eshop_dagster.stages.loading import load

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Return `load` on first use: importing the package itself must cost nothing."""
    if name == "load":
        from eshop_dagster.stages.loading import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
