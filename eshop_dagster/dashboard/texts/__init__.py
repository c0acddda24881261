"""Every word that the dashboard shows, in Portuguese and English, by key: `page.what`."""

from dataclasses import dataclass

from eshop_dagster.dashboard.texts import (
    abroad,
    categories,
    customers,
    data,
    deliveries,
    exploration,
    features,
    forecasts,
    models,
    overview,
    registration,
    shared,
)
from eshop_dagster.shop import BRAZIL, Shop, in_currency_of, place_of, symbol_of

LANGUAGES = ("pt", "en")
"""The first is shown unless a person asks for another."""

CATALOGUE: dict[str, tuple[str, str]] = {}
for _part in (
    *(shared, overview, customers, forecasts, deliveries, exploration, models, data, registration),
    *(features, categories),
):
    _twice = CATALOGUE.keys() & _part.TEXTS.keys()
    if _twice:
        raise ValueError(f"texts are defined twice: {sorted(_twice)}")
    CATALOGUE.update(_part.TEXTS)


@dataclass(frozen=True)
class Texts:
    """The catalogue in one language; `{window}` is the length in days of the release's window, `{currency}`,
    `{place}` and `{zone}` are the shop's; outside Brazil, texts about states are about regions."""

    language: str
    window_days: int | None = None
    shop: Shop = BRAZIL

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its places filled in.

        Raises:
            KeyError: there is no such text.
        """
        known = {} if self.shop.is_brazilian else abroad.TEXTS
        text = self.of(known.get(key) or CATALOGUE[key])
        return text.format(**values) if values else text

    def of(self, words: tuple[str, str]) -> str:
        """Return words that are not of the catalogue, Portuguese and English, in the language and of the shop."""
        text = words[LANGUAGES.index(self.language)]
        text = text.replace("{window}", "–" if self.window_days is None else str(self.window_days))
        text = text.replace("{currency}", self.currency).replace("{place}", place_of(self.shop))
        return text.replace("{zone}", self.shop.time_zone)

    @property
    def currency(self) -> str:
        """The shop's currency as headings name it: its sign in Portuguese, its code in English."""
        return symbol_of(self.shop) if self.language == "pt" else self.shop.currency

    def about_amounts(self, said: str) -> str:
        """Return what a model says of itself, in the shop's currency."""
        return in_currency_of(self.shop, said)

    def known(self, key: str, otherwise: str) -> str:
        """Return the text of a key, or `otherwise` for a name that only the data knows."""
        return self(key) if key in CATALOGUE else otherwise
