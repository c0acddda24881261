"""Sales reports of any shop."""

import hashlib
from datetime import date, timedelta
from typing import Annotated, ClassVar

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.sources.declared import Asked, Coming, NamedPath, OpenSource, SourceConfig


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ReportConfig(SourceConfig):
    """A report and its mapping.

    Attributes:
        path: its file, or a folder of files.
        mapping: its mapping file.
        id_prefix: put before its ids, where it shares a home with another source.
    """

    kind: ClassVar[str] = "report"
    tables: ClassVar[frozenset[str]] = frozenset(
        ("customers", "products", "sellers", "orders", "order_items", "payments")
    )
    coming: ClassVar[Coming] = Coming.LOADED
    newer_days: ClassVar[str] = "load a newer report with `eshop run`, or put it into the inbox"

    path: Annotated[NamedPath, Asked("--path", "the report's file or folder")]
    mapping: Annotated[NamedPath, Asked("--mapping", "the report's mapping file; `eshop report sniff FILE` drafts one")]
    id_prefix: str = ""

    def open(self, yesterday: date) -> OpenSource:
        """Return the report's days; those after today are wrong dates."""
        from eshop_dagster.adapters.sources.report import ReportSource, load_mapping

        mapping = load_mapping(self.mapping)
        # Today's orders wait for the end of the day; what is dated later than that is a wrong date.
        source = ReportSource(self.path, mapping, id_prefix=self.id_prefix, newest=yesterday + timedelta(days=1))
        files = [self.path] if self.path.is_file() else sorted(self.path.iterdir())
        parts = [file_sha256(self.mapping), self.id_prefix, *(file_sha256(file) for file in files if file.is_file())]
        if source.has_days_to_come:
            parts.append(str(yesterday))
        return OpenSource(source, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16])


CONFIG = ReportConfig
