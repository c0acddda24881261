"""`/models`: every version, what it was made of, and why it was promoted or kept back."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from eshop_dagster.api.access import Admitted
from eshop_dagster.api.answers import ModelsAnswer
from eshop_dagster.api.problems import documented
from eshop_dagster.api.routes.asking import json_response
from eshop_dagster.api.service import service_of

router = APIRouter(dependencies=[Depends(Admitted("read"))], tags=["models"])


@router.get("/models", response_model=ModelsAnswer, responses=documented(401, 403, 429, 503))
async def models(request: Request) -> Response:
    """Every version of every model: metrics, data version, when it was promoted and why."""
    state = service_of(request).state()
    rows = [{**row, "is_answering": state.version_of(row["model"]) == row["version"]} for row in state.models]
    return json_response({"release": state.release.name, "waiting": dict(state.waiting), "models": rows})
