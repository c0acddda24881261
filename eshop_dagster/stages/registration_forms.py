"""The forms of a registration: what a person types for a new customer and an order, read and checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral

from eshop_dagster.adapters.release import NoRelease, ReleaseDamaged, open_release
from eshop_dagster.adapters.sources.registered import Register
from eshop_dagster.contract import CHANNELS
from eshop_dagster.stages.person_rules import (
    Unfit,
    read_cpf,
    read_email,
    read_name,
    read_phone,
    read_state,
    read_zip_prefix,
    state_of_zip,
)
from eshop_dagster.stages.platform import Platform

Fields = dict[str, str | None]
"""Values by field."""

METHODS = ("pix", "credit_card", "boleto", "debit_card", "voucher")
MOST_INSTALLMENTS = 12
MOST_LINES = 50
MOST_PIECES = 1000


class RegistrationError(ValueError):
    """An entry was refused, and nothing of it was kept.

    Attributes:
        problems: by field (`cpf`, `lines`; empty for the home as a whole), what is wrong and what is expected. No
            message holds a person's data, so that it may be logged.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{field} {problem}".strip() for field, problem in problems.items()))


@dataclass(frozen=True)
class NewCustomer:
    """A person as typed into a form.

    Attributes:
        name: full name.
        email: address, in any case.
        cpf: tax number, with or without dots and dash.
        phone: Brazilian number with its dialling code, with or without +55.
        zip_prefix: CEP, or its first five digits; the rest is not kept.
        city: name of the city.
        state: one of the 27 codes.
        consent_marketing: whether the person agrees to be written to.
    """

    name: str
    email: str
    cpf: str
    phone: str
    zip_prefix: str
    city: str
    state: str
    consent_marketing: bool = False


@dataclass(frozen=True)
class NewOrder:
    """An order as typed into a form; the shop's own list prices apply, and freight is free.

    Attributes:
        channel: `web`, `app` or `store`.
        lines: product id and number of pieces.
        method: one of `METHODS`.
        installments: 1 to 12; more than one by credit card only.
    """

    channel: str
    lines: Sequence[tuple[str, int]]
    method: str = "pix"
    installments: int = 1


def read_customer(customer: NewCustomer) -> tuple[Fields, Fields]:
    """Return the person for the vault, and where they live."""
    readers: dict[str, Callable[[str], str]] = {
        **{"name": read_name, "email": read_email, "cpf": read_cpf, "phone": read_phone},
        **{"zip_prefix": read_zip_prefix, "city": read_name, "state": read_state},
    }
    read, problems = {}, {}
    for field, reader in readers.items():
        try:
            read[field] = reader(str(getattr(customer, field) or ""))
        except Unfit as error:
            problems[field] = str(error)
    if "zip_prefix" in read and "state" in read and state_of_zip(read["zip_prefix"]) != read["state"]:
        problems["zip_prefix"] = f"lies in another state than {read['state']}: correct the CEP or the state"
    if problems:
        raise RegistrationError(problems)
    person = {field: read[field] for field in ("name", "email", "cpf", "phone")}
    # The tax number makes two entries of one person one customer; the vault alone knows it.
    person["customer_id"] = f"cpf:{read['cpf']}"
    return {**person}, {field: read[field] for field in ("zip_prefix", "city", "state")}


def place_of(platform: Platform, customer_key: str) -> Fields:
    """Return state and city of a known customer."""
    entry = Register(platform.home).find(customer_key) if customer_key.isalnum() else None
    if entry:
        return {"state": entry["customer"]["state"], "city": entry["customer"]["city"]}
    known = _ask(
        platform,
        "SELECT customer_state AS state, customer_city AS city FROM dim_customers WHERE customer_key = $wanted",
        {"wanted": customer_key},
    )
    if not known:
        raise RegistrationError(
            {"customer_key": "is nobody's in the current release: expected one of dim_customers; add a new customer"}
        )
    return known[0]


def read_order(platform: Platform, order: NewOrder) -> list[dict[str, object]]:
    """Return the order's lines with the current list prices."""
    problems = {}
    if order.channel not in CHANNELS:
        problems["channel"] = f"is {order.channel!r}: expected one of {', '.join(CHANNELS)}"
    if order.method not in METHODS:
        problems["method"] = f"is {order.method!r}: expected one of {', '.join(METHODS)}"
    most = MOST_INSTALLMENTS if order.method == "credit_card" else 1
    if not 1 <= order.installments <= most:
        problems["installments"] = f"are {order.installments}: expected 1 to {most} for {order.method}"
    wanted = [product for product, _quantity in order.lines]
    if not 1 <= len(wanted) <= MOST_LINES:
        problems["lines"] = f"are {len(wanted)}: expected 1 to {MOST_LINES}"
    for product, quantity in order.lines:
        if not (isinstance(quantity, Integral) and 1 <= quantity <= MOST_PIECES):
            problems["lines"] = f"have {quantity!r} pieces of {product}: expected a whole number, 1 to {MOST_PIECES}"
    sql = "SELECT product_id, list_price_brl FROM dim_products WHERE list_contains($wanted, product_id)"
    prices = {row["product_id"]: row["list_price_brl"] for row in _ask(platform, sql, {"wanted": wanted})}
    unknown = [product for product in wanted if prices.get(product) is None]
    if unknown and "lines" not in problems:
        problems["lines"] = f"have the product {unknown[0]!r}, which has no price in the current release's dim_products"
    if problems:
        raise RegistrationError(problems)
    return [
        {"product_id": product, "quantity": int(quantity), "unit_price_brl": str(prices[product])}
        for product, quantity in order.lines
    ]


def _ask(platform: Platform, sql: str, values: dict[str, object]) -> list[Fields]:
    try:
        rows: list[Fields] = open_release(platform.home).query(sql, values).to_pylist()
    except (NoRelease, ReleaseDamaged) as error:
        raise RegistrationError({"": str(error)}) from error
    return rows
