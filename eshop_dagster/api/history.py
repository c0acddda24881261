"""An order history as an application posts it, and what it must keep to."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from eshop_dagster.contract import STATES
from eshop_dagster.shop import BRAZIL, Shop

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(9999, 12, 30)
"""The last day that has a date in every time zone."""
MOST_ORDERS = 2_000
MOST_ITEMS = 500


def _only_text(value: Any) -> Any:
    """Refuse numbers where text is documented: pydantic would read them as seconds since 1970."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "Input should be a text as in ISO 8601")
    return value


def _only_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "Input should be a number")
    return value


def _between_days(value: Any) -> Any:
    day = value.date() if isinstance(value, datetime) else value
    if day < FIRST_DAY:
        raise PydanticCustomError("too_early", "Input should not be before 1990-01-01")
    if day > LAST_DAY:
        raise PydanticCustomError("too_late", "Input should not be after 9999-12-30")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_between_days)]
Day = Annotated[date, BeforeValidator(_only_text), AfterValidator(_between_days)]
CustomerKey = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{20}$")]
OrderId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]
Category = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=100)]
# Bounds far above any shop's; within them no sum of squares outgrows the decimals of the features' SQL.
Channel = Literal["web", "app", "store"]
OrderState = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=60)]
STATES_OF_BRAZIL = {"enum": STATES, "type": "string"}
"""The schema of a state where the shop is in Brazil; another country's regions are texts."""

Quantity = Annotated[Decimal, BeforeValidator(_only_number, json_schema_input_type=float), Field(ge=-10_000, le=10_000)]
Price = Annotated[Decimal, BeforeValidator(_only_number, json_schema_input_type=float), Field(ge=0, le=1_000_000)]
Freight = Annotated[
    Decimal, BeforeValidator(_only_number, json_schema_input_type=float), Field(ge=-100_000, le=100_000)
]


class Strict(BaseModel):
    """A body or a part of one: unknown fields are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Strict):
    """One line of an order."""

    quantity: Quantity = Field(description="Pieces bought; negative on a line that says what came back. Never 0.")
    unit_price_brl: Price = Field(description="For one piece, without freight, in the shop's currency.")
    freight_brl: Freight = Field(
        default=Decimal(0), description="In the shop's currency; below 0 only on a line that came back."
    )
    category: Category | None = Field(default=None, description="The product's category, as the shop names it.")


class Order(Strict):
    """One order as it is known now."""

    order_id: OrderId = Field(description="Any text, once in a history; it is used for nothing else.")
    ordered_at: Instant = Field(description="When it was placed, with its time zone.")
    channel: Channel | None = Field(default=None, description="Where it was placed.")
    state: OrderState | None = Field(
        default=None, description="Where it went: a state or region of the shop's country, such as its sales name it."
    )
    is_cancelled: Annotated[bool, Field(strict=True)] = Field(default=False, description="Whether it was called off.")
    is_returned: Annotated[bool, Field(strict=True)] = Field(
        default=False, description="Whether it came back: all of it, unless lines that came back say how much."
    )
    promised_date: Day | None = Field(default=None, description="The last day on which it would be in time.")
    delivered_at: Instant | None = Field(default=None, description="When it arrived, with its time zone.")
    items: Annotated[list[Item], Field(max_length=MOST_ITEMS)] = Field(
        description="Its lines. An order without any counts as placed, and as no sale."
    )


Orders = Annotated[
    list[Order],
    Field(
        max_length=MOST_ORDERS,
        description="Every order of the customer before `as_of_date`, cancelled ones too, in any order. None: a new "
        "customer.",
    ),
]
AsOf = Annotated[
    Day | None,
    Field(
        description="The day on which the window begins; orders count that were placed before it. The release's own "
        "day if it is left out; at the latest tomorrow."
    ),
]


def business_date(instant: datetime, shop: Shop = BRAZIL) -> date:
    """Return the date of an instant where the shop is."""
    return instant.astimezone(ZoneInfo(shop.time_zone)).date()


def is_state_of(shop: Shop, state: str) -> bool:
    """Whether an order of the shop may have gone there: one of 27 in Brazil, any region elsewhere."""
    return state in STATES if shop.is_brazilian else bool(state.strip())


def wanted_state(shop: Shop) -> str:
    """Return the words for what a state of the shop should be."""
    return "a state of Brazil, such as SP" if shop.is_brazilian else "a region, not blank"


def latest_as_of(release_day: date, today: date) -> date:
    """Return the last cut-off that may be asked: the release's, or tomorrow."""
    return max(release_day, today + timedelta(days=1))


def faults(orders: list[Order], as_of_date: date, shop: Shop = BRAZIL) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Return what single fields cannot tell: place, kind and words of each fault; never a value that was sent."""
    found: list[tuple[tuple[str | int, ...], str, str]] = []
    seen: set[str] = set()
    for number, order in enumerate(orders):
        if order.order_id in seen:
            found.append(((number, "order_id"), "repeated", "Input should be different in each order of a history"))
        seen.add(order.order_id)
        if order.state is not None and not is_state_of(shop, order.state):
            found.append(((number, "state"), "state", f"Input should be {wanted_state(shop)}"))
        for name in ("ordered_at", "delivered_at"):
            instant = getattr(order, name)
            if instant is not None and business_date(instant, shop) >= as_of_date:
                found.append(((number, name), "in_the_future", "Input should be before as_of_date"))
        for line, item in enumerate(order.items):
            if item.quantity == 0:
                found.append(((number, "items", line, "quantity"), "zero", "Input should not be 0"))
            if item.freight_brl < 0 < item.quantity:
                found.append(
                    ((number, "items", line, "freight_brl"), "negative", "Input should be 0 or more on a line bought")
                )
    return found
