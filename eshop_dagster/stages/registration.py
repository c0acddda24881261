"""Registration: a customer and an order that a person adds to the simulated shop, for the next run to take up.

Personal data goes to the vault at once; what waits in `<home>/registered/` knows a pseudonym. The shop's clock stands
on the last day that the home has pulled: an entry belongs to that business day, and the next pull writes it there.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from eshop_dagster.adapters.full_disk import explains_full_disk
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.adapters.sources.registered import AlreadyRegistered, Entry, Register
from eshop_dagster.contract import BUSINESS_TIME_ZONE
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.registration_forms import (
    METHODS,
    Fields,
    NewCustomer,
    NewOrder,
    RegistrationError,
    place_of,
    read_customer,
    read_order,
)

__all__ = ["METHODS", "NewCustomer", "NewOrder", "Registered", "RegistrationError", "register"]


@dataclass(frozen=True)
class Registered:
    """What was kept.

    Attributes:
        customer_key: pseudonym of the customer.
        order_id: of the order; None where only a customer was added.
        business_date: day of the shop (America/Sao_Paulo) on which it will appear after the next run.
    """

    customer_key: str
    order_id: str | None
    business_date: date


@explains_full_disk
def register(
    platform: Platform,
    customer: NewCustomer | None = None,
    order: NewOrder | None = None,
    *,
    customer_key: str | None = None,
    now: datetime | None = None,
) -> Registered:
    """Keep a new customer, an order, or both, for the next run; no lock is taken, so that a form never waits for a run.

    Args:
        platform: a home that was filled from the simulated shop.
        customer: the new customer; None for an order of a known one.
        order: the order; None to add the customer alone.
        customer_key: who orders, where no new customer is given.
        now: an instant with a time zone whose time of day in São Paulo the entry gets; default: this moment.

    Raises:
        RegistrationError: something is missing or cannot be right, the home is filled from another source or not at
            all, or the customer is registered already.
    """
    if (customer is None) == (customer_key is None) or (customer is None and order is None):
        raise RegistrationError({"": "expected a new customer, or an order with the customer_key of a known one"})
    business_date = _shop_day(platform)
    at = _on_day(business_date, now or datetime.now(ZoneInfo(BUSINESS_TIME_ZONE)))
    person, place, lines = _read(platform, customer, order, customer_key)
    entry: Entry = {"business_date": str(business_date), "customer": None, "order": None}
    order_id = None
    if customer:
        told = {"registered_at": at, "consent_marketing": bool(customer.consent_marketing)}
        entry["customer"] = {**place, **told}
    if order:
        order_id = f"K{business_date:%Y%m%d}-{secrets.token_hex(5)}"
        where = {"state": place["state"], "city": place["city"]}
        paid = {"method": order.method, "installments": order.installments}
        told = {"channel": order.channel, "ordered_at": at, **where, **paid}
        entry["order"] = {"order_id": order_id, **told, "lines": lines}
    key = _keep(platform, entry, person) if person else customer_key or ""
    if not person:
        Register(platform.home).add(order_id or key, {**entry, "customer_key": key})
    return Registered(key, order_id, business_date)


def _read(
    platform: Platform, customer: NewCustomer | None, order: NewOrder | None, customer_key: str | None
) -> tuple[Fields, Fields, list[dict[str, object]]]:
    """Return the person, where they live and the lines; a form is told of all that is wrong with it at once."""
    person: Fields = {}
    place: Fields = {}
    lines: list[dict[str, object]] = []
    problems: dict[str, str] = {}
    try:
        if customer:
            person, place = read_customer(customer)
        else:
            place = place_of(platform, customer_key or "")
    except RegistrationError as error:
        problems |= error.problems
    try:
        lines = read_order(platform, order) if order else []
    except RegistrationError as error:
        problems |= error.problems
    if problems:
        raise RegistrationError(problems)
    return person, place, lines


def _keep(platform: Platform, entry: Entry, person: Fields) -> str:
    """Give the person to the vault and keep the entry under the pseudonym, one a person."""
    register, customer_id = Register(platform.home), str(person["customer_id"])
    key = platform.vault.pseudonyms([customer_id])[customer_id]
    known = RegistrationError(
        {"cpf": f"is registered already, as customer {key}: add an order to that customer_key instead"}
    )
    if register.find(key):
        raise known
    platform.vault.store([person])
    try:
        register.add(key, {**entry, "customer_key": key})
    except AlreadyRegistered as error:
        raise known from error
    return key


def _shop_day(platform: Platform) -> date:
    config = load_source_config(platform.home)
    if config is None:
        raise RegistrationError({"": f"the home {platform.home} is empty: fill it first with `eshop run`"})
    if not config.takes_registrations:
        raise RegistrationError(
            {
                "": f"the home {platform.home} is filled from the source {config.kind}, which takes no registrations: "
                "add the customer where its orders come from, or use a home of the simulated shop"
            }
        )
    days = platform.raw.days_pulled(config.kind)
    if not days:
        raise RegistrationError({"": f"the home {platform.home} has pulled no day yet: fill it first with `eshop run`"})
    return max(days)


def _on_day(day: date, now: datetime) -> str:
    """Return the instant with the time of day of `now` in São Paulo, on a business day."""
    local = now.astimezone(ZoneInfo(BUSINESS_TIME_ZONE))
    return local.replace(year=day.year, month=day.month, day=day.day, microsecond=0).isoformat()
