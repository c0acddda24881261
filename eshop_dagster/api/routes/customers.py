"""`/customers/{customer_key}`: what the release says of one customer."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from eshop_dagster.adapters.customer_index import CustomerIndex
from eshop_dagster.api.access import Admitted
from eshop_dagster.api.answers import CustomerAnswer
from eshop_dagster.api.bodies import Asked
from eshop_dagster.api.problems import documented
from eshop_dagster.api.requests import PathKey
from eshop_dagster.api.routes.asking import json_response, row_of, unknown_customer
from eshop_dagster.api.service import Group, provenance, service_of

router = APIRouter(dependencies=[Depends(Admitted("customers"))], tags=["customers"])


@router.get(
    "/customers/{customer_key}",
    response_model=CustomerAnswer,
    responses=documented(401, 403, 404, 422, 429, 503),
)
async def customer(request: Request, customer_key: PathKey) -> Response:
    """A customer's profile: orders, worth, expected spend and segment."""
    service = service_of(request)
    state = service.state()
    place = state.release.customers.place(customer_key)
    if place < 0:
        raise unknown_customer()
    asked = Asked([customer_key], None, None, 1, None, False)
    spend = await row_of(service, Group(state, "spend", None, False), asked)
    segment = await row_of(service, Group(state, "segmentation", None, False), asked)
    answer = {
        "customer_key": customer_key,
        "as_of_date": state.release.as_of_date,
        **_profile(state.release.customers, place),
        "spend": spend,
        "segment": segment,
        "spend_provenance": provenance(state, state.spend),
        "segment_provenance": provenance(state, state.segmentation),
    }
    return json_response(answer)


def _profile(customers: CustomerIndex, place: int) -> dict[str, Any]:
    row = customers.rows[place]
    return {
        "customer_state": customers.states[row["customer_state"]],
        # NaT becomes None.
        **{name: row[name].item() for name in ("registered_date", "first_sale_date", "last_ordered_date")},
        **{name: int(row[name]) for name in ("placed_order_count", "cancelled_order_count")},
        "net_revenue_brl": float(row["net_revenue_brl"]),
    }
