"""What the routes share: the present state, the threads, the rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fastapi import Request

from eshop_dagster.api.access import Access
from eshop_dagster.api.gathering import Batches, Gatherer
from eshop_dagster.api.history import Order, faults, latest_as_of
from eshop_dagster.api.metrics import Metrics
from eshop_dagster.api.problems import Problem, unfit
from eshop_dagster.api.scoring import segments_by_history, segments_by_key, spend_by_history, spend_by_key
from eshop_dagster.api.state import Answering, State
from eshop_dagster.api.watching import Watcher
from eshop_dagster.contract import BUSINESS_TIME_ZONE

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


def answer_group(group: Group, jobs: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the row of each job: keys where the group has no day, histories otherwise."""
    if group.as_of is None:
        if group.question == "spend":
            return spend_by_key(group.state, jobs, reasons=group.reasons)
        return segments_by_key(group.state, jobs)
    if group.question == "spend":
        return spend_by_history(group.state, jobs, group.as_of, reasons=group.reasons)
    return segments_by_history(group.state, jobs, group.as_of)


def provenance(state: State, answering: Answering) -> dict[str, Any]:
    """Return what an answer was made of."""
    return {
        "release": state.release.name,
        "data_through": state.release.data_through,
        "model": answering.name,
        "model_version": answering.version,
        "model_data_version": answering.data_version,
    }


def checked_day(state: State, as_of: date | None, histories: Sequence[list[Order]], place: Sequence[str]) -> date:
    """Return the day that posted histories are asked about.

    Args:
        state: the present one.
        as_of: as sent.
        histories: as sent.
        place: where the histories lie in the body: `orders`, or `histories`.

    Raises:
        Problem: 422 for a day too far ahead, or for orders that cannot be as they are.
    """
    day = as_of or state.release.as_of_date
    latest = latest_as_of(state.release.as_of_date, datetime.now(ZoneInfo(BUSINESS_TIME_ZONE)).date())
    errors: list[Mapping[str, Any]] = []
    if day > latest:
        errors.append({"loc": ("as_of_date",), "type": "in_the_future", "msg": "Input should be tomorrow at the latest"})
    for number, orders in enumerate(histories):
        start = (*place, number, "orders") if len(place) and place[0] == "histories" else tuple(place)
        errors += [{"loc": (*start, *at), "type": kind, "msg": words} for at, kind, words in faults(orders, day)]
    if errors:
        raise unfit(errors)
    return day
