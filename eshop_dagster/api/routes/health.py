"""`/health/live`, `/health/ready`, `/version`, which are open, and `/metrics`, which needs a key."""

from functools import cache
from importlib.metadata import version as installed
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from eshop_dagster.api.access import Admitted
from eshop_dagster.api.answers import Alive, Ready, Version
from eshop_dagster.api.metrics import CONTENT_TYPE
from eshop_dagster.api.openapi import document
from eshop_dagster.api.problems import documented
from eshop_dagster.api.routes.asking import json_response
from eshop_dagster.api.service import service_of
from eshop_dagster.stages.provenance import code_tags

router = APIRouter(tags=["operation"])


@router.get("/health/live", response_model=Alive)
async def live() -> Response:
    """Whether the process answers; restart it if it does not."""
    return Response(b'{"status":"alive"}', media_type="application/json")


@router.get(
    "/health/ready",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "No release can be served yet"}},
)
async def ready(request: Request) -> Response:
    """Whether a release is served, which, and whether something newer could not be taken up."""
    watcher = service_of(request).watcher
    state = watcher.state
    content: dict[str, Any] = {
        "status": "ready" if state else "not ready",
        "release": None,
        "models": {},
        "waiting": {},
    }
    if state is not None:
        versions = {one.name: one.version for one in (state.spend, state.segmentation)}
        content |= {"release": state.release.name, "models": versions, "waiting": dict(state.waiting)}
    content["trouble"] = watcher.trouble
    return Response(orjson.dumps(content), 200 if state else 503, media_type="application/json")


@router.get("/version", response_model=Version)
async def version() -> Response:
    """The platform's version and the commit of its code."""
    return json_response(_version())


@router.get(
    "/metrics",
    dependencies=[Depends(Admitted("metrics"))],
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus text"}, **documented(401, 403, 429)},
)
async def metrics(request: Request) -> Response:
    """Requests, latencies, customers answered for, the release and the versions served, as Prometheus reads them."""
    return Response(service_of(request).metrics.text(), headers={"Content-Type": CONTENT_TYPE})


@router.get("/openapi.json", include_in_schema=False, dependencies=[Depends(Admitted(None))])
async def openapi(request: Request) -> Response:
    """This API as OpenAPI describes it; its examples name a customer of the release, so it needs a key as well."""
    watcher = service_of(request).watcher
    return json_response(document(request.app, watcher.state, watcher.shop))


@cache
def _version() -> dict[str, str]:
    return {"version": installed("eshop-dagster"), "git_commit": code_tags()["git_commit"]}
