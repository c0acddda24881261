"""What is in an order and how it is paid: lines, returned lines, payments and refunds, in whole cents."""

from dataclasses import dataclass

import numpy as np

from eshop_dagster.adapters.sources.simulated.catalogue import Catalogue
from eshop_dagster.adapters.sources.simulated.customers import Customers
from eshop_dagster.adapters.sources.simulated.demand import Demand
from eshop_dagster.adapters.sources.simulated.lives import CREDIT_CARD, NEVER, PIX, STORE, VOUCHER, Life
from eshop_dagster.adapters.sources.simulated.orders import Placed, Rows
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice, cumulative

MOST_LINES = 3

_LINE_COUNTS = cumulative(np.array([0.86, 0.11, 0.03]))
_QUANTITIES = cumulative(np.array([0.93, 0.055, 0.015]))
_DISCOUNTS = np.array([0, 5, 10, 15, 20])
_DISCOUNT_SHARE = cumulative(np.array([0.62, 0.10, 0.14, 0.08, 0.06]))
_INSTALLMENTS = np.array([1, 2, 3, 4, 5, 6, 8, 10, 12])
_INSTALLMENT_SHARE = cumulative(np.array([0.34, 0.16, 0.14, 0.09, 0.07, 0.06, 0.05, 0.07, 0.02]))
_SPLIT_SHARE = 0.04


@dataclass(frozen=True)
class Basket(Rows):
    """Lines and payments of orders.

    Attributes:
        line_count: shape (n,), 1 to MOST_LINES.
        product, quantity, unit_price_cents, freight_cents: shape (n, MOST_LINES); past `line_count` they mean nothing.
        is_line_returned: shape (n, MOST_LINES), false unless the order is returned one day.
        payment_method, installments, paid_cents: shape (n, 2); a second payment of 0 cents does not exist.
        refund_cents: shape (n,), 0 or what is paid back when lines are returned: the goods, not the freight.
    """

    line_count: Array
    product: Array
    quantity: Array
    unit_price_cents: Array
    freight_cents: Array
    is_line_returned: Array
    payment_method: Array
    installments: Array
    paid_cents: Array
    refund_cents: Array


class Baskets:
    """Fills the baskets of orders."""

    def __init__(self, dice: Dice, demand: Demand, customers: Customers, catalogue: Catalogue, places: Places) -> None:
        self._dice, self._demand, self._customers = dice, demand, customers
        self._catalogue, self._places = catalogue, places

    def baskets_of(self, placed: Placed, life: Life) -> Basket:
        """Return lines and payments of each order."""
        dice = self._dice
        line = placed.key[:, None] * 4 + np.arange(MOST_LINES)
        line_count = 1 + dice.choice("basket/lines", placed.key, _LINE_COUNTS)
        is_line = np.arange(MOST_LINES) < line_count[:, None]
        product = self._products(line, placed, life)
        quantity = 1 + dice.choice("basket/quantity", line, _QUANTITIES)
        price = self._unit_price_cents(line, product, placed)
        freight = np.where(is_line, self._freight_cents(line, product, price, life), 0)
        goods = np.where(is_line, quantity * price, 0)
        is_returned = self._returned_lines(placed.key, line_count, life) & is_line
        method, installments, paid = self._payments(placed.key, goods.sum(axis=1) + freight.sum(axis=1), life)
        refund = np.where(is_returned, goods, 0).sum(axis=1)
        return Basket(line_count, product, quantity, price, freight, is_returned, method, installments, paid, refund)

    def _products(self, line: Array, placed: Placed, life: Life) -> Array:
        dice = self._dice
        customer = placed.customer[:, None]
        other = self._customers.favourite_category(np.broadcast_to(customer, line.shape), "basket/category", line)
        is_main = dice.uniform("basket/is_main", line) < 0.6
        is_main[:, 0] = True
        category = np.where(is_main, life.category[:, None], other)
        # A buyer's own price level explains 42 % of the variance: what somebody spent tells what they will spend.
        level = 0.65 * dice.normal("customer/price_level", customer) + 0.76 * dice.normal("basket/price_level", line)
        return self._catalogue.products_of(category, placed.day[:, None], level)

    def _unit_price_cents(self, line: Array, product: Array, placed: Placed) -> Array:
        day = np.broadcast_to(placed.day[:, None], line.shape)
        listed = self._catalogue.list_price_cents(product, day)
        percent = _DISCOUNTS[self._dice.choice("basket/discount", line, _DISCOUNT_SHARE)]
        bargain = self._demand.black_friday[placed.day][:, None]
        percent = percent + (bargain * (10 + self._dice.below("basket/bargain", line, 26))).astype(np.int64)
        cents: Array = listed * (100 - percent) // 100
        return cents

    def _freight_cents(self, line: Array, product: Array, price_cents: Array, life: Life) -> Array:
        distance = self._places.distance_km[self._catalogue.seller_state[life.seller], life.state][:, None]
        weight = self._catalogue.weight_kg[product]
        brl = (9.0 + 0.0095 * distance + 2.6 * np.sqrt(weight)) * self._dice.lognormal("basket/freight", line, 0.22)
        is_free = (price_cents > 19_900) & (self._dice.uniform("basket/free_freight", line) < 0.3)
        is_free |= (life.channel == STORE)[:, None]
        return np.where(is_free, 0, np.rint(brl * 100).astype(np.int64))

    def _returned_lines(self, key: Array, line_count: Array, life: Life) -> Array:
        """Return the lines that go back, shape (n, MOST_LINES): half of the returns are of one line only."""
        is_whole = self._dice.uniform("basket/returned_whole", key) < 0.5
        one = self._dice.below("basket/returned_line", key, line_count)
        lines = is_whole[:, None] | (np.arange(MOST_LINES) == one[:, None])
        returned: Array = lines & (life.returned != NEVER)[:, None]
        return returned

    def _payments(self, key: Array, total_cents: Array, life: Life) -> tuple[Array, Array, Array]:
        dice = self._dice
        is_split = (dice.uniform("payment/split", key) < _SPLIT_SHARE) & (total_cents > 2_000)
        part = 0.1 + 0.4 * dice.uniform("payment/part", key)
        second = np.where(is_split, (total_cents * part).astype(np.int64), 0)
        second_method = np.where(life.method == VOUCHER, PIX, VOUCHER)
        # A store charges no instalment below 20 BRL.
        most = np.clip((total_cents - second) // 2_000, 1, 12)
        drawn = _INSTALLMENTS[dice.choice("payment/installments", key, _INSTALLMENT_SHARE)]
        installments = np.where(life.method == CREDIT_CARD, np.minimum(drawn, most), 1)
        return (
            np.stack([life.method, second_method], axis=1),
            np.stack([installments, np.ones_like(installments)], axis=1),
            np.stack([total_cents - second, second], axis=1),
        )
