"""The kinds of model that are retrained; each says how it is trained, compared and asked.

Adding one is a file here, its computation in `ml/`, and its asset.
"""

from collections.abc import Mapping

from eshop_dagster.stages.kinds.kind import Kind
from eshop_dagster.stages.kinds.revenue import REVENUE
from eshop_dagster.stages.kinds.segmentation import SEGMENTATION
from eshop_dagster.stages.kinds.spend import SPEND

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (SEGMENTATION, SPEND, REVENUE)}
