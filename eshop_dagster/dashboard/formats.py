"""Numbers, money and dates as people write them: `R$ 1.234,56` and 31/12/2025 in Portuguese."""

import math
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from eshop_dagster.shop import BRAZIL, Shop, symbol_of

MISSING = "–"
_LOCALES = {"pt": "pt_BR", "en": "en"}


@dataclass(frozen=True)
class Formats:
    """Texts of values in one language; what is missing, not a number or infinite is a dash.

    Attributes:
        language: `pt` or `en`.
        shop: whose currency and clocks are meant.
    """

    language: str
    shop: Shop = BRAZIL

    @property
    def locale(self) -> str:
        """Babel's name of the language as spoken where the shop is."""
        return _LOCALES[self.language]

    @property
    def separators(self) -> str:
        """The decimal and the thousands separator, as Plotly takes them."""
        return ",." if self.language == "pt" else ".,"

    @property
    def money_hover(self) -> str:
        """What Plotly writes for an amount, when the pointer is over it."""
        return f"{symbol_of(self.shop, self.language)} %{{y:,.2f}}"

    def money(self, value: float | None, *, cents: bool = True) -> str:
        """Return an amount in the shop's currency."""
        if _is_missing(value):
            return MISSING
        pattern = None if cents else "¤\u00a0#,##0" if self.language == "pt" else "¤#,##0"
        return str(
            format_currency(value or 0.0, self.shop.currency, pattern, locale=self.locale, currency_digits=cents)
        )

    def whole(self, value: float | None) -> str:
        """Return a count."""
        return MISSING if _is_missing(value) else str(format_decimal(round(value or 0), locale=self.locale))

    def number(self, value: float | None, digits: int = 1) -> str:
        """Return a number with so many decimals."""
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        # Added zero: -0.04 would be written as -0.0.
        return (
            MISSING
            if _is_missing(value)
            else str(format_decimal(round(float(value or 0), digits) + 0.0, pattern, locale=self.locale))
        )

    def share(self, value: float | None, digits: int = 1) -> str:
        """Return a share (0-1) as a percentage."""
        pattern = "#,##0." + "0" * digits + "%" if digits else "#,##0%"
        return MISSING if _is_missing(value) else str(format_percent(value or 0.0, pattern, locale=self.locale))

    def change(self, value: float | None) -> str:
        """Return a change (0.1 is a tenth more) with its sign."""
        if _is_missing(value):
            return MISSING
        return ("+" if value and value > 0 else "") + self.share(value)

    def points(self, value: float | None) -> str:
        """Return a difference of two shares in percentage points, with its sign."""
        if _is_missing(value):
            return MISSING
        unit = "p.p." if self.language == "pt" else "pp"
        return f"{'+' if value and value > 0 else ''}{self.number(100 * (value or 0))} {unit}"

    def day(self, value: date | None) -> str:
        """Return a date."""
        if _is_missing(value) or value is None:
            return MISSING
        return str(format_date(value, "dd/MM/yyyy" if self.language == "pt" else "medium", locale=self.locale))

    def month(self, value: date) -> str:
        """Return a month and its year, such as dez. de 2025."""
        return str(format_date(value, "MMM 'de' yyyy" if self.language == "pt" else "MMM yyyy", locale=self.locale))

    def instant(self, value: datetime | None) -> str:
        """Return an instant as the clocks where the shop is showed it."""
        if _is_missing(value) or value is None:
            return MISSING
        local = value.astimezone(ZoneInfo(self.shop.time_zone))
        pattern = "dd/MM/yyyy HH:mm" if self.language == "pt" else "MMM d, yyyy HH:mm"
        return str(format_datetime(local, pattern, locale=self.locale))


def _is_missing(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, float):
        return not math.isfinite(value)
    return bool(value != value)
