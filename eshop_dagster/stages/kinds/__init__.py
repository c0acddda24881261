"""The kinds of model that are retrained. Each is a file here that owns its whole life, as `KIND`.

A new kind is its file, its name in `NAMES` and its section in `params.yaml`; what is generic asks it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eshop_dagster.listed import Listed

if TYPE_CHECKING:
    from eshop_dagster.stages.kind import Kind

NAMES = ("segmentation", "spend", "revenue")
"""Every kind, in the order in which people read of them."""


KINDS: "Mapping[str, Kind]" = Listed(__name__, NAMES, "KIND")
"""Each kind by its name."""
