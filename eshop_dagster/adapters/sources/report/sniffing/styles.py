"""How a file writes its texts: encoding, delimiter, numbers and instants."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from charset_normalizer import from_bytes

from eshop_dagster.adapters.sources.report.files import fits, is_mostly_utf8, mark_of
from eshop_dagster.adapters.sources.report.format import BLANKS_BETWEEN, Format

SAMPLE_BYTES = 1 << 18
PORTUGUESE = frozenset("ãõçáéíóúâêôàüÃÕÇÁÉÍÓÚÂÊÔÀÜºª°€\u2013\u2018\u2019\u201c\u201d")
DIGITS = str.maketrans("123456789", "0" * 9)
"""To the shape of a text: a column of a hundred thousand numbers has but a few, and each is judged once."""
MINUS = str.maketrans("\u2212\u2013\u2019", "--'")
DELIMITERS = (",", ";", "\t", "|")
MOSTLY = 0.9
LEAST_WIDTH = 4
"""Columns that blanks must keep apart, so that no prose is taken for a table."""


def encoding_of(path: Path) -> str:
    """The file's encoding; of the one-byte encodings the Western ones are tried before a guess by statistics."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if marked := mark_of(head):
        return marked
    # Of plain letters in UTF-16 every second byte is NUL; a few are damage, and told as such.
    if any(head[place:2000:2].count(0) > len(head[:2000]) / 4 for place in (0, 1)):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    if fits(path, "utf-8") or is_mostly_utf8(path):
        return "utf-8"
    with path.open("rb") as file:
        high = b"".join(line for line in file if not line.isascii())[:SAMPLE_BYTES]
    western = "cp1252" if fits(path, "cp1252") else "latin-1"
    foreign = [letter for letter in high.decode(western, "ignore") if not letter.isascii()]
    if sum(letter in PORTUGUESE for letter in foreign) >= 0.8 * len(foreign):
        return western
    best = from_bytes(high).best()
    return best.encoding if best and fits(path, best.encoding) else western


def delimiter_of(lines: list[str]) -> str:
    """The delimiter that splits most lines into the same, largest number of fields."""

    def score(mark: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(1, 0))
        return (count * (width > 1), width)

    best = max(DELIMITERS, key=score)
    if score(best)[0] >= MOSTLY * len(lines):
        return best
    form = Format(delimiter=BLANKS_BETWEEN)
    rows = csv.reader(map(form.plain_line, lines), delimiter=form.mark)
    widths = Counter(len(row) for row in rows if row)
    width, count = max(widths.items(), key=lambda item: item[1], default=(1, 0))
    return BLANKS_BETWEEN if width >= LEAST_WIDTH and count >= MOSTLY * sum(widths.values()) else best


@dataclass(frozen=True)
class NumberStyle:
    """Decimal and thousands marks, and the sign of the currency before or behind amounts.

    Attributes:
        is_guess: every number with a mark has three digits behind it (`2.499`), and nothing tells what the mark is.
        is_told: some number can be read in one way only.
    """

    decimal: str = "."
    thousands: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    has_parentheses: bool = False
    is_guess: bool = False
    is_told: bool = False


def number_style(values: list[str], *, is_portuguese: bool = False) -> NumberStyle:
    """The style of texts that are mostly numbers; where all are like `2.499` the language decides."""
    values = [value.translate(MINUS) for value in values]
    shapes = Counter(value.translate(DIGITS) for value in values)
    prefixes: Counter[str] = Counter()
    suffixes: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    for shape, count in shapes.items():
        if match := re.match(r"[-+(]?\s*([^\d\s.,()+-]+)\s*[-+]?\d", shape):
            prefixes[match[1]] += count
        if match := re.search(r"\d\s*([^\d\s.,()+'-]+)[-)]?$", shape):
            suffixes[match[1]] += count
        bare[re.sub(r"[^\d.,']", "", shape)] += count
    below_one = Counter(match[1] for value in values if (match := re.fullmatch(r"\D*0([.,])\d{3}\D*", value)))
    comma = (
        _count(bare, r"\d*,(\d{1,2}|\d{4,})|\d{4,},\d{3}|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}") + below_one[","]
    )
    point = (
        _count(bare, r"\d*\.(\d{1,2}|\d{4,})|\d{4,}\.\d{3}|\d{1,3}(,\d{2,3})+\.\d+|\d{1,3}(,\d{2,3})+,\d{3}")
        + below_one["."]
    )
    has_marks = any(_count(bare, rf"\d{{1,3}}({mark}\d{{3}})+") for mark in ("[.]", ","))
    is_guess = has_marks and not comma and not point and not any("'" in shape for shape in bare)
    decimal = "," if comma > point or (comma == point and is_portuguese) else "."
    other = "." if decimal == "," else ","
    thousands = None
    for mark in (other, "'"):
        lakhs = rf"\d{{1,2}}({re.escape(mark)}\d{{2}})+{re.escape(mark)}\d{{3}}"
        grouped = rf"(\d{{1,3}}({re.escape(mark)}\d{{3}})+|{lakhs})({re.escape(decimal)}\d+)?"
        if any(re.fullmatch(grouped, value) for value in bare):
            thousands = mark
    if thousands is None and any(re.search(r"\d[ \u00a0\u202f\u2009]\d{3}\b", shape) for shape in shapes):
        thousands = " "
    in_parentheses = any(shape.startswith("(") and shape.endswith(")") for shape in shapes)
    prefix, suffix = (found.most_common(1)[0][0] if found else None for found in (prefixes, suffixes))
    return NumberStyle(decimal, thousands, prefix, suffix, in_parentheses, is_guess, bool(comma or point))


def _count(shapes: Counter[str], pattern: str) -> int:
    return sum(count for shape, count in shapes.items() if re.fullmatch(pattern, shape))


def is_number(value: str) -> bool:
    """Whether a text is a number in any style, with or without a currency sign."""
    return _is_number_shape(value.translate(MINUS).translate(DIGITS))


@lru_cache(maxsize=4096)
def _is_number_shape(shape: str) -> bool:
    sign = r"(R\$|US\$|[$€£]|BRL|USD|EUR|GBP)"
    digits = r"(\d[\d.,' \u00a0\u202f\u2009]*|[.,]\d+)"
    return bool(re.fullmatch(rf"[-+(]?\s*{sign}?\s*[-+]?{digits}\)?\s*{sign}?\s*-?\)?", shape))


def to_float(text: str, style: NumberStyle) -> float:
    """A text as a number in a style, NaN if it is none."""
    text = text.translate(MINUS)
    sign = "-" if text.endswith("-") or text.startswith("(") else ""
    kept = re.sub(rf"[^-\d{style.decimal}]", "", text).strip("-").replace(style.decimal, ".")
    sign = sign or ("-" if "-" in text.split("0")[0][:6] and re.match(r"\D*-", text) else "")
    try:
        return float(sign + kept)
    except ValueError:
        return float("nan")
