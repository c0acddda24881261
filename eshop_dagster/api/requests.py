"""The bodies that can be posted."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, StringConstraints, Tag, TypeAdapter

from eshop_dagster.api.history import AsOf, CustomerKey, Orders, Strict

MOST_CUSTOMERS = 10_000
MOST_EXPLAINED = 1_000

Flag = Annotated[bool, Field(strict=True)]


class CustomerByKey(Strict):
    """A customer of the release."""

    customer_key: CustomerKey = Field(description="The pseudonym under which the platform knows the customer.")


class CustomerByHistory(Strict):
    """A person who is new here, or a customer of another system: the orders say it all."""

    orders: Orders
    as_of_date: AsOf = None


class SpendByKey(CustomerByKey):
    """The expected spend of a customer of the release."""

    reasons: Flag = Field(default=True, description="Whether to say why.")


class SpendByHistory(CustomerByHistory):
    """The expected spend of the customer who placed these orders."""

    reasons: Flag = Field(default=True, description="Whether to say why.")


class History(Strict):
    """One customer of a batch."""

    orders: Orders


Keys = Annotated[list[CustomerKey], Field(min_length=1, max_length=MOST_CUSTOMERS)]
Histories = Annotated[list[History], Field(min_length=1, max_length=MOST_CUSTOMERS)]


class SegmentsByKeys(Strict):
    """Up to 10,000 customers of the release."""

    customer_keys: Keys


class SegmentsByHistories(Strict):
    """Up to 10,000 order histories."""

    histories: Histories
    as_of_date: AsOf = None


class SpendByKeys(SegmentsByKeys):
    """Up to 10,000 customers of the release."""

    reasons: Flag = Field(default=False, description=f"Whether to say why; for at most {MOST_EXPLAINED:,} customers.")


class SpendByHistories(SegmentsByHistories):
    """Up to 10,000 order histories."""

    reasons: Flag = Field(default=False, description=f"Whether to say why; for at most {MOST_EXPLAINED:,} customers.")


def _kind(content: Any) -> str:
    """Return which of the two bodies was meant: without orders it is a question by key."""
    if isinstance(content, dict):
        return "history" if "orders" in content or "histories" in content else "key"
    return "history" if hasattr(content, "orders") or hasattr(content, "histories") else "key"


def _either(by_key: Any, by_history: Any) -> TypeAdapter[Any]:
    union = Annotated[Annotated[by_key, Tag("key")] | Annotated[by_history, Tag("history")], Discriminator(_kind)]
    return TypeAdapter(union)


SPEND = _either(SpendByKey, SpendByHistory)
SEGMENT = _either(CustomerByKey, CustomerByHistory)
SPEND_BATCH = _either(SpendByKeys, SpendByHistories)
SEGMENT_BATCH = _either(SegmentsByKeys, SegmentsByHistories)
BODIES: Mapping[str, TypeAdapter[Any]] = {
    "spend": SPEND,
    "segment": SEGMENT,
    "spend_batch": SPEND_BATCH,
    "segment_batch": SEGMENT_BATCH,
}
"""The bodies by name."""

HISTORY = TypeAdapter(History)
PathKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{20}$")]
