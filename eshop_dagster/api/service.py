"""What the routes share: the present state, the threads, the rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Request

from eshop_dagster.api.access import Access
from eshop_dagster.api.bodies import Asked, Days
from eshop_dagster.api.conversion import tables_of
from eshop_dagster.api.gathering import Batches, Elsewhere, Gatherer
from eshop_dagster.api.history import latest_as_of
from eshop_dagster.api.metrics import Metrics
from eshop_dagster.api.problems import Problem
from eshop_dagster.api.scoring import segments_by_history, segments_by_key, spend_by_history, spend_by_key
from eshop_dagster.api.state import Answering, State
from eshop_dagster.api.watching import Watcher

Question = Literal["spend", "segmentation"]


@dataclass(frozen=True)
class Group:
    """Jobs that one call can answer: the same question to the same state about the same day."""

    state: State
    question: Question
    as_of: date | None
    reasons: bool


@dataclass
class Service:
    """One app's working parts."""

    access: Access
    metrics: Metrics
    watcher: Watcher
    singles: Gatherer
    batches: Batches
    elsewhere: Elsewhere
    body_bytes: int

    def state(self) -> State:
        """Return the present state; a request asks once, so that its answer never mixes two.

        Raises:
            Problem: 503 before the first.
        """
        state = self.watcher.state
        if state is None:
            raise Problem(
                *(503, "not-ready", "No release can be served yet"),
                f"{(self.watcher.trouble or 'starting').capitalize()}.",
                headers={"Retry-After": "5"},
            )
        return state


def service_of(request: Request) -> Service:
    """Return the service of the app that a request came to."""
    service: Service = request.app.state.service
    return service


def answer_group(group: Group, jobs: Sequence[Asked]) -> list[dict[str, Any]]:
    """Return the row of each job; each asks about one customer."""
    keys = [key for job in jobs for key in job.keys or ()]
    histories = [history for job in jobs for history in job.histories or ()]
    tables = None if group.as_of is None else tables_of(histories, group.state.release.shop)
    return rows_of(group, Asked(keys, None, tables, len(jobs), group.as_of, group.reasons))


def rows_of(group: Group, asked: Asked) -> list[dict[str, Any]]:
    """Return the row of each customer asked about, in the order asked."""
    state, as_of = group.state, asked.as_of
    if asked.tables is None or as_of is None:
        keys = asked.keys or ()
        if group.question == "spend":
            return spend_by_key(state, keys, reasons=asked.reasons)
        return segments_by_key(state, keys)
    if group.question == "spend":
        return spend_by_history(state, asked.tables, asked.count, as_of, reasons=asked.reasons)
    return segments_by_history(state, asked.tables, asked.count, as_of)


def days_of(state: State) -> Days:
    """Return the days that histories may be asked about, today."""
    shop = state.release.shop
    today = datetime.now(ZoneInfo(shop.time_zone)).date()
    return Days(state.release.as_of_date, latest_as_of(state.release.as_of_date, today), shop)


def provenance(state: State, answering: Answering) -> dict[str, Any]:
    """Return what an answer was made of."""
    return {
        "release": state.release.name,
        "data_through": state.release.data_through,
        "currency": state.release.shop.currency,
        "model": answering.name,
        "model_version": answering.version,
        "model_data_version": answering.data_version,
    }
