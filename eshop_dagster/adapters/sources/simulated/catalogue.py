"""What the shop sells and who sells it: products with their prices through time, and sellers."""

import numpy as np
from scipy.special import ndtr, ndtri

from eshop_dagster.adapters.sources.simulated.categories import CATEGORIES
from eshop_dagster.adapters.sources.simulated.demand import Demand
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice, cumulative

PRODUCTS = 2_000
SELLERS = 300
_SELLERS_PER_CATEGORY = 16
_NEW_SHARE = 0.15
_LAST_LAUNCH = 1_460
"""New products and sellers appear over the first four years."""

_BRANDS = (
    "Aurora",
    "Serrana",
    "Litoral",
    "Ipê",
    "Jatobá",
    "Horizonte",
    "Maré",
    "Cerrado",
    "Pampa",
    "Boreal",
    "Tropical",
)
_WAVE_FAVOURITES = ("telefonia", "eletronicos", "moveis_sala", "eletrodomesticos", "climatizacao", "fashion_roupas")
_FASHION = ("fashion_bolsas_e_acessorios", "fashion_roupas", "fashion_calcados")


class Catalogue:
    """Products and sellers as arrays; a product is a position, products of a category lie together by rising price.

    Attributes:
        categories, categories_english: names.
        popularity: cumulative share of orders by category; `wave_popularity` that of the customers who come by the
            `new_region` scenario.
        is_fashion: shape (categories,), returned more often.
        product_category, weight_kg, launch: shape (PRODUCTS,); launch is the day on which a product appears.
        seller_state, seller_city, seller_zip, seller_opening: shape (SELLERS,).
    """

    def __init__(self, dice: Dice, places: Places, demand: Demand) -> None:
        self._dice, self._demand = dice, demand
        self.categories = [category.name for category in CATEGORIES]
        self.categories_english = [category.name_english for category in CATEGORIES]
        popularity = np.array([category.popularity for category in CATEGORIES])
        self.popularity = cumulative(popularity)
        is_favourite = np.array([name in _WAVE_FAVOURITES for name in self.categories])
        self.wave_popularity = cumulative(np.where(is_favourite, popularity * 12, popularity))
        self.is_fashion = np.array([name in _FASHION for name in self.categories])
        self._set_products(dice, popularity)
        self._set_sellers(dice, places)

    def _set_products(self, dice: Dice, popularity: Array) -> None:
        median = np.array([category.median_price_brl for category in CATEGORIES])
        weight = np.array([category.median_weight_kg for category in CATEGORIES])
        limits = np.floor(cumulative(popularity + 8) * PRODUCTS + 0.5).astype(np.int64)
        self._count = np.diff(limits, prepend=0)
        self._start = limits - self._count
        product = np.arange(PRODUCTS)
        self.product_category = np.searchsorted(limits, product, side="right")
        rank = product - self._start[self.product_category]
        level = ndtri((rank + 0.5) / self._count[self.product_category])
        self._base_brl = median[self.product_category] * np.exp(0.81 * level)
        self.weight_kg = np.round(
            np.maximum(weight[self.product_category] * dice.lognormal("product/weight", product, 0.5), 0.05), 3
        )
        self.launch, self._predecessor = _launches(dice, "product/launch", product, rank)
        self._period = 120 + dice.below("product/period", product, 180)
        self._phase = dice.below("product/phase", product, self._period)
        self._ending = np.array([10, 1, 10, 50, 0])[dice.below("product/ending", product, 5)]
        brand = dice.below("product/brand", product, len(_BRANDS))
        self.product_names = [
            f"{CATEGORIES[category].noun} {_BRANDS[mark]} {number + 1:04d}"
            for category, mark, number in zip(self.product_category, brand, product, strict=True)
        ]

    def _set_sellers(self, dice: Dice, places: Places) -> None:
        seller = np.arange(SELLERS)
        self.seller_state = dice.choice("seller/state", seller, places.seller_share)
        self.seller_city = places.city_of(self.seller_state, dice.uniform("seller/city", seller))
        span = places.city_zip_span[self.seller_city]
        self.seller_zip = places.city_zip_low[self.seller_city] + dice.below("seller/zip", seller, span)
        self.seller_opening, self._seller_predecessor = _launches(dice, "seller/opening", seller, seller)
        slot = np.arange(len(self.categories) * _SELLERS_PER_CATEGORY)
        self._stall = dice.below("seller/stall", slot, SELLERS).reshape(-1, _SELLERS_PER_CATEGORY)

    def sellers_of(self, category: Array, day: Array, uniform: Array) -> Array:
        """Return a seller of each category who is open on that day; a few sell most."""
        seller = self._stall[category, (uniform**1.5 * _SELLERS_PER_CATEGORY).astype(np.int64)]
        return np.where(self.seller_opening[seller] > day, self._seller_predecessor[seller], seller)

    def products_of(self, category: Array, day: Array, price_level: Array) -> Array:
        """Return a product of each category that is on sale on that day.

        Args:
            category: positions of categories.
            day: day numbers.
            price_level: standard normal over all buyers; a higher level finds a dearer product.
        """
        share = np.minimum(ndtr(price_level), 1 - 1e-9)
        product = self._start[category] + (share * self._count[category]).astype(np.int64)
        on_sale: Array = np.where(self.launch[product] > day, self._predecessor[product], product)
        return on_sale

    def list_price_cents(self, product: Array, day: Array) -> Array:
        """Return list prices in cents: each product's price changes every four to ten months."""
        epoch = self._price_epoch(product, day)
        since_opening = np.maximum(epoch * self._period[product] - self._phase[product], 0)
        drift = self._dice.lognormal("product/drift", product * 4096 + epoch, 0.05) * 1.045 ** (since_opening / 365)
        price = self._base_brl[product] * drift * self._demand.price_factor[day]
        cents: Array = np.maximum(np.ceil(price).astype(np.int64) * 100 - self._ending[product], 490)
        return cents

    def _price_epoch(self, product: Array, day: Array) -> Array:
        """Return the number of list-price changes that a product has had, price shocks aside."""
        epoch: Array = (day + self._phase[product]) // self._period[product]
        return epoch

    def products_changed(self, day: int) -> Array:
        """Return the products that enter the log on a day: launched, or with a new list price."""
        product = np.arange(PRODUCTS)
        is_new = self.launch == day
        if day == 0:
            return np.flatnonzero(is_new)
        today, before = np.full(PRODUCTS, day), np.full(PRODUCTS, day - 1)
        is_dearer = self.list_price_cents(product, today) != self.list_price_cents(product, before)
        return np.flatnonzero(is_new | (is_dearer & (self.launch < day)))


def _launches(dice: Dice, stream: str, entity: Array, rank: Array) -> tuple[Array, Array]:
    """Return the day on which each entity appears, and the opening-day entity that stands in for it until then."""
    is_new = (dice.uniform(f"{stream}/is_new", entity) < _NEW_SHARE) & (rank > 0)
    launch = np.where(is_new, 1 + dice.below(stream, entity, _LAST_LAUNCH), 0)
    return launch, np.maximum.accumulate(np.where(is_new, -1, entity))
