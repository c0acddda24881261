"""The mapping of a sales report: which column is what, how it is written, and what its words mean.

What belongs here: the typed mapping and its rules. What does not: how the file is written (`format.py`), reading YAML
(`loading.py`) or lines (`reading.py`).
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from eshop_dagster.adapters.countries import checked_shop, currency_of, zone_of
from eshop_dagster.adapters.sources.report.currency import Currency
from eshop_dagster.adapters.sources.report.format import Format, Part, Word
from eshop_dagster.adapters.sources.report.signs import ReturnSigns, Signs
from eshop_dagster.shop import BRAZIL, Shop

CONTRACT_STATUS = Literal[
    "created", "approved", "processing", "invoiced", "shipped", "delivered", "cancelled", "unavailable", "returned"
]
CHANNEL = Literal["web", "app", "store"]


class OrderKey(Part):
    """An order id made of several columns, for a sheet that has none, or whose numbers start again.

    Attributes:
        year_of: header of a date whose year is part of the id: the numbers start again each year.
    """

    from_: Annotated[list[Word], Field(alias="from", min_length=1)]
    year_of: Word | None = None


class LineKey(Part):
    """Each line is an order of its own: a file without order numbers and customers."""

    each: Literal["line"]


def _shape_of_id(value: Any) -> str:
    if isinstance(value, LineKey) or (isinstance(value, dict) and "each" in value):
        return "line"
    return "headers" if isinstance(value, dict | OrderKey) else "header"


OrderId = Annotated[
    Annotated[Word, Tag("header")] | Annotated[OrderKey, Tag("headers")] | Annotated[LineKey, Tag("line")],
    Discriminator(_shape_of_id),
]


Per = Literal["line", "order"]
GUESTS = [
    "consumidor final",
    "consumidor",
    "cliente balcao",
    "balcao",
    "consumidor nao identificado",
    "cliente nao identificado",
    "nao identificado",
    "nao informado",
    "0",
    "00000000000",
]
"""Words that stand for nobody in particular; compared without case, accents and the marks of a CPF."""


class Columns(Part):
    """Header of the column that holds each field; a field that is left out is unknown."""

    order_id: OrderId
    product_id: Word | None = None
    quantity: Word | None = None
    line_number: Word | None = None
    customer_id: Word | None = None
    product_name: Word | None = None
    category: Word | None = None
    unit_price: Word | None = None
    line_total: Word | None = None
    discount: Word | None = None
    control_total: Word | None = None
    currency: Word | None = None
    freight: Word | None = None
    ordered_at: Word | None = None
    ordered_date: Word | None = None
    ordered_time: Word | None = None
    status: Word | None = None
    cancelled_at: Word | None = None
    channel: Word | None = None
    state: Word | None = None
    city: Word | None = None
    zip_prefix: Word | None = None
    approved_at: Word | None = None
    shipped_at: Word | None = None
    delivered_at: Word | None = None
    promised_date: Word | None = None
    seller_id: Word | None = None
    payment_method: Word | None = None
    payment_installments: Word | None = None
    payment_amount: Word | None = None
    name: Word | None = None
    email: Word | None = None
    cpf: Word | None = None
    phone: Word | None = None

    @model_validator(mode="after")
    def _price_and_instant(self) -> Self:
        if (self.unit_price is None) == (self.line_total is None):
            raise ValueError("name exactly one of unit_price and line_total: the other follows from the quantity")
        if (self.ordered_at is None) == (self.ordered_date is None):
            raise ValueError("name either ordered_at or ordered_date (with ordered_time, if there is one)")
        if self.ordered_time and not self.ordered_date:
            raise ValueError("ordered_time needs ordered_date beside it")
        identifiers = [key for key in ("name", "email", "cpf", "phone", "zip_prefix") if getattr(self, key)]
        if identifiers and not self.customer_id:
            raise ValueError(f"{', '.join(identifiers)} describe a customer: name the customer_id column too")
        return self

    def headers(self) -> dict[str, list[str]]:
        """Headers by field, in the field's order; an order id made of several columns has several."""
        named = {key: getattr(self, key) for key in type(self).model_fields}
        return {key: _headers_of(value) for key, value in named.items() if value}


def _headers_of(value: str | OrderKey | LineKey) -> list[str]:
    if isinstance(value, LineKey):
        return []
    return [*value.from_, *([value.year_of] if value.year_of else [])] if isinstance(value, OrderKey) else [value]


class Constants(Part):
    """Values that hold for every line of the report."""

    product_id: Word | None = None
    channel: CHANNEL | None = None
    payment_method: Word | None = None


class ReportMapping(Part):
    """All that must be known to read a sales report of one line per order line."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9-]+$")]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = BRAZIL.country
    holidays: Word | None = None
    time_zone: str | None = None
    columns: Columns
    format: Format = Format()
    currency: Currency = Currency()
    cancellation: Signs = Signs()
    return_: Annotated[ReturnSigns, Field(alias="return")] = ReturnSigns()
    status: dict[Word, CONTRACT_STATUS] = Field(default_factory=dict)
    default_status: CONTRACT_STATUS = "delivered"
    duplicates: Literal["quarantine", "keep"] = "quarantine"
    missing_orders: Literal["refuse", "drop"] = "refuse"
    freight_per: Per = "line"
    ordered_at_per: Per = "line"
    line_total_per: Per = "line"
    discount_per: Per = "line"
    control_total_per: Per = "line"
    negative_price: Literal["quarantine", "discount", "return"] = "quarantine"
    payment_amount_per: Literal["order", "line"] = "order"
    days_within_order: Annotated[int, Field(ge=0, le=3660)] = 1
    guest_words: list[Word] = GUESTS
    constants: Constants = Constants()

    @model_validator(mode="before")
    @classmethod
    def _follow_country(cls, value: Any) -> Any:
        """Where the mapping is silent, currency and time zone are those of the country."""
        if not isinstance(value, dict):
            return value
        country, form, money = value.get("country"), value.get("format") or {}, value.get("currency") or {}
        money = {"code": money} if isinstance(money, str) else money
        if not (isinstance(country, str) and len(country) == 2 and isinstance(form, dict) and isinstance(money, dict)):
            return {**value, "currency": money} if money else value
        zone = value.get("time_zone") or zone_of(country, form.get("time_zone"))
        return {
            **value,
            "time_zone": zone,
            "format": {"time_zone": zone, **form},
            "currency": {"code": currency_of(country), **money},
        }

    @property
    def shop(self) -> Shop:
        """The shop whose report this is."""
        money = self.currency
        is_converted = money.rate is not None
        return Shop(
            country=self.country,
            state=self.holidays,
            currency="BRL" if money.rate_to_brl else currency_of(self.country) if is_converted else money.code,
            time_zone=self.time_zone or BRAZIL.time_zone,
        )

    def known_rates(self) -> dict[str, Decimal]:
        """What one unit of each known currency is worth in the shop's."""
        return {self.shop.currency: Decimal(1), **self.currency.rates, self.currency.code: self.currency.rate_to_shop}

    @property
    def says_shop(self) -> bool:
        """Whether the mapping says anything of its shop; it is Brazil's otherwise."""
        return bool({"country", "currency", "holidays", "time_zone"} & self.model_fields_set)

    @model_validator(mode="after")
    def _known_shop(self) -> Self:
        own = checked_shop(**vars(self.shop)).currency
        if self.known_rates()[own] != 1:
            raise ValueError(f"currency gives {own}, the shop's own, the rate {self.known_rates()[own]}: leave it out")
        return self

    @model_validator(mode="after")
    def _columns_behind(self) -> Self:
        for field in ("line_total", "discount", "control_total"):
            if getattr(self, f"{field}_per") == "order" and not getattr(self.columns, field):
                raise ValueError(f"{field}_per: order needs a {field} column: name it under columns, or leave it out")
        return self

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        for field in ("channel", "payment_method", "product_id"):
            if getattr(self.constants, field) and getattr(self.columns, field):
                raise ValueError(f"{field} has both a column and a constant: keep one")
        if not (self.columns.product_id or self.constants.product_id):
            raise ValueError(
                "key 'columns.product_id' is missing: name its column, or one product for all lines under constants"
            )
        cancelled, returned = self.cancellation, self.return_
        if (cancelled.negative_quantity or returned.negative_quantity) and not self.columns.quantity:
            raise ValueError("negative_quantity needs a quantity column: name it under columns, or leave the sign out")
        if returned.credit_notes and not (returned.statuses and self.columns.status):
            raise ValueError("return.credit_notes needs return.statuses and a status column: they say which orders")
        if cancelled.negative_quantity and returned.negative_quantity:
            raise ValueError("negative_quantity is a sign of both cancellation and return: keep one")
        if cancelled.order_id_prefix and cancelled.order_id_prefix == returned.order_id_prefix:
            raise ValueError(f"order_id_prefix {cancelled.order_id_prefix!r} means both cancellation and return")
        meanings: dict[str, set[str]] = {}
        pairs = [*self.status.items(), *((word, "cancelled") for word in cancelled.statuses)]
        for word, meaning in [*pairs, *((word, "returned") for word in returned.statuses)]:
            meanings.setdefault(word.strip().casefold(), set()).add(meaning)
        twice = sorted(word for word, found in meanings.items() if len(found) > 1)
        if twice:
            raise ValueError(f"status words {', '.join(twice)} are given two meanings: keep one")
        return self
