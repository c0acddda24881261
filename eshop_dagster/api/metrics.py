"""What the API tells Prometheus about itself."""

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eshop_dagster.api.state import State

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
_ELSEWHERE = "(no route)"


class Metrics:
    """The counters of one app; each app has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "eshop_api_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "eshop_api_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=self._registry
        )
        self._rows = Counter(
            "eshop_api_customers", "Customers answered for.", ("route", "status"), registry=self._registry
        )
        self._release = Gauge("eshop_api_release_info", "The release served.", ("release",), registry=self._registry)
        self._versions = Gauge(
            "eshop_api_model_version", "The version that answers; 0 without one.", ("model",), registry=self._registry
        )
        self._built = Gauge(
            "eshop_api_state_built_timestamp_seconds", "When the served state was built.", registry=self._registry
        )
        self._waiting = Gauge(
            "eshop_api_champion_waiting", "1 while a champion does not answer yet.", ("model",), registry=self._registry
        )
        self._failures = Counter(
            "eshop_api_refresh_failures", "Releases or champions not taken up.", ("reason",), registry=self._registry
        )
        self._troubled = Gauge(
            "eshop_api_is_troubled", "1 while something newer cannot be served.", registry=self._registry
        )

    def served(self, state: State) -> None:
        """Note a new state."""
        self._release.clear()
        self._release.labels(state.release.name).set(1)
        for answering in (state.spend, state.segmentation):
            self._versions.labels(answering.name).set(answering.version or 0)
            self._waiting.labels(answering.name).set(int(answering.name in state.waiting))
        self._built.set(state.built_at.timestamp())
        self._troubled.set(0)

    def failed(self, reason: str) -> None:
        """Note that something newer cannot be served."""
        self._failures.labels(reason).inc()
        self._troubled.set(1)

    def recovered(self) -> None:
        """Note that what is served is the newest again."""
        self._troubled.set(0)

    def answered(self, route: str, counts: Mapping[str, int]) -> None:
        """Note customers answered for, by status."""
        for status, count in counts.items():
            self._rows.labels(route, status).inc(count)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self._registry)


class Measured:
    """ASGI middleware: notes each request under its route's template, never under the path that was sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 500, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", _ELSEWHERE)
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._metrics.request(method, route, status, time.perf_counter() - started)


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
