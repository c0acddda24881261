"""How a file writes its texts: encoding, delimiter, numbers and instants."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from charset_normalizer import from_bytes

from eshop_dagster.adapters.sources.report.files import fits, mark_of

SAMPLE_BYTES = 1 << 18
PORTUGUESE = frozenset("ãõçáéíóúâêôàüÃÕÇÁÉÍÓÚÂÊÔÀÜºª°€\u2013\u2018\u2019\u201c\u201d")
DIGITS = str.maketrans("123456789", "0" * 9)
"""To the shape of a text: a column of a hundred thousand numbers or instants has but a few, and each is judged once."""
DELIMITERS = (",", ";", "\t", "|")
TIMES = (
    (r"\d{1,2}:\d{2}:\d{2}\.\d+", "%H:%M:%S.%f"),
    (r"\d{1,2}:\d{2}:\d{2} ?[AaPp][Mm]", "%I:%M:%S %p"),
    (r"\d{1,2}:\d{2} ?[AaPp][Mm]", "%I:%M %p"),
    (r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    (r"\d{1,2}:\d{2}", "%H:%M"),
)
DATE = re.compile(r"(\d{1,4}|[A-Za-z]{3})([-/. ])(\d{1,2}|[A-Za-z]{3})\2(\d{2,4})(?:([ T]| +)(\S.*))?$")


def encoding_of(path: Path) -> str:
    """The file's encoding; of the one-byte encodings the Western ones are tried before a guess by statistics."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if marked := mark_of(head):
        return marked
    if b"\0" in head[:2000]:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    if fits(path, "utf-8"):
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

    return max(DELIMITERS, key=score)


@dataclass(frozen=True)
class NumberStyle:
    """Decimal and thousands marks, and the prefix before amounts."""

    decimal: str = "."
    thousands: str | None = None
    prefix: str | None = None
    has_parentheses: bool = False


def number_style(values: list[str]) -> NumberStyle:
    """The style of texts that are mostly numbers; a lone `1.234` counts for neither."""
    shapes = Counter(value.translate(DIGITS) for value in values)
    prefixes: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    for shape, count in shapes.items():
        if match := re.match(r"[-+(]?\s*([^\d\s.,()+-]+)\s*[-+]?\d", shape):
            prefixes[match[1]] += count
        bare[re.sub(r"[^\d.,']", "", shape)] += count
    prefix = prefixes.most_common(1)[0][0] if prefixes else None
    comma = _count(bare, r"\d*,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+")
    point = _count(bare, r"\d*\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+")
    decimal = "," if comma > point else "."
    other = "." if decimal == "," else ","
    grouped = rf"\d{{1,3}}({re.escape(other)}\d{{3}})+({re.escape(decimal)}\d+)?"
    thousands = other if any(re.fullmatch(grouped, value) for value in bare) else None
    in_parentheses = any(shape.startswith("(") and shape.endswith(")") for shape in shapes)
    return NumberStyle(decimal, thousands, prefix, in_parentheses)


def _count(shapes: Counter[str], pattern: str) -> int:
    return sum(count for shape, count in shapes.items() if re.fullmatch(pattern, shape))


def is_number(value: str) -> bool:
    """Whether a text is a number in any style, with or without a currency sign."""
    return _is_number_shape(value.translate(DIGITS))


@lru_cache(maxsize=4096)
def _is_number_shape(shape: str) -> bool:
    return bool(re.fullmatch(r"[-+(]?\s*(R\$|US\$|[$€£])?\s*[-+]?(\d[\d.,']*|[.,]\d+)\)?", shape))


def is_instant(value: str) -> bool:
    """Whether a text has the shape of a date, with or without a time."""
    return date_format(value, day_first=True) is not None


def date_format(value: str, *, day_first: bool) -> str | None:
    """The strptime format of a text's shape; `day_first` decides on `01/02/2024`. None if it is no date."""
    return _format_of_shape(value.translate(DIGITS), day_first)


@lru_cache(maxsize=4096)
def _format_of_shape(shape: str, day_first: bool) -> str | None:
    match = DATE.match(shape)
    if not match:
        return None
    first, mark, second, third, gap, rest = match.groups()
    if len(first) == 4 and len(third) <= 2 and second.isdigit():
        day = f"%Y{mark}%m{mark}%d"
    elif not second.isdigit() and len(first) <= 2:
        day = f"%d{mark}%b{mark}" + ("%Y" if len(third) == 4 else "%y")
    elif len(first) <= 2 and first.isdigit() and len(third) != 3:
        day = f"%d{mark}%m{mark}" if day_first else f"%m{mark}%d{mark}"
        day += "%Y" if len(third) == 4 else "%y"
    else:
        return None
    if not rest:
        return day
    zone = re.search(r"(Z|[+-]\d{2}:?\d{2})$", rest)
    clock = rest[: zone.start()] if zone else rest
    time = next((form for shape, form in TIMES if re.fullmatch(shape, clock.strip())), None)
    if time is None:
        return None
    if time.endswith("%p") and " " not in clock.strip():
        time = time.replace(" %p", "%p")
    suffix = "" if not zone else "Z" if zone[1] == "Z" else "%z"
    return f"{day}{'T' if gap == 'T' else ' '}{time}{suffix}"


def day_comes_first(values: list[str]) -> bool | None:
    """Whether `01/02/2024` is a day in February, by the parts above 12; None if nothing tells."""
    pairs = [
        (int(m[1]), int(m[2])) for value in values if (m := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}", value))
    ]
    first, second = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    return None if first == second else first
