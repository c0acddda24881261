"""What the dashboard asks of a published release: one module a page, each function one question.

Every statement is fixed text; what a person chose arrives as bound parameters. Answers are small frames: the database
counts, no fact table ever becomes one.
"""

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase, ReleaseUnreadable
from eshop_dagster.adapters.dashboard_queries.scope import Scope

__all__ = ["ReleaseDatabase", "ReleaseUnreadable", "Scope"]
