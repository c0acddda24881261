"""A body's way from bytes to a checked object; large ones in steps and off the event loop, which must go on meanwhile.

FastAPI would check a body in one go on the event loop: half a second for ten thousand histories.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from eshop_dagster.api.gathering import Batches
from eshop_dagster.api.problems import MOST_ERRORS, Problem, unfit
from eshop_dagster.api.requests import HISTORY, MOST_CUSTOMERS

LARGEST_BODY = 16 * 2**20
"""Bytes; more is refused with 413."""

_SMALL = 64 * 2**10


async def read_body(request: Request, adapter: TypeAdapter[Any], batches: Batches) -> Any:
    """Return the body as the adapter's model.

    Raises:
        Problem: 415 for what is not JSON by its header, 422 for what is no JSON or not as documented.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, "not-json", "The body should be JSON", "Send Content-Type: application/json.")
    raw = await request.body()
    if len(raw) <= _SMALL:
        return parse(raw, adapter)
    return await batches.run(parse, raw, adapter)


def parse(raw: bytes, adapter: TypeAdapter[Any]) -> Any:
    """Return the bytes as the adapter's model; histories are checked one by one, so that other threads get a turn."""
    try:
        # Refuses NaN, Infinity, numbers beyond a double, lone surrogates and deep nesting.
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem(422, "not-json", "The body is not JSON as RFC 8259 says", f"The fault is at {where}.") from None
    try:
        histories = content.get("histories") if isinstance(content, Mapping) else None
        if isinstance(histories, list) and 1 < len(histories) <= MOST_CUSTOMERS:
            return _in_steps(content, histories, adapter)
        return adapter.validate_python(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise unfit([{**one, "loc": _place(one["loc"])} for one in found]) from None


def _in_steps(content: Mapping[str, Any], histories: list[Any], adapter: TypeAdapter[Any]) -> Any:
    whole = adapter.validate_python({**content, "histories": [{"orders": []}]})
    checked, errors = [], []
    for number, history in enumerate(histories):
        try:
            checked.append(HISTORY.validate_python(history))
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            errors += [{**one, "loc": ("histories", number, *one["loc"])} for one in found]
            if len(errors) >= MOST_ERRORS:
                break
    if errors:
        raise unfit(errors)
    return whole.model_copy(update={"histories": checked})


def _place(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the place in the body: the first part names which of the two bodies was meant."""
    return location[1:] if location and location[0] in ("key", "history") else location
