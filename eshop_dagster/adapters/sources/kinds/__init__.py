"""The sources that a home can be filled from. Each is a file here that declares the source, as `CONFIG`.

A new source is its file and its name in `NAMES`; commands, schedules, freshness and the dashboard ask it.
"""

from collections.abc import Mapping

from eshop_dagster.adapters.sources.declared import SourceConfig
from eshop_dagster.listed import Listed

NAMES = ("simulated", "olist", "report")
"""Every source, in the order in which people read of them."""

SOURCES: Mapping[str, type[SourceConfig]] = Listed(__name__, NAMES, "CONFIG")
"""Each source's configuration by its name."""
