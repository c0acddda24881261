"""Who may ask what, and how often: API keys, roles and rates."""

import math
import time
from collections.abc import Callable, Iterable, Mapping

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from eshop_dagster.adapters.api_keys import ApiKey, digest
from eshop_dagster.api.problems import Problem

OPEN = "without keys"
"""The id under which everybody asks where keys are switched off."""


class Access:
    """The valid keys and the rates of this process.

    Args:
        rate: such as `200/second`; None sets no limit.
        needs_keys: False lets everybody ask everything.
    """

    def __init__(self, *, rate: str | None, needs_keys: bool = True) -> None:
        self._rate: RateLimitItem | None = parse(rate) if rate else None
        # The one for event loops: the other starts a thread for every ten milliseconds in which somebody asks.
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self.needs_keys = needs_keys
        self._keys: Mapping[str, ApiKey] = {}
        self.look_again: Callable[[], None] = lambda: None
        """Takes up keys that have changed; asked before one is refused, which may have been made a moment ago."""

    def replace_keys(self, keys: Iterable[ApiKey]) -> None:
        """Take up the home's keys; those revoked open nothing from now on."""
        self._keys = {key.sha256: key for key in keys if key.revoked_at is None}

    async def admit(self, request: Request, role: str | None) -> str:
        """Return the id of the key with which a request may go on.

        Args:
            request: with `X-API-Key` or `Authorization: Bearer`.
            role: which the key must have; None takes any key.

        Raises:
            Problem: 401, 403 or 429.
        """
        caller = self._caller(request, role) if self.needs_keys else OPEN
        if self._rate is not None and not await self._limiter.hit(self._rate, caller):
            window = await self._limiter.get_window_stats(self._rate, caller)
            wait = max(1, math.ceil(window.reset_time - time.time()))
            raise Problem(
                *(429, "too-many-requests", "This key has asked too often"),
                "Wait as many seconds as Retry-After says; ask for many customers in one batch.",
                headers={"Retry-After": str(wait)},
            )
        return caller

    def _caller(self, request: Request, role: str | None) -> str:
        sent = _sent_key(request)
        key = self._known(sent) if sent else None
        if key is None:
            raise Problem(
                *(401, "unauthorised", "An API key is needed"),
                "Send a valid key in X-API-Key or Authorization: Bearer; `eshop keys create` makes one.",
                headers={"WWW-Authenticate": 'Bearer realm="eshop"'},
            )
        if role is not None and role not in key.roles:
            raise Problem(
                *(403, "forbidden", "This API key may not ask that"), f"It needs a key with the role {role!r}."
            )
        return key.id

    def _known(self, sent: str) -> ApiKey | None:
        sha256 = digest(sent)
        if sha256 not in self._keys:
            self.look_again()
        return self._keys.get(sha256)


def _sent_key(request: Request) -> str | None:
    key = request.headers.get("x-api-key")
    if key:
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


class Admitted:
    """A route's dependency: the request may go on only with a key that has the role."""

    def __init__(self, role: str | None) -> None:
        self.role = role

    async def __call__(self, request: Request) -> str:
        """Return the id of the key."""
        access: Access = request.app.state.service.access
        return await access.admit(request, self.role)
