"""The customers table: a customer on the day of registration, and again after a move or a change of consent."""

import numpy as np
import pyarrow as pa

from eshop_dagster.adapters.sources.simulated.columns import Clock, chosen_text, fixed_text
from eshop_dagster.adapters.sources.simulated.customers import Customers
from eshop_dagster.adapters.sources.simulated.identities import Identities
from eshop_dagster.adapters.sources.simulated.orders import DAY, OrderBook
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice
from eshop_dagster.adapters.sources.simulated.tables import customer_ids


class Registry:
    """Writes the customers who are new or changed."""

    def __init__(self, dice: Dice, clock: Clock, places: Places, customers: Customers, order_book: OrderBook) -> None:
        self._dice, self._clock, self._places = dice, clock, places
        self._customers, self._order_book = customers, order_book
        self._identities = Identities(dice)

    def customers(self, first: int, last: int) -> tuple[pa.Table, Array]:
        """Return the customers that changed from day `first` to `last`, inclusive, and a number unique to each row."""
        day, customer = self._customers.changed_between(first, last)
        state, city, postal_code = self._customers.home(customer, day)
        _, first_city, _ = self._customers.home(customer, self._customers.registered_day(customer))
        names, emails = self._identities.names_and_emails(customer)
        table = pa.table(
            {
                "customer_id": customer_ids(customer),
                "name": names,
                "email": emails,
                "cpf": self._identities.cpfs(customer),
                "phone": self._identities.phones(customer, self._places.city_dialling_code[first_city]),
                "zip_prefix": fixed_text((postal_code, 5)),
                "city": chosen_text(self._places.city_names, city),
                "state": chosen_text(self._places.state_codes, state),
                "registered_at": self._clock.instants(self._registered(customer)),
                "consent_marketing": pa.array(self._customers.consents(customer, day)),
                "changed_date": self._clock.dates(day),
            }
        )
        return table, customer * 65_536 + day

    def _registered(self, customer: Array) -> Array:
        """Return the local second of each registration: up to a quarter of an hour before the first order."""
        before = 60 + self._dice.below("customer/registered", customer, 840)
        second = np.maximum(self._order_book.first_order_second(customer) - before, 0)
        registered: Array = self._customers.registered_day(customer) * DAY + second
        return registered
