"""How a report file is written: delimiter, encoding, sheet, numbers, instants; and the base of a mapping's parts."""

import re
from codecs import lookup
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from eshop_dagster.contract import BUSINESS_TIME_ZONE

BLANKS_BETWEEN = "blanks"
"""The delimiter of a file whose columns one or more blanks keep apart."""
EXCEL_DAYS = "excel"
"""The date format of day numbers (`45356`), as a spreadsheet keeps its dates."""

DATE_DIRECTIVES = frozenset("YymdbBHIMSfpzjaA%")


def _text_of_number(value: Any) -> Any:
    """YAML reads `2024` as a number and `no` as a truth value; headers and words are texts."""
    if isinstance(value, bool):
        raise ValueError(f"YAML reads this unquoted word as {value}: write it in quotes")
    return str(value) if isinstance(value, int | float) else value


def _date_format(value: str) -> str:
    if value == EXCEL_DAYS:
        return value
    directives = re.findall(r"%(.)", value)
    unknown = sorted({directive for directive in directives if directive not in DATE_DIRECTIVES})
    has_day = {"d", "m"} <= set(directives) or {"d", "b"} <= set(directives) or {"d", "B"} <= set(directives)
    has_month = {"m", "b", "B"} & set(directives) or value == "%Y"
    is_coarse = has_month and set(directives) <= {"Y", "m", "b", "B"}
    if unknown or not (has_day or is_coarse or "j" in directives) or not {"Y", "y"} & set(directives):
        raise ValueError(
            f"{value!r} is no strptime format with day, month and year: write such as '%d/%m/%Y %H:%M', or %Y or %m/%Y "
            "where a file knows no more"
        )
    return value


Word = Annotated[str, BeforeValidator(_text_of_number), Field(min_length=1)]
DateFormat = Annotated[str, AfterValidator(_date_format)]


class Part(BaseModel):
    """Base of the mapping's parts: immutable, and a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, value: Any) -> Any:
        """A key with nothing behind it (all of it commented out) is a key that is left out."""
        return {key: part for key, part in value.items() if part is not None} if isinstance(value, dict) else value


class Format(Part):
    """How the file writes its texts, numbers and instants."""

    delimiter: str = ","
    encoding: str = "utf-8"
    quote: str = '"'
    sheet: Word | None = None
    header: bool = True
    last_line_break: bool = True
    skip_lines: Annotated[int, Field(ge=0, le=1000)] = 0
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None
    quantity_decimal: Literal[".", ","] | None = None
    currency_prefix: Word | None = None
    currency_suffix: Word | None = None
    negative_parentheses: bool = False
    date_formats: Annotated[list[DateFormat], Field(min_length=1)] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]
    time_zone: str = BUSINESS_TIME_ZONE
    empty_words: list[Word] = []

    @property
    def mark(self) -> str:
        """The character that stands between two fields of a line that `plain_line` returned."""
        return " " if self.delimiter == BLANKS_BETWEEN else self.delimiter

    def plain_line(self, line: str) -> str:
        """A line of the file with one mark between two fields; blanks inside quotes stay."""
        if self.delimiter != BLANKS_BETWEEN:
            return line
        text = line.rstrip("\r\n")
        quoted = f"({self.quote}[^{self.quote}]*{self.quote})|" if self.quote != "none" else "()"
        one = re.sub(rf"{quoted}[ \t]+", lambda found: found[1] or " ", text.strip(" \t"))
        return one + line[len(text) :]

    @property
    def of_quantities(self) -> "Format":
        """The format of quantities, whose decimal mark may be another than that of amounts."""
        if self.quantity_decimal in (None, self.decimal):
            return self
        thousands = None if self.thousands == self.quantity_decimal else self.thousands
        return self.model_copy(update={"decimal": self.quantity_decimal, "thousands": thousands})

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str) -> str:
        value = "\t" if value in ("tab", "\\t") else value
        if value != BLANKS_BETWEEN and (len(value) != 1 or value.isalnum() or value in "\r\n"):
            raise ValueError(
                f"{value!r} is no delimiter: expected one character such as ',' ';' '|', the word tab, or the word "
                "blanks where one or more blanks keep the columns apart"
            )
        return value

    @field_validator("quote")
    @classmethod
    def _one_quote(cls, value: str) -> str:
        if value != "none" and (len(value) != 1 or value.isalnum() or value in "\r\n"):
            raise ValueError(f"{value!r} is no quote: expected one character such as '\"', or the word none")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            return lookup(value).name
        except LookupError as error:
            raise ValueError(f"{value!r} is no known encoding: expected such as utf-8, cp1252 or utf-16") from error

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone: expected {BUSINESS_TIME_ZONE} or UTC") from error

    @field_validator("date_formats")
    @classmethod
    def _one_order(cls, value: list[str]) -> list[str]:
        days = {re.split("[ T]", form)[0] for form in value}
        for form in sorted(days):
            other = form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")
            if other != form and other in days:
                raise ValueError(
                    f"{form!r} and {other!r} read one text as two days: keep one, and correct the other dates"
                )
        return value

    @model_validator(mode="after")
    def _distinct_characters(self) -> Self:
        if self.thousands == self.decimal:
            raise ValueError(f"thousands and decimal are both {self.decimal!r}: they must differ")
        if self.quote == self.mark:
            raise ValueError(f"quote and delimiter are both {self.quote!r}: they must differ")
        return self
