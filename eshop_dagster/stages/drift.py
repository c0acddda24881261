"""Drift: who buys today, and how, against the days at which the champion learned; kept day by day in the home."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from eshop_dagster.adapters.feature_sql import INPUTS, PRODUCTS, FeatureSql, compiled_features
from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.registry import RegistryError
from eshop_dagster.ml.drift_alarm import LOOKS_BACK_DAYS, WATCHED, DriftParams, Measurement, judge_drift
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.predictions import Realised, realised
from eshop_dagster.stages.record import RECORD

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import ModelVersion
    from eshop_dagster.ml.drift_distance import Reference

MODEL = "spend"
"""The model whose champion says which days were learned from."""

NO_CHAMPION = "no champion to compare with"

_KEPT_DAYS = 400

_SEASONS = timedelta(days=330)
"""Training cut-offs that span as much have seen every season."""
_LATE_DAYS = (28, 56)

# An order placed long before the window may have been told late, but never before it was placed.
_BUYERS = """
    WITH known AS (
        FROM int_orders__versions
        WHERE known_from_date < $day AND (known_until_date IS NULL OR known_until_date >= $day)
            AND customer_key IS NOT NULL
    ),
    buyers AS (
        SELECT customer_key FROM known
        WHERE ordered_date >= $first AND NOT is_cancelled AND item_count > 0
        GROUP BY customer_key
        ORDER BY md5(customer_key)
        LIMIT $size
    )
    SELECT known.* FROM known SEMI JOIN buyers USING (customer_key)
"""


@dataclass(frozen=True)
class DriftDay:
    """One measured day, as it is kept.

    Attributes:
        measurement: the distances; empty where there was nothing to compare with.
        customers: buyers in the sample.
        champion: version compared with; None where there was none.
        realised: what became of the latest predictions whose days have passed; None where there are none.
        has_fired: whether this day asks for a retraining.
        reason: why, or why not.
    """

    measurement: Measurement
    customers: int
    champion: int | None
    realised: Realised | None
    has_fired: bool
    reason: str


def measure_drift(platform: Platform, day: date | None = None) -> DriftDay:
    """Measure a day, keep it in `<home>/drift/measurements.json` and return it; measured again, it replaces itself.

    Args:
        platform: the home.
        day: the cut-off; default: the day after the last one pulled.
    """
    params = DriftParams.from_mapping(platform.params.drift)
    day = day or max(platform.raw.day_hashes()) + timedelta(days=1)
    psi: dict[str, float] = {}
    moved: dict[str, float] = {}
    champion, references, trouble = _learned_from(platform, day, params)
    customers, outcome = 0, None
    if champion is not None:
        outcome = realised(platform, day)
    if references:
        from eshop_dagster.ml.drift_distance import distances

        buyers = recent_buyers(platform, day, params)
        customers = len(buyers)
        if customers < params.least_customers:
            trouble = (
                f"{customers:,} customers bought in {params.buyers_days} days; {params.least_customers:,} are needed"
            )
        else:
            psi, moved = distances(references, buyers)
    measurement = Measurement(day, psi, moved, outcome.error_ratio if outcome else None)
    before = [one for one in read_drift(platform.home) if one.measurement.day < day]
    fired = [one.measurement.day for one in before if one.has_fired]
    alarm = judge_drift([*(one.measurement for one in before), measurement], fired, params)
    reason = alarm.reason if alarm.has_fired or not trouble else trouble
    measured = DriftDay(measurement, customers, champion, outcome, alarm.has_fired, reason)
    _keep(platform.home, measured)
    return measured


def read_drift(home: Path) -> list[DriftDay]:
    """Return every day measured, by day."""
    path = _path(home)
    return [_day_of_json(one) for one in json.loads(path.read_text())] if path.exists() else []


def recent_buyers(platform: Platform, day: date, params: DriftParams) -> "pd.DataFrame":
    """Return the features, at a day, of a sample of those who bought in the days before it; sorted by customer.

    The same customers come first on every day, by a hash of their key. Only the sample's own orders leave the
    warehouse, and the compiled statement of `customer_features` runs over them: features at any past day are exact.
    Categories are not measured: the lines lie in the raw files of every day, and reading those costs more than all
    else, so each order stands with one line of an unknown product.
    """
    limits = {"day": day, "first": day - timedelta(days=params.buyers_days), "size": params.sample_customers}
    orders = platform.warehouse.read(_BUYERS, limits)
    lines = pa.table(
        {
            "order_id": orders["order_id"],
            "changed_date": orders["known_from_date"],
            "product_id": pa.array([""] * orders.num_rows, pa.string()),
            "is_return": pa.array([False] * orders.num_rows),
        }
    )
    products = INPUTS[PRODUCTS].empty_table()
    rows = _feature_sql().features(orders=orders, lines=lines, products=products, as_of_date=day)
    frame: pd.DataFrame = rows.to_pandas()
    return frame


@cache
def _feature_sql() -> FeatureSql:
    return FeatureSql(compiled_features())


def _learned_from(platform: Platform, day: date, params: DriftParams) -> "tuple[int | None, Sequence[Reference], str]":
    """Return the champion's version, the buyers that a day is compared with, and why there are none."""
    try:
        champion = platform.registry.champion(MODEL)
        record = platform.registry.report(champion, RECORD) if champion else None
    except RegistryError as error:
        return None, (), f"{NO_CHAMPION}: {error}"
    if champion is None or record is None:
        return None, (), NO_CHAMPION
    learned = record["data"]["snapshot"]
    days = {*learned["training_cutoffs"], *learned.get("judging_cutoffs", ())}
    cutoffs = sorted(date.fromisoformat(day) for day in days)
    references = _references(platform, champion, cutoffs, params)
    if references and cutoffs[-1] - cutoffs[0] < _SEASONS:
        references = _without_season([*references, *_of_late(platform, day, params)])
    return champion.version, references, "" if references else "too few bought before the champion's training cut-offs"


def _without_season(references: "Sequence[Reference]") -> "list[Reference]":
    """Return the references without the features that count the orders of some time: those follow the season."""
    return [
        replace(one, profiles={name: kept for name, kept in one.profiles.items() if name not in LOOKS_BACK_DAYS})
        for one in references
    ]


def _of_late(platform: Platform, day: date, params: DriftParams) -> "list[Reference]":
    """Return the buyers of one and of two months before a day.

    A champion that has not learned a whole year knows no day of this season, and in a shop's first year customers only
    begin to come back: every day is unlike those it learned. What came about little by little is then no alarm, and
    what broke off within weeks still is.
    """
    return _bought_before(platform, [day - timedelta(days=ago) for ago in _LATE_DAYS], params)


def _references(
    platform: Platform, champion: "ModelVersion", cutoffs: Sequence[date], params: DriftParams
) -> "Sequence[Reference]":
    """Return the buyers of each training cut-off, computed once a champion and kept beside the measurements."""
    from eshop_dagster.ml.drift_distance import reference_as_json, reference_of_json

    path = platform.home / "drift" / "reference.json"
    origin = {
        "version": champion.version,
        "run": champion.run_id,
        "cutoffs": [str(day) for day in cutoffs],
        "sample": [params.sample_customers, params.buyers_days, params.least_customers, *WATCHED],
    }
    kept = json.loads(path.read_text()) if path.exists() else {}
    if kept.get("origin") == origin:
        return [reference_of_json(one) for one in kept["days"]]
    found = _bought_before(platform, cutoffs, params)
    write_json(path, {"origin": origin, "days": [reference_as_json(one) for one in found]})
    return found


def _bought_before(platform: Platform, days: Sequence[date], params: DriftParams) -> "list[Reference]":
    """Return the buyers before each day before which enough bought."""
    from eshop_dagster.ml.drift_distance import reference_of

    samples = ((day, recent_buyers(platform, day, params)) for day in days)
    return [
        reference_of(frame, _names_at(platform, day)) for day, frame in samples if len(frame) >= params.least_customers
    ]


def _names_at(platform: Platform, cutoff: date) -> list[str]:
    """Return the watched features that look back no farther than the shop's history: others grow with its age."""
    first = platform.warehouse.read("SELECT min(ordered_date) AS day FROM int_orders__versions")["day"][0].as_py()
    return [name for name in WATCHED if cutoff - timedelta(days=LOOKS_BACK_DAYS.get(name, 0)) >= first]


def _keep(home: Path, measured: DriftDay) -> None:
    others = [one for one in read_drift(home) if one.measurement.day != measured.measurement.day]
    days = sorted([*others, measured], key=lambda one: one.measurement.day)[-_KEPT_DAYS:]
    write_json(_path(home), [_as_json(one) for one in days])


def _path(home: Path) -> Path:
    return home / "drift" / "measurements.json"


def _as_json(one: DriftDay) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(json.dumps(asdict(one), default=str))
    return content


def _day_of_json(content: Mapping[str, Any]) -> DriftDay:
    measurement, outcome = dict(content["measurement"]), content["realised"]
    measurement["day"] = date.fromisoformat(measurement["day"])
    if outcome is not None:
        outcome = Realised(**{**outcome, "as_of_date": date.fromisoformat(outcome["as_of_date"])})
    return DriftDay(**{**content, "measurement": Measurement(**measurement), "realised": outcome})
