"""The currency of a report's amounts, and what other currencies are worth."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from eshop_dagster.adapters.sources.report.format import Part

Rate = Annotated[Decimal, Field(gt=0, max_digits=16, decimal_places=8)]


class Currency(Part):
    """The report's currency and, where its amounts are converted, a fixed rate: into BRL, or the country's currency.

    Without a rate the amounts stay as they are, and the shop's currency is the report's.

    Attributes:
        rates: what one unit of another currency is worth, for a report with a currency column.
    """

    code: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "BRL"
    rate_to_brl: Rate | None = None
    rate: Rate | None = None
    rates: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Rate] = Field(default_factory=dict)

    @property
    def rate_to_shop(self) -> Decimal:
        """How much one unit is worth in the shop's currency."""
        return self.rate_to_brl or self.rate or Decimal(1)

    @field_validator("rate_to_brl", "rate", mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        return str(value) if isinstance(value, float) else value

    @field_validator("rates", mode="before")
    @classmethod
    def _exact_rates(cls, value: Any) -> Any:
        return {code: cls._exact(rate) for code, rate in value.items()} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _rate(self) -> Self:
        if self.rate_to_brl and self.rate:
            raise ValueError("rate and rate_to_brl are both given: keep rate_to_brl for a shop whose currency is BRL")
        if self.code == "BRL" and self.rate_to_brl not in (None, 1):
            raise ValueError(f"BRL has the rate {self.rate_to_brl}: leave rate_to_brl out")
        return self
