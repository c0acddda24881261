"""The app: routes, limits and errors put together for one home."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware import Middleware

from eshop_dagster.api.access import Access
from eshop_dagster.api.bodies import LARGEST_BODY
from eshop_dagster.api.gathering import Batches, Elsewhere, Gatherer
from eshop_dagster.api.metrics import Measured, Metrics
from eshop_dagster.api.problems import handle_problems
from eshop_dagster.api.routes import customers, forecast, health, models, predictions
from eshop_dagster.api.service import Service, answer_group
from eshop_dagster.api.watching import Watcher
from eshop_dagster.stages.platform import Platform

DEFAULT_RATE = "200/second"


@dataclass(frozen=True)
class ApiLimits:
    """How much one key may ask, and how large a body may be.

    Attributes:
        rate: requests of one key, such as `200/second`; None for no limit.
        body_bytes: size of a body.
        needs_keys: False opens everything to everybody.
        watch_seconds: between two looks for a new release, champion or key.
    """

    rate: str | None = DEFAULT_RATE
    body_bytes: int = LARGEST_BODY
    needs_keys: bool = True
    watch_seconds: float = 1.0


def create_app(platform: Platform, limits: ApiLimits | None = None) -> FastAPI:
    """Return the app of one home; it looks for a release once it is started."""
    limits = limits or ApiLimits()
    access = Access(rate=limits.rate, needs_keys=limits.needs_keys)
    metrics = Metrics()
    watcher = Watcher(platform, access, metrics, limits.watch_seconds)
    service = Service(access, metrics, watcher, Gatherer(answer_group), Batches(), Elsewhere(), limits.body_bytes)
    app = FastAPI(
        title="E-Shop Brasil",
        description="Expected spend, segments and the revenue forecast, from the published release and the champions.",
        version=version("eshop-dagster"),
        # The pages that show the document load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Measured, metrics=metrics)],
        lifespan=_lifespan,
    )
    app.state.service = service
    handle_problems(app)
    for module in (health, predictions, customers, forecast, models):
        app.include_router(module.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    watching = asyncio.create_task(service.watcher.run())
    try:
        yield
    finally:
        watching.cancel()
        service.singles.close()
        service.batches.close()
        service.elsewhere.close()
