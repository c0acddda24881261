"""Every word that the dashboard shows, in Portuguese and English, by key: `page.what`."""

from dataclasses import dataclass

from eshop_dagster.dashboard.texts import (
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

LANGUAGES = ("pt", "en")
"""The first is shown unless a person asks for another."""

CATALOGUE: dict[str, tuple[str, str]] = {}
for _part in (
    *(shared, overview, customers, forecasts, deliveries, exploration, models, data, registration),
    features,
):
    _twice = CATALOGUE.keys() & _part.TEXTS.keys()
    if _twice:
        raise ValueError(f"texts are defined twice: {sorted(_twice)}")
    CATALOGUE.update(_part.TEXTS)


@dataclass(frozen=True)
class Texts:
    """The catalogue in one language; `{window}` in a text is the length in days of the release's window."""

    language: str
    window_days: int | None = None

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its places filled in.

        Raises:
            KeyError: there is no such text.
        """
        text = CATALOGUE[key][LANGUAGES.index(self.language)]
        text = text.replace("{window}", "–" if self.window_days is None else str(self.window_days))
        return text.format(**values) if values else text

    def known(self, key: str, otherwise: str) -> str:
        """Return the text of a key, or `otherwise` for a name that only the data knows."""
        return self(key) if key in CATALOGUE else otherwise
