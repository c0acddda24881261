"""Errors as problem+json (RFC 9457) that never repeat what was sent."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50
_UNKNOWN_FIELDS = ("extra_forbidden", "unexpected_keyword_argument")

_TITLES = {
    400: ("bad-request", "The request cannot be read"),
    404: ("not-found", "There is nothing under this address"),
    405: ("method-not-allowed", "The address does not take this method"),
    413: ("too-large", "The body is larger than is taken"),
    500: ("internal-error", "The server failed; its log says why"),
}


class FieldError(BaseModel):
    """What is wrong with one field."""

    model_config = ConfigDict(extra="forbid")

    location: list[str | int] = Field(description="Where the field lies in the body, the query or the path.")
    kind: str = Field(description="A short name of the fault.")
    message: str = Field(description="What was expected; never what was sent.")


class ProblemDetails(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="`urn:eshop:problem:` and a short name, for programs.")
    title: str = Field(description="What went wrong, for people.")
    status: int = Field(description="The HTTP status.")
    detail: str | None = Field(default=None, description="What to do about it.")
    errors: list[FieldError] | None = Field(default=None, description="The fields at fault, at most 50.")


class Problem(Exception):
    """An answer other than what was asked for; raised anywhere below a route."""

    def __init__(
        self,
        status: int,
        name: str,
        title: str,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.headers = dict(headers or {})
        content: dict[str, Any] = {"type": f"urn:eshop:problem:{name}", "title": title, "status": status}
        if detail:
            content["detail"] = detail
        if errors:
            content["errors"] = list(errors)[:MOST_ERRORS]
        self.content = content

    @classmethod
    def of(cls, status: int, content: dict[str, Any]) -> "Problem":
        """Return a problem that was found in another process."""
        problem = cls(status, "", content["title"])
        problem.content = content
        return problem

    def response(self) -> Response:
        """Return it as it is sent."""
        return Response(orjson.dumps(self.content), self.status, headers=self.headers, media_type=MEDIA_TYPE)


def unfit(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the 422 for what pydantic found, without the values and without names of fields that we do not know."""
    return Problem(422, "invalid", "Fields of the request are missing or not as expected", errors=fields(errors))


def fields(errors: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return pydantic's errors as `FieldError`s."""
    found = []
    for error in errors[:MOST_ERRORS]:
        location = list(error["loc"])
        if error["type"] in _UNKNOWN_FIELDS:
            # Its name was sent, and could be anything: a person's address, too.
            location[-1] = "(unknown field)"
        found.append({"location": location, "kind": error["type"], "message": error["msg"]})
    return found


def handle_problems(app: FastAPI) -> None:
    """Make every error of the app a problem+json."""

    async def of_problem(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return error.response()

    async def of_validation(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return unfit(error.errors()).response()

    async def of_http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        name, title = _TITLES.get(error.status_code, ("error", "The request was refused"))
        return Problem(error.status_code, name, title, headers=error.headers).response()

    async def of_anything(_request: Request, _error: Exception) -> Response:
        return Problem(500, *_TITLES[500]).response()

    app.add_exception_handler(Problem, of_problem)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, of_anything)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of these statuses: each is a problem."""
    words = {
        401: "No API key, or one that is not valid",
        403: "The API key lacks the role",
        404: "Unknown customer",
        413: "The body is too large",
        415: "The body is not JSON",
        422: "A field is missing or not as expected",
        429: "Too many requests with this key: wait as Retry-After says",
        503: "No release can be served yet, or too much is waiting: try again as Retry-After says",
    }
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {status: {"description": words[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}
