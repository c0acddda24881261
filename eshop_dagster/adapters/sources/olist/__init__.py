"""The `olist` source: the public Olist marketplace data set, a folder of CSVs.

The set holds each order's last state only; here it is unfolded into a change log by the orders' own timestamps.
"""

from eshop_dagster.adapters.sources.olist.files import FILES
from eshop_dagster.adapters.sources.olist.source import OlistSource

__all__ = ["FILES", "OlistSource"]
