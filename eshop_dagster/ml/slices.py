"""Parts of the judged customers on which a model is looked at by itself, so that no group pays for the average."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.bootstrap import paired_bootstrap
from eshop_dagster.ml.evidence import Slice

Floats = npt.NDArray[np.float64]

NEW_CUSTOMER_DAYS = 90
LEAST_BUYERS = 30

REGIONS = {
    "Norte": ("AC", "AM", "AP", "PA", "RO", "RR", "TO"),
    "Nordeste": ("AL", "BA", "CE", "MA", "PB", "PE", "PI", "RN", "SE"),
    "Centro-Oeste": ("DF", "GO", "MS", "MT"),
    "Sudeste": ("ES", "MG", "RJ", "SP"),
    "Sul": ("PR", "RS", "SC"),
}
"""The five regions of Brazil (IBGE) and their states."""


def spend_slices(
    frame: pd.DataFrame,
    actual: Floats,
    predicted: Floats,
    reference: Floats,
    *,
    seed: int,
    least_rows: int,
    clusters: npt.ArrayLike | None = None,
    regions: Mapping[str, Sequence[str]] | None = REGIONS,
) -> list[Slice]:
    """Return the RMSE of each slice: by region, by channel, new and old customers, deciles of worth.

    Slices overlap: each customer is in one of each kind. Those with fewer than `least_rows` customers or 30 buyers are
    left out, for one large basket would decide them.

    Args:
        frame: features of the judged rows, and `state`.
        actual: true spend, shape (n,).
        predicted: the challenger's.
        reference: the champion's, or the baseline's before there is one.
        seed: of the bootstrap that tells whether a difference is more than chance.
        least_rows: least rows of a slice.
        clusters: whose row each is, where a customer has several; default: one each.
        regions: the states of each region; None takes each state, as the shop names it, for a region.
    """
    found = []
    for name, members in _members(frame, regions):
        if members.sum() < least_rows or (actual[members] > 0).sum() < LEAST_BUYERS:
            continue
        true, guess, other = actual[members], predicted[members], reference[members]
        owners = None if clusters is None else np.asarray(clusters)[members]
        difference = paired_bootstrap(true, guess, other, "rmse_brl", seed, draws=100, clusters=owners)
        found.append(Slice(name, int(members.sum()), _rmse(true, guess), _rmse(true, other), difference.lower > 0))
    return found


def _members(
    frame: pd.DataFrame, regions: Mapping[str, Sequence[str]] | None = REGIONS
) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    known = {one: (one,) for one in sorted(frame["state"].dropna().unique())} if regions is None else regions
    region_of_state = {state: region for region, states in known.items() for state in states}
    region = frame["state"].map(region_of_state).fillna("unknown").to_numpy()
    yield from ((f"region={name}", region == name) for name in dict.fromkeys((*known, "unknown")))
    app, store = frame["app_share"].to_numpy(), frame["store_share"].to_numpy()
    web = 1 - app - store
    channel = np.array(["app", "store", "web"])[np.argmax(np.column_stack((app, store, web)), axis=1)]
    yield from ((f"channel={name}", channel == name) for name in ("app", "store", "web"))
    is_new = frame["tenure_days"].to_numpy() < NEW_CUSTOMER_DAYS
    yield "customers=new", is_new
    yield "customers=old", ~is_new
    decile = np.ceil(10 * frame["net_revenue_brl"].rank(method="average").to_numpy() / len(frame)).astype(int)
    yield from ((f"worth decile={number}", decile == number) for number in range(1, 11))


def _rmse(true: Floats, guess: Floats) -> float:
    return float(np.sqrt(np.square(true - guess).mean()))
