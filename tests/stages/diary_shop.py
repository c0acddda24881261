"""A shop of a few orders that goes through everything that can happen to one, by chance from a seed.

Days are far apart, so that a few of them cover months. Whatever a source may say of an order later, it says here:
another customer, another day, no payment, a return, a cancellation taken back. Sellers and customers move, products
change category, reviews are corrected, cover several orders, and tell of orders that nobody knows (yet).
"""

import random
from datetime import date, timedelta

from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.contract import CHANNELS, STATUSES

from ..builders import Row, changes, customer, order, order_item, payment, product, review, seller

FIRST = date(2024, 1, 29)
DAYS = [FIRST + timedelta(days=8 * n) for n in range(21)]
"""From January to July."""

_STATES = ("SP", "RJ", "AM", "BA", None)


def day_of_shop(day: date, seed: int = 1) -> Changes:
    """Return what changed on a day; another seed is another telling of the same day."""
    dice = random.Random(f"{seed} {day}")
    orders = [_order(dice, f"o{number}", day) for number in dice.sample(range(30), 8)]
    lines = [line for one in orders for line in _lines(dice, one)]
    return changes(
        day,
        customers=[customer(name, state=dice.choice(_STATES)) for name in _some(dice, "c", 7)],
        products=[product(name, category=dice.choice(("toys", "books", None))) for name in _some(dice, "p", 4)],
        sellers=[seller(name, state=dice.choice(_STATES)) for name in _some(dice, "s", 3)],
        orders=orders,
        order_items=lines,
        payments=[one for order in orders for one in _payments(dice, order, lines)],
        reviews=_reviews(dice, day),
    )


def _some(dice: random.Random, prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count) if dice.random() < 0.3]


def _order(dice: random.Random, order_id: str, day: date) -> Row:
    # Before the first day there are no orders, or the shop would have another first month on every telling.
    ordered = max(day - timedelta(days=dice.choice((0, 0, 3, 30, 80))), FIRST)
    shipped = ordered + timedelta(days=dice.randrange(4))
    has_times = dice.random() < 0.7
    return order(
        order_id,
        customer_id=dice.choice((*(f"c{number}" for number in range(9)), None)),
        status=dice.choice((*STATUSES, "delivered", "delivered", "delivered")),
        channel=dice.choice((*CHANNELS, None)),
        state=dice.choice(_STATES),
        ordered_at=f"{ordered} 10:00:00-03:00",
        approved_at=f"{ordered} 11:00:00-03:00" if dice.random() < 0.8 else None,
        shipped_at=f"{shipped} 12:00:00-03:00" if has_times else None,
        delivered_at=f"{shipped + timedelta(days=dice.randrange(-1, 9))} 13:00:00-03:00" if has_times else None,
        promised_date=str(ordered + timedelta(days=6)) if dice.random() < 0.8 else None,
    )


def _lines(dice: random.Random, of: Row) -> list[Row]:
    return [
        order_item(
            of["order_id"],
            number,
            product_id=f"p{dice.randrange(5)}",
            seller_id=dice.choice(("s0", "s1", "s2", None)),
            quantity=dice.choice(("1", "2", "-1")),
            unit_price_brl=str(dice.randrange(1, 90)),
            freight_brl=str(dice.randrange(9)),
        )
        for number in range(1, 1 + dice.choice((0, 1, 2, 3)))
    ]


def _payments(dice: random.Random, of: Row, lines: list[Row]) -> list[Row]:
    own = [line for line in lines if line["order_id"] == of["order_id"]]
    cost = sum(int(line["quantity"]) * int(line["unit_price_brl"]) + int(line["freight_brl"]) for line in own)
    amount = cost + dice.choice((0, 0, 1))
    return [payment(of["order_id"], amount_brl=str(amount))] if dice.random() < 0.8 else []


def _reviews(dice: random.Random, day: date) -> list[Row]:
    keys = {(f"r{dice.randrange(6)}", f"o{dice.randrange(34)}") for _ in range(4)}
    created = [None, f"{day} 09:00:00-03:00"]
    return [review(one, of, score=1 + dice.randrange(5), created_at=dice.choice(created)) for one, of in sorted(keys)]
