"""The raw contract's tables of what changed: orders as they are known at the end of a day, and the rest of the shop."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from eshop_dagster.adapters.sources.simulated.baskets import MOST_LINES, Basket
from eshop_dagster.adapters.sources.simulated.catalogue import Catalogue
from eshop_dagster.adapters.sources.simulated.columns import Clock, chosen_text, decimals, fixed_text
from eshop_dagster.adapters.sources.simulated.lives import NEVER, Life
from eshop_dagster.adapters.sources.simulated.orders import DAY, Placed
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array
from eshop_dagster.contract import CHANNELS, MONEY, QUANTITY, UNIT_PRICE

METHODS = ("credit_card", "boleto", "pix", "debit_card", "voucher")

_STATUSES = ("created", "approved", "shipped", "delivered", "cancelled", "returned")


@dataclass(frozen=True)
class Versions:
    """Orders as they are known at the end of a day: version v is order `order[v]` on day `day[v]`."""

    placed: Placed
    life: Life
    basket: Basket
    order: Array
    day: Array

    def keys(self) -> Array:
        """Return a number that no other order and day has."""
        order_key = self.placed.key[self.order]
        keys: Array = order_key * 256 + (self.day - self.placed.day[self.order])
        return keys

    def known(self, event: Array) -> Array:
        """Return for each version whether the order's event has happened by the end of the version's day."""
        at = event[self.order]
        is_known: Array = (at != NEVER) & (at // DAY <= self.day)
        return is_known


class TableMaker:
    """Makes Arrow tables; each has `changed_date` and the contract's columns of the exact type."""

    def __init__(self, clock: Clock, places: Places, catalogue: Catalogue) -> None:
        self._clock, self._places, self._catalogue = clock, places, catalogue
        self._product_ids = [f"P{number:05d}" for number in range(1, len(catalogue.product_names) + 1)]
        self._seller_ids = [f"L{number:04d}" for number in range(1, len(catalogue.seller_state) + 1)]

    def order_ids(self, placed: Placed, prefix: str = "S") -> pa.Array:
        """Return order ids: a letter, the day of the order, and its number within the day."""
        return fixed_text(prefix, (self._clock.year_month_day(placed.day), 8), "-", (placed.number, 7))

    def orders(self, versions: Versions) -> pa.Table:
        """Return one row per version, in the order of the versions."""
        life, at = versions.life, versions.order
        known = {
            name: versions.known(getattr(life, name))
            for name in ("approved", "shipped", "delivered", "cancelled", "returned")
        }
        status = np.zeros(len(at), dtype=np.int64)
        for code, name in enumerate(_STATUSES[1:], start=1):
            status[known[name]] = code
        return pa.table(
            {
                "order_id": self._ids_of(versions),
                "customer_id": customer_ids(versions.placed.customer[at]),
                "status": chosen_text(_STATUSES, status),
                "channel": chosen_text(CHANNELS, life.channel[at]),
                "ordered_at": self._clock.instants(life.ordered[at]),
                "approved_at": self._clock.instants(life.approved[at], known["approved"]),
                "shipped_at": self._clock.instants(life.shipped[at], known["shipped"]),
                "delivered_at": self._clock.instants(life.delivered[at], known["delivered"]),
                "promised_date": self._clock.dates(life.promised[at]),
                "state": chosen_text(self._places.state_codes, life.state[at]),
                "city": chosen_text(self._places.city_names, life.city[at]),
                "changed_date": self._clock.dates(versions.day),
            }
        )

    def order_items(self, versions: Versions) -> tuple[pa.Table, Array]:
        """Return all lines of each version, returned lines after the rest, and a number unique to each row."""
        basket, at = versions.basket, versions.order
        is_line = np.arange(MOST_LINES) < basket.line_count[at][:, None]
        is_back = basket.is_line_returned[at] & versions.known(versions.life.returned)[:, None]
        version, slot = np.nonzero(np.concatenate([is_line, is_back], axis=1))
        number = np.cumsum(np.concatenate([is_line, is_back], axis=1), axis=1)[version, slot]
        order, line = at[version], slot % MOST_LINES
        sign = np.where(slot >= MOST_LINES, -1, 1)
        table = pa.table(
            {
                "order_id": self._ids_of(versions).take(pa.array(version)),
                "line_number": pa.array(number.astype(np.int32)),
                "product_id": chosen_text(self._product_ids, basket.product[order, line]),
                "seller_id": chosen_text(self._seller_ids, versions.life.seller[order]),
                "quantity": decimals(sign * basket.quantity[order, line] * 1000, QUANTITY),
                "unit_price_brl": decimals(basket.unit_price_cents[order, line] * 100, UNIT_PRICE),
                "freight_brl": decimals(np.where(sign > 0, basket.freight_cents[order, line], 0), MONEY),
                "changed_date": self._clock.dates(versions.day[version]),
            }
        )
        return table, versions.keys()[version] * 8 + slot

    def payments(self, versions: Versions) -> tuple[pa.Table, Array]:
        """Return all payments of each version, the refund last, and a number unique to each row."""
        basket, at = versions.basket, versions.order
        is_refunded = versions.known(versions.life.returned)
        amount = np.column_stack([basket.paid_cents[at], np.where(is_refunded, -basket.refund_cents[at], 0)])
        version, slot = np.nonzero(amount)
        sequence = np.cumsum(amount != 0, axis=1)[version, slot]
        method = np.column_stack([basket.payment_method, basket.payment_method[:, 0]])
        installments = np.column_stack([basket.installments, np.ones(len(basket.installments), dtype=np.int64)])
        order = at[version]
        table = pa.table(
            {
                "order_id": self._ids_of(versions).take(pa.array(version)),
                "sequence": pa.array(sequence.astype(np.int32)),
                "method": chosen_text(METHODS, method[order, slot]),
                "installments": pa.array(installments[order, slot].astype(np.int32)),
                "amount_brl": decimals(amount[version, slot], MONEY),
                "changed_date": self._clock.dates(versions.day[version]),
            }
        )
        return table, versions.keys()[version] * 8 + slot

    def _ids_of(self, versions: Versions) -> pa.Array:
        return self.order_ids(versions.placed).take(pa.array(versions.order))

    def reviews(self, placed: Placed, score: Array, created: Array) -> pa.Table:
        """Return one row per review; `created` in local seconds."""
        return pa.table(
            {
                "review_id": self.order_ids(placed, prefix="R"),
                "order_id": self.order_ids(placed),
                "score": pa.array(score.astype(np.int32)),
                "created_at": self._clock.instants(created),
                "changed_date": self._clock.dates(created // DAY),
            }
        )

    def products(self, first: int, last: int) -> pa.Table:
        """Return the products that appear or change their list price from day `first` to `last`, inclusive."""
        catalogue = self._catalogue
        changed = [catalogue.products_changed(day) for day in range(first, last + 1)]
        product = np.concatenate(changed)
        day = np.repeat(np.arange(first, last + 1), [len(products) for products in changed])
        return pa.table(
            {
                "product_id": chosen_text(self._product_ids, product),
                "name": chosen_text(catalogue.product_names, product),
                "category": chosen_text(catalogue.categories, catalogue.product_category[product]),
                "category_english": chosen_text(catalogue.categories_english, catalogue.product_category[product]),
                "weight_kg": pa.array(catalogue.weight_kg[product]),
                "list_price_brl": decimals(catalogue.list_price_cents(product, day), MONEY),
                "changed_date": self._clock.dates(day),
            }
        )

    def sellers(self, first: int, last: int) -> pa.Table:
        """Return the sellers who open from day `first` to `last`, inclusive."""
        catalogue = self._catalogue
        opening = catalogue.seller_opening
        seller = np.flatnonzero((opening >= first) & (opening <= last))
        seller = seller[np.argsort(opening[seller], kind="stable")]
        return pa.table(
            {
                "seller_id": chosen_text(self._seller_ids, seller),
                "zip_prefix": fixed_text((catalogue.seller_zip[seller], 5)),
                "city": chosen_text(self._places.city_names, catalogue.seller_city[seller]),
                "state": chosen_text(self._places.state_codes, catalogue.seller_state[seller]),
                "changed_date": self._clock.dates(opening[seller]),
            }
        )


def customer_ids(customer: Array) -> pa.Array:
    """Return customer ids: C and eight digits."""
    return fixed_text("C", (customer, 8))
