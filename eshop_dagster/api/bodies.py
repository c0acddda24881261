"""A body's way from bytes to what it asks: small ones at once, larger ones on a thread, the largest in another process.

FastAPI would check a body in one go on the event loop: half a second for ten thousand histories. Even on a thread the
JSON parser keeps the interpreter for as long as it reads, and nobody else is answered meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
import pyarrow as pa
from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from eshop_dagster.api.conversion import tables_of
from eshop_dagster.api.history import Order, faults
from eshop_dagster.api.problems import MOST_ERRORS, Problem, unfit
from eshop_dagster.api.requests import BODIES, HISTORY, MOST_CUSTOMERS, MOST_EXPLAINED
from eshop_dagster.shop import BRAZIL, Shop

LARGEST_BODY = 16 * 2**20
"""Bytes; more is refused with 413."""


@dataclass(frozen=True)
class Days:
    """The day that histories are asked about where they name none, the last one that they may name, and whose they are.

    Attributes:
        shop: decides which day an instant belongs to, and which states there are.
    """

    release: date
    latest: date
    shop: Shop = BRAZIL


@dataclass(frozen=True)
class Asked:
    """What a body asks, checked.

    Attributes:
        keys: of the customers; None for histories.
        histories: the orders of each customer; None for keys, and once they are tables.
        tables: the histories as the features' SQL takes them; None before.
        count: customers.
        as_of: the day that histories are asked about; None for keys.
        reasons: whether to say why.
        shop: whose orders the histories hold.
    """

    keys: Sequence[str] | None
    histories: Sequence[list[Order]] | None
    tables: Mapping[str, pa.Table] | None
    count: int
    as_of: date | None
    reasons: bool
    shop: Shop = BRAZIL

    def converted(self) -> "Asked":
        """Return the same with tables in the place of histories."""
        if self.histories is None:
            return self
        return Asked(None, None, tables_of(self.histories, self.shop), self.count, self.as_of, self.reasons, self.shop)


async def read_raw(request: Request, most: int) -> bytes:
    """Return the body.

    FastAPI's own limit answers 413 as plain text, so that it is kept here.

    Raises:
        Problem: 413 for more than `most` bytes, before they are read; 415 for what is not JSON by its header.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, "not-json", "The body should be JSON", "Send Content-Type: application/json.")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise _too_large(most)
    return bytes(content)


def _too_large(most: int) -> Problem:
    return Problem(
        *(413, "too-large", "The body is larger than is taken"),
        f"Send at most {most:,} bytes: several smaller batches.",
        # What is left of it is not read.
        headers={"Connection": "close"},
    )


def parse(raw: bytes, name: str, days: Days) -> Asked:
    """Return what the bytes ask.

    Args:
        raw: JSON.
        name: one of `BODIES`.
        days: of the release.

    Raises:
        Problem: 422 for what is no JSON, not as documented, or cannot be.
    """
    try:
        # Refuses NaN, Infinity, numbers beyond a double, lone surrogates and deep nesting.
        content = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem(422, "not-json", "The body is not JSON as RFC 8259 says", f"The fault is at {where}.") from None
    try:
        body = _checked(content, BODIES[name])
    except ValidationError as error:
        raise unfit([{**one, "loc": _place(one["loc"])} for one in _errors(error)]) from None
    return _asked(body, days)


def parse_elsewhere(raw: bytes, name: str, days: Days) -> "Asked | tuple[int, dict[str, Any]]":
    """Return what the bytes ask, with tables, or the status and content of the problem: for another process."""
    try:
        return parse(raw, name, days).converted()
    except Problem as problem:
        return problem.status, problem.content


def _checked(content: Any, adapter: TypeAdapter[Any]) -> Any:
    """Return the body's model; histories are checked one by one, so that other threads get a turn."""
    histories = content.get("histories") if isinstance(content, Mapping) else None
    if not isinstance(histories, list) or not 1 < len(histories) <= MOST_CUSTOMERS:
        return adapter.validate_python(content)
    whole = adapter.validate_python({**content, "histories": [{"orders": []}]})
    checked: list[Any] = []
    errors: list[Any] = []
    for number, history in enumerate(histories):
        try:
            checked.append(HISTORY.validate_python(history))
        except ValidationError as error:
            errors += [{**one, "loc": ("histories", number, *one["loc"])} for one in _errors(error)]
            if len(errors) >= MOST_ERRORS:
                break
    if errors:
        raise unfit(errors)
    return whole.model_copy(update={"histories": checked})


def _asked(body: Any, days: Days) -> Asked:
    keys = [body.customer_key] if hasattr(body, "customer_key") else getattr(body, "customer_keys", None)
    reasons = bool(getattr(body, "reasons", False))
    histories, as_of = None, None
    if keys is None:
        is_one = hasattr(body, "orders")
        histories = [body.orders] if is_one else [history.orders for history in body.histories]
        as_of = _checked_day(body.as_of_date, histories, days, is_one=is_one)
    count = len(keys if keys is not None else histories or ())
    if reasons and count > MOST_EXPLAINED:
        words = f"Input should be false for more than {MOST_EXPLAINED} customers"
        raise unfit([{"loc": ("reasons",), "type": "too_many_reasons", "msg": words}])
    return Asked(keys, histories, None, count, as_of, reasons, days.shop)


def _checked_day(as_of: date | None, histories: Sequence[list[Order]], days: Days, *, is_one: bool) -> date:
    day = as_of or days.release
    errors: list[dict[str, Any]] = []
    if day > days.latest:
        errors.append(
            {"loc": ("as_of_date",), "type": "in_the_future", "msg": "Input should be tomorrow at the latest"}
        )
    for number, orders in enumerate(histories):
        start = ("orders",) if is_one else ("histories", number, "orders")
        errors += [
            {"loc": (*start, *at), "type": kind, "msg": words} for at, kind, words in faults(orders, day, days.shop)
        ]
    if errors:
        raise unfit(errors)
    return day


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False, include_context=False, include_input=False))


def _place(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the place in the body: the first part names which of the two bodies was meant."""
    return location[1:] if location and location[0] in ("key", "history") else location
