"""Answers for many customers at once, by key or by posted history: rows of plain values, in the order asked.

By key and by history agree: a customer's scores in the release were made by the model that answers, or the model is
asked about the very features that the release publishes.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from eshop_dagster.adapters.customer_index import SCORE_COLUMNS
from eshop_dagster.api.conversion import key_of
from eshop_dagster.api.state import State
from eshop_dagster.ml.features import CUSTOMER_KEY, FEATURES, feature_matrix
from eshop_dagster.ml.spend.explain import explain_spend, with_sentences
from eshop_dagster.ml.spend_figures import EXPECTED, PROBABILITY
from eshop_dagster.shop import in_currency_of

REASONS = 3
UNKNOWN, NEW, SCORED = "unknown_customer", "new_customer", "scored"
WITHOUT_OUTLOOK = (
    "Only expected_spend_brl is known: the shop is too young for a whole window of window_days to be judged, and a "
    "shorter one does not show who buys in the longer, nor how much."
)

Row = dict[str, Any]
Tables = Mapping[str, pa.Table]


def spend_by_key(state: State, keys: Sequence[str], *, reasons: bool) -> list[Row]:
    """Return the expected spend of each key's customer; an unknown key is marked, and not left out."""
    places = state.release.customers.places(keys)
    scored = _scored(state, places)
    rows = _unscored(state, places, scored, _no_spend)
    if len(scored):
        chosen = places[scored]
        if state.spend.is_from_release:
            found = _columns_of(state, chosen, SCORE_COLUMNS)
        else:
            found = _spend_columns(state, _features_at(state, chosen))
        words = _reasons_at(state, chosen) if reasons else [None] * len(scored)
        for at, row in zip(scored, _spend_rows(state, found, words), strict=True):
            rows[at] = row
    return rows


def segments_by_key(state: State, keys: Sequence[str]) -> list[Row]:
    """Return the segment of each key's customer; an unknown key is marked, and not left out."""
    places = state.release.customers.places(keys)
    scored = _scored(state, places)
    rows = _unscored(state, places, scored, _no_segment)
    if len(scored):
        chosen = places[scored]
        if state.segmentation.is_from_release:
            found = _columns_of(state, chosen, ("segment_id", "segment_typicality", "is_outlier"))
        else:
            found = _segment_columns(state, _features_at(state, chosen))
        for at, row in zip(scored, _segment_rows(state, found), strict=True):
            rows[at] = row
    return rows


def spend_by_history(state: State, asked: Tables, count: int, as_of: date, *, reasons: bool) -> list[Row]:
    """Return the expected spend of each history's customer in the release's window from `as_of` on.

    Args:
        state: the present one.
        asked: the histories, as `tables_of` makes them.
        count: of the histories, those without an order too.
        as_of: the cut-off.
        reasons: whether to say why.
    """
    rows = [_no_spend(state) for _ in range(count)]
    frame, places = _features_of(state, asked, as_of)
    if len(places):
        found = _spend_columns(state, frame)
        words = _reasons(state, frame) if reasons else [None] * len(places)
        for at, row in zip(places, _spend_rows(state, found, words), strict=True):
            rows[at] = row
    return rows


def segments_by_history(state: State, asked: Tables, count: int, as_of: date) -> list[Row]:
    """Return the segment of each history's customer at `as_of`; arguments as of `spend_by_history`."""
    rows = [_no_segment(state) for _ in range(count)]
    frame, places = _features_of(state, asked, as_of)
    if len(places):
        for at, row in zip(places, _segment_rows(state, _segment_columns(state, frame)), strict=True):
            rows[at] = row
    return rows


def _features_of(state: State, asked: Tables, as_of: date) -> tuple[pd.DataFrame, list[int]]:
    """Return the features of the histories that hold a sale, and their places."""
    if not len(asked["orders"]):
        return pd.DataFrame(), []
    table = state.feature_sql.features(**asked, as_of_date=as_of)
    frame = table.select([CUSTOMER_KEY, *FEATURES]).to_pandas()
    return frame, [int(key) for key in frame[CUSTOMER_KEY]]


def _scored(state: State, places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    known = places >= 0
    known[known] = state.release.customers.rows["is_scored"][places[known]]
    found: npt.NDArray[np.intp] = np.flatnonzero(known)
    return found


def _unscored(
    state: State, places: npt.NDArray[np.intp], scored: npt.NDArray[np.intp], new: Callable[[State], Row]
) -> list[Row]:
    """Return a row for each place; those of scored customers are empty still."""
    rows: list[Row] = [{} for _ in places]
    without = np.ones(len(places), dtype=np.bool_)
    without[scored] = False
    for at in np.flatnonzero(without):
        rows[at] = {"status": UNKNOWN} if places[at] < 0 else new(state)
    return rows


def _features_at(state: State, places: npt.NDArray[np.intp]) -> pd.DataFrame:
    features = state.release.customers.features
    if features is None:
        raise LookupError("the release publishes no features")
    frame = pd.DataFrame(features[places], columns=list(FEATURES))
    return frame.assign(**{CUSTOMER_KEY: [key_of(number) for number in range(len(places))]})


def _columns_of(state: State, places: npt.NDArray[np.intp], names: Sequence[str]) -> Mapping[str, npt.NDArray[Any]]:
    rows = state.release.customers.rows[places]
    return {name: rows[name] for name in names}


def _spend_columns(state: State, frame: pd.DataFrame) -> Mapping[str, npt.NDArray[Any]]:
    model = state.spend.pipeline
    if model is None:
        return dict.fromkeys(SCORE_COLUMNS, np.full(len(frame), np.nan))
    found: Mapping[str, npt.NDArray[Any]] = model.figures(feature_matrix(frame, model.feature_names_))
    return found


def _segment_columns(state: State, frame: pd.DataFrame) -> Mapping[str, npt.NDArray[Any]]:
    model = state.segmentation.pipeline
    if model is None:
        count = len(frame)
        nothing = {"segment_id": np.full(count, -1), "segment_typicality": np.full(count, np.nan)}
        return {**nothing, "is_outlier": np.zeros(count, dtype=np.bool_)}
    assigned = model.assign(feature_matrix(frame, model.feature_names_))
    return {
        "segment_id": assigned["segment_id"].to_numpy(),
        "segment_typicality": assigned["typicality"].to_numpy(),
        "is_outlier": assigned["is_outlier"].to_numpy(),
    }


def _spend_rows(state: State, found: Mapping[str, npt.NDArray[Any]], words: Sequence[Any]) -> list[Row]:
    basis = None if state.spend.version is None else "model"
    columns = [_plain(found[name]) for name in SCORE_COLUMNS]
    names, window = SCORE_COLUMNS, dict[str, Any](window_days=state.release.window_days)
    is_partial = np.isnan(found[PROBABILITY]).all() and not np.isnan(found[EXPECTED]).all()
    window["caveat"] = WITHOUT_OUTLOOK if is_partial else None
    return [
        {"status": SCORED, "basis": basis, **window, **dict(zip(names, values, strict=True)), "reasons": why}
        for *values, why in zip(*columns, words, strict=True)
    ]


def _segment_rows(state: State, found: Mapping[str, npt.NDArray[Any]]) -> list[Row]:
    personas = state.segmentation.personas
    nameless = {"name_pt": None, "name_en": None}
    if state.segmentation.version is None:
        return [_no_segment(state, SCORED) for _ in found["segment_id"]]
    columns = (found["segment_id"].tolist(), _plain(found["segment_typicality"]), found["is_outlier"].tolist())
    return [
        {
            "status": SCORED,
            "segment_id": segment if segment >= 0 else None,
            **personas.get(segment, nameless),
            "segment_typicality": typicality,
            "is_outlier": outlier,
        }
        for segment, typicality, outlier in zip(*columns, strict=True)
    ]


def _no_spend(state: State) -> Row:
    """Return the new-customer answer: what newcomers spent in their first window; a figure of the release."""
    newcomers = state.release.newcomers
    told = (newcomers.mean_brl, newcomers.purchase_probability, newcomers.if_buying_brl)
    values = dict(zip(SCORE_COLUMNS, (*told, *(newcomers.ends_brl or (None,) * 4)), strict=True))
    window = {"window_days": state.release.window_days}
    return {"status": NEW, "basis": "newcomers", **window, **values, "reasons": None}


def _no_segment(state: State, status: str = NEW) -> Row:
    names = ("segment_id", "name_pt", "name_en", "segment_typicality", "is_outlier")
    return {"status": status, **dict.fromkeys(names)}


def _plain(values: npt.NDArray[Any]) -> list[float | None]:
    return [value if value == value else None for value in values.tolist()]


def _reasons_at(state: State, places: npt.NDArray[np.intp]) -> list[Any]:
    if state.release.customers.features is None or state.spend.pipeline is None:
        return [None] * len(places)
    return _reasons(state, _features_at(state, places))


def _reasons(state: State, frame: pd.DataFrame) -> list[Any]:
    """Return for each row the features that move its prediction most; None without a model to explain."""
    if state.spend.pipeline is None:
        return [None] * len(frame)
    shop = state.release.shop
    found = with_sentences(explain_spend(state.spend.pipeline, frame, top=REASONS))
    by_key: dict[str, list[Row]] = {}
    columns = ("rank", "feature", "value", "effect_brl", "reason_pt", "reason_en")
    for key, *values in zip(found[CUSTOMER_KEY], *(found[name] for name in columns), strict=True):
        reason = dict(zip(columns, values, strict=True))
        reason |= {name: in_currency_of(shop, reason[name]) for name in ("reason_pt", "reason_en")}
        reason |= {"rank": int(reason["rank"]), "value": _finite(reason["value"])}
        by_key.setdefault(key, []).append({**reason, "effect_brl": float(reason["effect_brl"])})
    return [by_key[key] for key in frame[CUSTOMER_KEY]]


def _finite(value: float) -> float | None:
    return float(value) if value == value else None
