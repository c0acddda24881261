"""The answers, as OpenAPI documents them. Names of figures are those of the published tables."""

from datetime import date as Date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """An answer or a part of one."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Provenance(Answer):
    """What an answer was made of: one release and one version."""

    release: str = Field(description="The published release: its last day and a hash of its content.")
    data_through: Date = Field(description="The last day that the release knows.")
    currency: str = Field(description="ISO 4217 code: of every amount of the answer, whatever its field's name.")
    model: str
    model_version: int | None = Field(description="Version in the registry; null where no champion answers.")
    model_data_version: str | None = Field(description="Hash of the data that the version learned from (DVC).")


class Reason(Answer):
    """One of the features that move a prediction most."""

    rank: int = Field(description="1 moves it most.")
    feature: str
    value: float | None = Field(description="The customer's value; null for the season.")
    effect_brl: float = Field(description="What it adds to the prediction, or takes away.")
    reason_pt: str
    reason_en: str


class SpendFigures(Answer):
    """Expected spend, net of cancellations and returns."""

    window_days: int | None = Field(
        default=None, description="Length of the window that begins on as_of_date: every figure is of these days."
    )
    expected_spend_brl: float | None = Field(default=None, description="The mean to be expected in the window.")
    purchase_probability: float | None = Field(
        default=None, description="Probability (0-1) that the customer spends anything in the window."
    )
    spend_if_buying_brl: float | None = Field(
        default=None,
        description="What is to be expected of the customer who buys: expected_spend_brl over purchase_probability.",
    )
    spend_if_buying_lower_80_brl: float | None = Field(
        default=None, description="Eight of ten who buy spend between this and spend_if_buying_upper_80_brl."
    )
    spend_if_buying_upper_80_brl: float | None = None
    spend_if_buying_lower_95_brl: float | None = None
    spend_if_buying_upper_95_brl: float | None = None
    basis: Literal["model", "newcomers"] | None = Field(
        default=None,
        description="`model`; null: there is no champion, and nothing is expected; `newcomers`: no sale "
        "is known, and the figures are what people spent in a window from the moment they registered.",
    )
    caveat: str | None = Field(
        default=None,
        description="Why probability, spend_if_buying_brl and its bounds are null though a model answers; else null.",
    )
    reasons: list[Reason] | None = Field(
        default=None,
        description="Null where none were asked for, where no model answers, or where the release publishes no "
        "features to explain.",
    )


class SegmentFigures(Answer):
    """The segment; all null without a known sale, or before the first segmentation."""

    segment_id: int | None = None
    name_pt: str | None = Field(default=None, description="The persona's name in Portuguese.")
    name_en: str | None = Field(default=None, description="The persona's name in English.")
    segment_typicality: float | None = Field(default=None, description="0 (at the edge) to 1 (at the heart).")
    is_outlier: bool | None = Field(default=None, description="Far from everybody dense in the segment.")


_ONE = "`scored`, or `new_customer` where no sale is known."
_MANY = (
    "`scored`, `new_customer` where no sale is known, or `unknown_customer`: no customer of the release has this key."
)


class SpendAnswer(SpendFigures):
    """Expected spend of one customer."""

    customer_key: str | None = Field(description="As asked; null for a history.")
    as_of_date: Date
    status: Literal["scored", "new_customer"] = Field(description=_ONE)
    provenance: Provenance


class SegmentAnswer(SegmentFigures):
    """Segment of one customer."""

    customer_key: str | None = Field(description="As asked; null for a history.")
    as_of_date: Date
    status: Literal["scored", "new_customer"] = Field(description=_ONE)
    provenance: Provenance


class SpendRow(SpendFigures):
    """One customer of a batch."""

    customer_key: str | None = Field(default=None, description="As asked; missing for a history.")
    status: Literal["scored", "new_customer", "unknown_customer"] = Field(description=_MANY)


class SegmentRow(SegmentFigures):
    """One customer of a batch."""

    customer_key: str | None = Field(default=None, description="As asked; missing for a history.")
    status: Literal["scored", "new_customer", "unknown_customer"] = Field(description=_MANY)


class SpendBatchAnswer(Answer):
    """Expected spend of many, in the order asked."""

    as_of_date: Date
    provenance: Provenance
    customers: list[SpendRow]


class SegmentBatchAnswer(Answer):
    """Segments of many, in the order asked."""

    as_of_date: Date
    provenance: Provenance
    customers: list[SegmentRow]


class CustomerAnswer(Answer):
    """A customer of the release. No name, no address: the platform's readers know pseudonyms only."""

    customer_key: str
    as_of_date: Date
    customer_state: str | None
    registered_date: Date | None
    first_sale_date: Date | None
    last_ordered_date: Date | None
    placed_order_count: int
    cancelled_order_count: int
    net_revenue_brl: float = Field(description="Lifetime worth, net of cancellations and returns.")
    spend: SpendRow
    segment: SegmentRow
    spend_provenance: Provenance
    segment_provenance: Provenance


class ForecastRow(Answer):
    """What the shop is expected to take on a day, or in a month as far as it is forecast."""

    date: Date = Field(description="The day; the first of the month by month.")
    state: str = Field(description="The country's code, such as BR, is the whole shop.")
    day_count: int = Field(description="Forecast days in it: a month at the edge has fewer than its days.")
    expected_revenue_brl: float
    revenue_lower_80_brl: float | None = Field(description="By day only: the ends of days do not add up to a month's.")
    revenue_upper_80_brl: float | None
    revenue_lower_95_brl: float | None
    revenue_upper_95_brl: float | None
    expected_order_count: float
    expected_ticket_brl: float | None


class ForecastAnswer(Answer):
    """Revenue, orders and average ticket ahead; no rows before the first revenue champion."""

    by: Literal["day", "month"]
    last_known_date: Date | None
    provenance: Provenance
    forecast: list[ForecastRow]


class ModelVersion(Answer):
    """One version of one model, as the registry has it."""

    model: str
    version: int
    aliases: list[str] = Field(description="champion, challenger, previous.")
    is_answering: bool = Field(description="Whether this version answers now, or made what this release forecasts.")
    estimator: str | None
    made_at: str
    promoted_at: str | None = Field(description="When it last became champion; null if it never did.")
    outcome: str | None
    reason: str | None = Field(description="Why it was promoted, or kept back.")
    data_version: str | None = Field(description="Hash of the data that it learned from (DVC).")
    git_commit: str | None
    metrics: dict[str, float]


class ModelsAnswer(Answer):
    """Every version of every model, the newest first in each."""

    release: str
    waiting: dict[str, str] = Field(description="Why a champion does not answer yet, by model.")
    models: list[ModelVersion]


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"]


class Ready(Answer):
    """A release is served."""

    status: Literal["ready", "not ready"]
    release: str | None
    models: dict[str, int | None]
    waiting: dict[str, str]
    trouble: str | None = Field(description="Why something newer is not served; null while the newest is.")


class Version(Answer):
    """What is installed."""

    version: str
    git_commit: str
