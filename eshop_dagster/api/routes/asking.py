"""What `/predict` and `/segment` have in common: one customer or many, by key or by history."""

from collections import Counter
from typing import Any

import orjson
from fastapi import Request
from pydantic import TypeAdapter
from starlette.responses import Response

from eshop_dagster.api.bodies import read_body
from eshop_dagster.api.problems import Problem, unfit
from eshop_dagster.api.requests import MOST_EXPLAINED
from eshop_dagster.api.scoring import UNKNOWN
from eshop_dagster.api.service import Group, Question, Service, answer_group, checked_day, provenance, service_of
from eshop_dagster.api.state import State


async def answer_one(request: Request, adapter: TypeAdapter[Any], question: Question) -> Response:
    """Return the answer about one customer.

    Raises:
        Problem: 404 for a key that nobody has; 422; 503.
    """
    service = service_of(request)
    body = await read_body(request, adapter, service.batches)
    state = service.state()
    reasons = bool(getattr(body, "reasons", False))
    key = getattr(body, "customer_key", None)
    if key is not None:
        row, day = await _by_key(service, state, question, key, reasons), state.release.as_of_date
    else:
        day = checked_day(state, body.as_of_date, [body.orders], ("orders",))
        row = await service.singles.ask(Group(state, question, day, reasons), body.orders)
    if row["status"] == UNKNOWN:
        raise unknown_customer()
    service.metrics.answered(request.scope["route"].path, {row["status"]: 1})
    answer = {"customer_key": key, "as_of_date": day, **row, "provenance": provenance(state, getattr(state, question))}
    return json_response(answer)


async def answer_many(request: Request, adapter: TypeAdapter[Any], question: Question) -> Response:
    """Return the answers about many customers, in the order asked; unknown ones are marked.

    Raises:
        Problem: 422; 503.
    """
    service = service_of(request)
    body = await read_body(request, adapter, service.batches)
    state = service.state()
    asked = getattr(body, "customer_keys", None) or body.histories
    reasons = bool(getattr(body, "reasons", False))
    if reasons and len(asked) > MOST_EXPLAINED:
        words = f"Input should be false for more than {MOST_EXPLAINED} customers"
        raise unfit([{"loc": ("reasons",), "type": "too_many_reasons", "msg": words}])
    content, counts = await service.batches.run(_many, state, question, body, reasons)
    service.metrics.answered(request.scope["route"].path, counts)
    return Response(content, media_type="application/json")


def json_response(content: Any) -> Response:
    """Return an answer as JSON."""
    return Response(orjson.dumps(content), media_type="application/json")


def unknown_customer() -> Problem:
    """Return the 404 for a key that nobody has in this release."""
    return Problem(
        *(404, "unknown-customer", "Nobody has this customer_key in the release"),
        "Take the key from the release, or post the orders instead: without any it is a new customer.",
    )


async def _by_key(service: Service, state: State, question: Question, key: str, reasons: bool) -> dict[str, Any]:
    group = Group(state, question, None, reasons)
    # Without a model to ask it is a look into memory: a thread would cost more.
    needs_model = reasons and question == "spend" and state.release.customers.features is not None
    if getattr(state, question).is_from_release and not needs_model:
        return answer_group(group, [key])[0]
    row: dict[str, Any] = await service.singles.ask(group, key)
    return row


def _many(state: State, question: Question, body: Any, reasons: bool) -> tuple[bytes, Counter[str]]:
    """Return the answer as JSON and how many of its customers have each status; runs on a thread."""
    keys = getattr(body, "customer_keys", None)
    if keys is not None:
        day = state.release.as_of_date
        rows = answer_group(Group(state, question, None, reasons), keys)
        rows = [{"customer_key": key, **row} for key, row in zip(keys, rows, strict=True)]
    else:
        histories = [history.orders for history in body.histories]
        day = checked_day(state, body.as_of_date, histories, ("histories",))
        rows = answer_group(Group(state, question, day, reasons), histories)
    answer = {"as_of_date": day, "provenance": provenance(state, getattr(state, question)), "customers": rows}
    return orjson.dumps(answer), Counter(row["status"] for row in rows)
