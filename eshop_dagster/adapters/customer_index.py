"""Every customer of a release by key: sorted arrays in a nameless file, so that five million customers cost pages."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eshop_dagster.adapters.release import OpenRelease
from eshop_dagster.ml.features import FEATURES
from eshop_dagster.ml.spend_figures import FIGURES

ROWS_AT_ONCE = 100_000
NO_DATE = np.datetime64("NaT", "D")
SCORE_COLUMNS = FIGURES

ROW = np.dtype(
    [
        *((name, "f8") for name in SCORE_COLUMNS),
        ("segment_id", "i4"),
        ("segment_typicality", "f8"),
        ("is_outlier", "?"),
        ("is_scored", "?"),
        ("customer_state", "u2"),
        ("registered_date", "M8[D]"),
        ("first_sale_date", "M8[D]"),
        ("last_ordered_date", "M8[D]"),
        ("placed_order_count", "i4"),
        ("cancelled_order_count", "i4"),
        ("net_revenue_brl", "f8"),
    ]
)
"""One customer; `customer_state` is a place in the index's `states`. NaN, -1, state 0 and NaT stand for the unknown."""

_PROFILE = ("customer_state", "registered_at", "first_sale_date", "last_ordered_at")


class BrokenRelease(Exception):
    """The files of a release do not belong together, or lack what readers need; the message says which."""


@dataclass(frozen=True)
class CustomerIndex:
    """The customers of one release; it needs none of the release's files any more.

    Attributes:
        keys: shape (n,), rising, as ASCII bytes.
        rows: shape (n,), of `ROW`.
        features: shape (n, number of `FEATURES`); None where the release publishes none.
        as_of_date: the cut-off of scores and features.
        states: names by number, the first for unknown.
    """

    keys: npt.NDArray[np.bytes_]
    rows: npt.NDArray[np.void]
    features: npt.NDArray[np.float64] | None
    as_of_date: date
    states: tuple[str | None, ...] = (None,)

    def places(self, keys: Sequence[str]) -> npt.NDArray[np.intp]:
        """Return the place of each key, -1 where no customer has it, shape (n,)."""
        wanted = _as_bytes(pa.array(keys, pa.string()))
        if not len(self.keys) or not len(wanted):
            return np.full(len(wanted), -1)
        width = self.keys.dtype.itemsize
        # A needle of another width would make numpy copy every key.
        fits = np.char.str_len(wanted) <= width
        needles = np.where(fits, wanted, b"").astype(self.keys.dtype)
        found = np.minimum(np.searchsorted(self.keys, needles), len(self.keys) - 1)
        return np.where(fits & (self.keys[found] == needles), found, -1)

    def place(self, key: str) -> int:
        """Return the place of one key, or -1."""
        needle = np.array(key.encode(), dtype="S")
        if needle.dtype.itemsize != self.keys.dtype.itemsize or not len(self.keys):
            return -1
        found = int(np.searchsorted(self.keys, needle))
        return found if found < len(self.keys) and self.keys[found] == needle else -1


def build_index(release: OpenRelease, scratch: Path) -> CustomerIndex:
    """Return the index of a release; its arrays lie in nameless files in `scratch`, which end with this process.

    Args:
        release: opened; read once, a hundred thousand rows at a time.
        scratch: a folder on a disk that holds 70 bytes a customer, and 270 more where features are published.

    Raises:
        BrokenRelease: a table or a column is missing, or scores and features are of different days or customers.
    """
    try:
        keys = _all_keys(release, scratch)
        rows = _mapped(scratch, (len(keys),), ROW)
        rows["segment_id"] = -1
        for name in (*SCORE_COLUMNS, "segment_typicality"):
            rows[name] = np.nan
        for name in ("registered_date", "first_sale_date", "last_ordered_date"):
            rows[name] = NO_DATE
        states = _fill_profiles(release, keys, rows)
        _fill_scores(release, keys, rows)
        features = _features(release, keys, rows, scratch)
        as_of_date = _as_of_date(release)
    except (KeyError, pa.ArrowInvalid, OSError) as error:
        raise BrokenRelease(
            f"release {release.name} cannot be read: {error}. Publish again with `eshop run`."
        ) from error
    for array in (keys, rows, *([] if features is None else [features])):
        array.flags.writeable = False
    return CustomerIndex(keys, rows, features, as_of_date, states)


def _all_keys(release: OpenRelease, scratch: Path) -> npt.NDArray[np.bytes_]:
    """Return the keys of customers and of scores, sorted."""
    customers = _column(release, "dim_customers", "customer_key")
    scored = _column(release, "customer_scores", "customer_key")
    width = max(customers.dtype.itemsize, scored.dtype.itemsize, 1)
    everyone = customers.astype(f"S{width}", copy=False)
    if not _is_rising(everyone):
        everyone = np.unique(everyone)
    scored = scored.astype(everyone.dtype, copy=False)
    if len(strangers := scored[~_is_in(scored, everyone)]):
        everyone = np.union1d(everyone, strangers)
    kept: npt.NDArray[np.bytes_] = _mapped(scratch, everyone.shape, everyone.dtype)
    kept[:] = everyone
    return kept


def _fill_profiles(release: OpenRelease, keys: npt.NDArray[np.bytes_], rows: Any) -> tuple[str | None, ...]:
    """Fill what the release knows of each customer, and return the states by number."""
    numbers: dict[str | None, int] = {None: 0}
    local = pa.timestamp("us", tz=release.shop.time_zone)
    columns = ["customer_key", *_PROFILE, "placed_order_count", "cancelled_order_count", "net_revenue_brl"]
    for batch in _batches(release, "dim_customers", columns):
        places = np.searchsorted(keys, _as_bytes(batch["customer_key"]).astype(keys.dtype, copy=False))
        encoded = batch["customer_state"].dictionary_encode()
        known = [numbers.setdefault(state, len(numbers)) for state in encoded.dictionary.to_pylist()]
        # NULL has no index: it becomes the last number, that of an unknown state.
        indices = pc.fill_null(encoded.indices, len(known)).to_numpy(zero_copy_only=False)
        rows["customer_state"][places] = np.array([*known, 0], dtype="u2")[indices]
        for column, instant in (("registered_date", "registered_at"), ("last_ordered_date", "last_ordered_at")):
            rows[column][places] = _dates(pc.local_timestamp(batch[instant].cast(local)))
        rows["first_sale_date"][places] = _dates(batch["first_sale_date"])
        for name in ("placed_order_count", "cancelled_order_count", "net_revenue_brl"):
            rows[name][places] = batch[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return tuple(numbers)


def _fill_scores(release: OpenRelease, keys: npt.NDArray[np.bytes_], rows: Any) -> None:
    columns = ["customer_key", *SCORE_COLUMNS, "segment_id", "segment_typicality", "is_outlier"]
    for batch in _batches(release, "customer_scores", columns):
        places = np.searchsorted(keys, _as_bytes(batch["customer_key"]).astype(keys.dtype, copy=False))
        for name in (*SCORE_COLUMNS, "segment_typicality"):
            rows[name][places] = pc.fill_null(batch[name], np.nan).to_numpy(zero_copy_only=False)
        rows["segment_id"][places] = pc.fill_null(batch["segment_id"], -1).to_numpy(zero_copy_only=False)
        rows["is_outlier"][places] = pc.fill_null(batch["is_outlier"], False).to_numpy(zero_copy_only=False)
        rows["is_scored"][places] = True


def _features(
    release: OpenRelease, keys: npt.NDArray[np.bytes_], rows: Any, scratch: Path
) -> npt.NDArray[np.float64] | None:
    """Return the features by customer, in the order of `FEATURES`; None where the release has none."""
    if "customer_features" not in release.manifest["tables"]:
        return None
    features: npt.NDArray[np.float64] = _mapped(scratch, (len(keys), len(FEATURES)), np.dtype("f8"))
    seen = 0
    for batch in _batches(release, "customer_features", ["customer_key", *FEATURES]):
        found = _as_bytes(batch["customer_key"]).astype(keys.dtype, copy=False)
        places = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        if not (rows["is_scored"][places] & (keys[places] == found)).all():
            raise BrokenRelease(f"release {release.name} has features of customers without a score. Score them again.")
        columns = [batch[name].cast(pa.float64()).to_numpy(zero_copy_only=False) for name in FEATURES]
        features[places] = np.column_stack(columns)
        seen += len(places)
    scored = int(rows["is_scored"].sum())
    if seen != scored:
        raise BrokenRelease(
            f"release {release.name} has features of {seen} customers; expected those of the {scored} scored ones. "
            "Score them again."
        )
    return features


def _as_of_date(release: OpenRelease) -> date:
    tables = [table for table in ("customer_scores", "customer_features") if table in release.manifest["tables"]]
    days: set[date] = set()
    for table in tables:
        for batch in _batches(release, table, ["as_of_date"]):
            days.update(batch["as_of_date"].cast(pa.date32()).unique().to_pylist())
    if len(days) != 1:
        raise BrokenRelease(
            f"release {release.name} has scores and features as of {sorted(map(str, days))}; expected one day. "
            "Score every customer with `eshop run`."
        )
    return days.pop()


def _batches(release: OpenRelease, table: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    for path in release.files(table):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(ROWS_AT_ONCE, columns=columns, use_threads=False)


def _column(release: OpenRelease, table: str, column: str) -> npt.NDArray[np.bytes_]:
    parts = [_as_bytes(batch[column]) for batch in _batches(release, table, [column])]
    return np.concatenate(parts) if parts else np.empty(0, "S1")


def _as_bytes(strings: pa.Array) -> npt.NDArray[np.bytes_]:
    """Return text as ASCII bytes; what is not ASCII, which no key is, becomes a text that no key is."""
    lengths = pc.unique(pc.binary_length(strings)).to_pylist()
    if len(lengths) == 1 and lengths[0]:
        # Keys are all of one length, as their bytes lie in Arrow's buffer: millions need no Python object each.
        first = strings.cast(pa.string())
        offsets = np.frombuffer(first.buffers()[1], np.int32, len(first) + 1, 4 * first.offset)
        content = np.frombuffer(first.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        if (content < 128).all():
            return content.view(f"S{lengths[0]}")
    return np.array([text.encode("ascii", "replace") for text in strings.to_pylist()], dtype="S")


def _dates(values: pa.Array) -> npt.NDArray[np.datetime64]:
    dates: npt.NDArray[np.datetime64] = values.cast(pa.date32(), safe=False).to_numpy(zero_copy_only=False)
    return dates.astype("M8[D]")


def _is_rising(values: npt.NDArray[np.bytes_]) -> bool:
    return bool((values[1:] > values[:-1]).all())


def _is_in(values: npt.NDArray[np.bytes_], among: npt.NDArray[np.bytes_]) -> npt.NDArray[np.bool_]:
    if not len(among):
        return np.zeros(len(values), dtype=np.bool_)
    found: npt.NDArray[np.bool_] = among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values
    return found


def _mapped(scratch: Path, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Return an array of zeros in a file without a name: the system may page it out, and nothing is left behind."""
    size = int(np.prod(shape)) * dtype.itemsize
    if size == 0:
        return np.zeros(shape, dtype)
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch) as file:
        file.truncate(size)
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape)
