"""Arrow columns of the contract's exact types, made from numpy arrays without a Python loop over rows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from eshop_dagster.adapters.sources.simulated.randomness import Array
from eshop_dagster.contract import BUSINESS_TIME_ZONE

DAY_SECONDS = 86_400


def fixed_text(*parts: str | tuple[Array, int]) -> pa.Array:
    """Return text of one width: literal pieces, and whole numbers padded with zeros to a number of digits."""
    length = next(len(part[0]) for part in parts if not isinstance(part, str))
    width = sum(len(part) if isinstance(part, str) else part[1] for part in parts)
    text = np.empty((length, width), dtype=np.uint8)
    at = 0
    for part in parts:
        if isinstance(part, str):
            text[:, at : at + len(part)] = np.frombuffer(part.encode("ascii"), dtype=np.uint8)
            at += len(part)
        else:
            rest, digits = part[0].astype(np.int64), part[1]
            for place in range(at + digits - 1, at - 1, -1):
                rest, digit = np.divmod(rest, 10)
                text[:, place] = digit + 48
            at += digits
    offsets = np.arange(length + 1, dtype=np.int32) * width
    return pa.Array.from_buffers(pa.string(), length, [None, pa.py_buffer(offsets), pa.py_buffer(text)])


def chosen_text(choices: Sequence[str], position: Array) -> pa.Array:
    """Return the choice at each position."""
    return pa.array(choices, pa.string()).take(pa.array(position.astype(np.int32)))


def decimals(units: Array, decimal_type: pa.Decimal128Type) -> pa.Array:
    """Return decimals from whole numbers of the type's last place."""
    words = np.empty((len(units), 2), dtype="<i8")
    words[:, 0] = units
    words[:, 1] = words[:, 0] >> 63
    return pa.Array.from_buffers(decimal_type, len(units), [None, pa.py_buffer(words)])


class Clock:
    """Turns the shop's days and local seconds into dates and UTC instants; it never asks for the time."""

    def __init__(self, first_day: date, days: int) -> None:
        zone = ZoneInfo(BUSINESS_TIME_ZONE)
        noons = [datetime(first_day.year, first_day.month, first_day.day, 12, tzinfo=zone)]
        noons += [noons[0] + timedelta(days=number) for number in range(1, days)]
        offsets = [(noon.utcoffset() or timedelta()).total_seconds() for noon in noons]
        self._offset_seconds = np.array(offsets, dtype=np.int64)
        self._first = (first_day - date(1970, 1, 1)).days
        self._dates = [first_day + timedelta(days=number) for number in range(days)]
        self._year_month_day = np.array([int(day.strftime("%Y%m%d")) for day in self._dates])

    def dates(self, day: Array) -> pa.Array:
        """Return day numbers as date32."""
        return pa.array((day + self._first).astype(np.int32), pa.int32()).cast(pa.date32())

    def year_month_day(self, day: Array) -> Array:
        """Return day numbers as whole numbers YYYYMMDD."""
        numbers: Array = self._year_month_day[day]
        return numbers

    def instants(self, local: Array, is_known: Array | None = None) -> pa.Array:
        """Return UTC instants of local seconds since the opening; NULL where not known."""
        day = np.clip(local // DAY_SECONDS, 0, len(self._offset_seconds) - 1)
        seconds = local + self._first * DAY_SECONDS - self._offset_seconds[day]
        missing = None if is_known is None else ~is_known
        return pa.array(seconds * 1_000_000, pa.int64(), mask=missing).cast(pa.timestamp("us", tz="UTC"))
