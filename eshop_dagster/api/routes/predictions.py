"""`/predict` and `/segment`, for one customer and for many."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from eshop_dagster.api.access import Admitted
from eshop_dagster.api.answers import SegmentAnswer, SegmentBatchAnswer, SpendAnswer, SpendBatchAnswer
from eshop_dagster.api.openapi import body_of
from eshop_dagster.api.problems import documented
from eshop_dagster.api.requests import SEGMENT, SEGMENT_BATCH, SPEND, SPEND_BATCH
from eshop_dagster.api.routes.asking import answer_many, answer_one

router = APIRouter(dependencies=[Depends(Admitted("predict"))], tags=["predictions"])

_ONE = documented(401, 403, 404, 413, 415, 422, 429, 503)
_MANY = documented(401, 403, 413, 415, 422, 429, 503)


@router.post("/predict", response_model=SpendAnswer, responses=_ONE, openapi_extra=body_of("spend", SPEND))
async def predict(request: Request) -> Response:
    """Expected spend of one customer in the window (`window_days`), with its intervals and the reasons."""
    return await answer_one(request, "spend", "spend")


@router.post(
    "/predict/batch",
    response_model=SpendBatchAnswer,
    responses=_MANY,
    openapi_extra=body_of("spend_batch", SPEND_BATCH),
)
async def predict_batch(request: Request) -> Response:
    """Expected spend of up to 10,000 customers, in the order asked."""
    return await answer_many(request, "spend_batch", "spend")


@router.post("/segment", response_model=SegmentAnswer, responses=_ONE, openapi_extra=body_of("segment", SEGMENT))
async def segment(request: Request) -> Response:
    """Segment of one customer: its id, its persona, how typical the customer is of it."""
    return await answer_one(request, "segment", "segmentation")


@router.post(
    "/segment/batch",
    response_model=SegmentBatchAnswer,
    responses=_MANY,
    openapi_extra=body_of("segment_batch", SEGMENT_BATCH),
)
async def segment_batch(request: Request) -> Response:
    """Segments of up to 10,000 customers, in the order asked."""
    return await answer_many(request, "segment_batch", "segmentation")
