"""What was decided about a sample: handed from decision to decision, then to the draft."""

from dataclasses import dataclass, field
from typing import Literal

from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import NumberStyle
from eshop_dagster.shop import BRAZIL

Repeats = Literal["unknown", "pieces", "file_twice"]


@dataclass
class Decisions:
    """What was decided about a sample, with the reasons that go into the draft as comments.

    Attributes:
        columns: header by field; `order_id` may be several.
        comments: by field, what to know about the choice, or about the lack of a column.
        left_out: by header, why the column is not loaded; empty if its header is no known word.
        statuses: the shop's words by contract status; `""` holds the unknown ones.
        return_prefix: letters before the ids of credit notes.
        guessed_day_order: nothing in the file told day/month from month/day.
        currencies: codes in the currency column, the commonest first.
        currency: code of the amounts' currency, with what to know about it in `currency_comments`.
        header_currency: code of a currency that stands in the price's header, such as `Price_USD`.
        country: the shop's (ISO 3166), empty where nothing tells it; `country_comment` says what did, where it is a
            guess.
        country_header: the column that names it.
        year_of: header of the date whose year makes order numbers unique.
        quantities: how quantities are written, which may be otherwise than amounts.
        keys: value and comment of other keys of the mapping.
        credit_notes: returns are written with positive amounts.
        guessed_statuses: words of which only a part is known.
        empty_words: words that mean that a field is empty.
        alarms: sentences for the top of the draft.
        repeats: what lines that are equal to an earlier one most probably are.
    """

    columns: dict[str, str | list[str]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    numbers: NumberStyle = field(default_factory=NumberStyle)
    quantities: NumberStyle = field(default_factory=NumberStyle)
    date_formats: list[str] = field(default_factory=list)
    guessed_day_order: bool = False
    statuses: dict[str, list[str]] = field(default_factory=dict)
    return_prefix: str | None = None
    has_negative_quantity: bool = False
    guest_share: float | None = None
    repeats: Repeats = "unknown"
    currencies: list[str] = field(default_factory=list)
    currency: str = "BRL"
    currency_comments: list[str] = field(default_factory=list)
    header_currency: str | None = None
    country: str = ""
    country_comment: str = ""
    country_header: str | None = None
    year_of: str | None = None
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    credit_notes: bool = False
    guessed_statuses: list[str] = field(default_factory=list)
    empty_words: list[str] = field(default_factory=list)

    @property
    def is_brazilian(self) -> bool:
        """Whether the rules for Brazilian places hold; a file that tells no country is one of Brazil."""
        return self.country in ("", BRAZIL.country)

    def texts(self, sample: Sample, key: str) -> list[str]:
        """The texts of a field's column that are not empty."""
        header = self.columns[key]
        return sample.filled(header if isinstance(header, str) else header[0])
