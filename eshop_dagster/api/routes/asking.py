"""What `/predict` and `/segment` have in common: one customer or many, by key or by history."""

from collections import Counter
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from eshop_dagster.api.bodies import Asked, parse, parse_elsewhere, read_raw
from eshop_dagster.api.problems import Problem
from eshop_dagster.api.scoring import UNKNOWN
from eshop_dagster.api.service import Group, Question, Service, days_of, provenance, rows_of, service_of
from eshop_dagster.api.state import State

_ON_THE_LOOP = 32 * 2**10
_ON_A_THREAD = 512 * 2**10
"""Bytes of a body up to which it is read there: 2 ms on the event loop, a few in one go on a thread."""

_BYTES_A_CUSTOMER = 500


async def answer_one(request: Request, body: str, question: Question) -> Response:
    """Return the answer about one customer.

    Raises:
        Problem: 404 for an unknown key; 413; 415; 422; 503.
    """
    service = service_of(request)
    raw = await read_raw(request, service.body_bytes)
    state = service.state()
    asked = await _asked(service, raw, body, state)
    group = Group(state, question, asked.as_of, asked.reasons)
    if asked.tables is not None:
        [row] = await service.batches.run(1, rows_of, group, asked)
    else:
        row = await row_of(service, group, asked)
    if row["status"] == UNKNOWN:
        raise unknown_customer()
    service.metrics.answered(request.scope["route"].path, {row["status"]: 1})
    answer = {
        "customer_key": asked.keys[0] if asked.keys else None,
        "as_of_date": asked.as_of or state.release.as_of_date,
        **row,
        "provenance": provenance(state, getattr(state, question)),
    }
    return json_response(answer)


async def answer_many(request: Request, body: str, question: Question) -> Response:
    """Return the answers about many customers, in the order asked; unknown ones are marked.

    Raises:
        Problem: 413; 415; 422; 503.
    """
    service = service_of(request)
    raw = await read_raw(request, service.body_bytes)
    state = service.state()
    asked = await _asked(service, raw, body, state)
    content, counts = await service.batches.run(asked.count, _many, state, question, asked)
    service.metrics.answered(request.scope["route"].path, counts)
    return Response(content, media_type="application/json")


async def row_of(service: Service, group: Group, asked: Asked) -> Any:
    """Return the row of one customer; at once where it lies in the release: a thread would cost more."""
    if _is_a_look(group):
        return rows_of(group, asked)[0]
    return await service.singles.ask(group, asked)


def json_response(content: Any) -> Response:
    """Return an answer as JSON."""
    return Response(orjson.dumps(content), media_type="application/json")


def unknown_customer() -> Problem:
    """Return the 404 for a key that no customer of this release has."""
    return Problem(
        *(404, "unknown-customer", "No customer of the release has this customer_key"),
        "Take the key from the release, or post the orders instead: without any it is a new customer.",
    )


async def _asked(service: Service, raw: bytes, body: str, state: State) -> Asked:
    days = days_of(state)
    if len(raw) <= _ON_THE_LOOP:
        return parse(raw, body, days)
    if len(raw) <= _ON_A_THREAD:
        asked: Asked = await service.batches.run(len(raw) // _BYTES_A_CUSTOMER, parse, raw, body, days)
        return asked
    found = await service.elsewhere.run(parse_elsewhere, raw, body, days)
    if isinstance(found, Asked):
        return found
    raise Problem.of(*found)


def _is_a_look(group: Group) -> bool:
    """Whether the answer lies in the release's scores, with nothing to compute."""
    if group.as_of is not None or not getattr(group.state, group.question).is_from_release:
        return False
    return not (group.reasons and group.question == "spend" and group.state.release.customers.features is not None)


def _many(state: State, question: Question, asked: Asked) -> tuple[bytes, Counter[str]]:
    """Return the answer as JSON and how many of its customers have each status; runs on a thread."""
    asked = asked.converted()
    rows = rows_of(Group(state, question, asked.as_of, asked.reasons), asked)
    if asked.keys is not None:
        rows = [{"customer_key": key, **row} for key, row in zip(asked.keys, rows, strict=True)]
    answer = {
        "as_of_date": asked.as_of or state.release.as_of_date,
        "provenance": provenance(state, getattr(state, question)),
        "customers": rows,
    }
    return orjson.dumps(answer), Counter(row["status"] for row in rows)
