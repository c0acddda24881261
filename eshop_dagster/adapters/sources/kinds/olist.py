"""The public Olist data set."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from eshop_dagster.adapters.sources.declared import Asked, Coming, NamedPath, OpenSource, SourceConfig


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class OlistConfig(SourceConfig):
    """The folder that holds the set's CSVs."""

    kind: ClassVar[str] = "olist"
    tables: ClassVar[frozenset[str]] = frozenset(
        ("customers", "products", "sellers", "orders", "order_items", "payments", "reviews")
    )
    coming: ClassVar[Coming] = Coming.CLOSED

    path: Annotated[NamedPath, Asked("--path", "the folder of the Olist CSVs")]

    def open(self, yesterday: date) -> OpenSource:
        """Return the set, whose days ended long ago."""
        from eshop_dagster.adapters.sources.olist import OlistSource

        source = OlistSource(self.path)
        return OpenSource(source, source.fingerprint())


CONFIG = OlistConfig
