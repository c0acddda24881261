"""The fixed parts of the spend model, and how they are fitted: one that fails drops out and says why."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import FEATURES
from eshop_dagster.ml.spend.bg_nbd import BuyTillYouDieSpend
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.linear import TweedieSpend, TwoPartSpend
from eshop_dagster.ml.spend.params import LINEAR_FEATURES, SpendParams
from eshop_dagster.ml.spend.past import PastRateSpend, PastTotalSpend
from eshop_dagster.ml.spend.season import SeasonalSpend, season_of
from eshop_dagster.ml.spend.trees import DAY_FEATURES, BoostedSpend

BG_NBD, BG_NBD_DAY, PAST_TOTAL, PAST_RATE = "bg_nbd", "bg_nbd_of_the_day", "past_total_rescaled", "past_rate"

PARTS = (
    "linear",
    "xgboost",
    "linear*season",
    "two_part*season",
    "xgboost*season",
    "bg_nbd*season",
    BG_NBD,
    BG_NBD_DAY,
)
"""What the mean is of. `*season` multiplies by how the same window of an earlier year went."""

LABEL_FREE = (BG_NBD_DAY,)
"""The parts that can be fitted before any cut-off has a label."""

LAST_RESORT = PAST_TOTAL
"""It weighs only where no part can be had. Among the parts it cost most of the regret of young and heavy-tailed shops:
in a window that few customers decide, it now and then has the lowest squared error by luck."""

RANKING_BASELINES = (PAST_RATE, PAST_TOTAL, BG_NBD, BG_NBD_DAY)
"""Rules that order customers, so that one of them can serve; `zero` and `mean` are only compared with."""

NAMES = tuple(FEATURES)


@dataclass
class Fitted:
    """Fitted parts by name, and by name why others could not be fitted."""

    parts: dict[str, Any] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)

    def predict(self, frame: pd.DataFrame) -> dict[str, Floats]:
        """Return what each part says of the rows; a part that fails or is not finite moves to `trouble`."""
        said: dict[str, Floats] = {}
        for name, part in list(self.parts.items()):
            found = attempt(lambda part=part: part.predict(frame))  # type: ignore[misc]
            broken = found if isinstance(found, str) else _not_finite(found)
            if broken:
                self.trouble[name] = broken
                del self.parts[name]
            else:
                said[name] = found
        return said


def fit_parts(
    frame: pd.DataFrame | None, spent: Floats | None, day: pd.DataFrame, params: SpendParams, seed: int
) -> Fitted:
    """Return every part that could be fitted; without labelled rows, those that need none.

    Args:
        frame: features of rows whose label is known; None where there are none.
        spent: their label.
        day: features of the day that is predicted.
        seed: of the boosted trees.
    """
    fitted = Fitted()
    labelled: dict[str, Callable[[], Any]] = {}
    with threadpool_limits(limits=1):
        if frame is not None and spent is not None:
            season = season_of(frame, spent)
            labelled = {
                name: lambda name=name: _fit_labelled(name, frame, spent, season, params, seed)  # type: ignore[misc]
                for name in PARTS
                if name not in LABEL_FREE
            }
        jobs: dict[str, Callable[[], Any]] = {
            **labelled,
            BG_NBD_DAY: lambda: BuyTillYouDieSpend(params.horizon_days).fit(day, None),
            PAST_TOTAL: lambda: PastTotalSpend(params.horizon_days).fit(day if frame is None else frame, spent),
            PAST_RATE: lambda: PastRateSpend(params.horizon_days).fit(day, None),
        }
        for name, fit in jobs.items():
            part = attempt(fit)
            if isinstance(part, str):
                fitted.trouble[name] = part
            else:
                fitted.parts[name] = part
    return fitted


def _fit_labelled(name: str, frame: pd.DataFrame, spent: Floats, season: Floats, params: SpendParams, seed: int) -> Any:
    kind, _, suffix = name.partition("*")
    part = build_part(kind, params, names=tuple(frame.columns), seasonal=bool(suffix), seed=seed)
    return SeasonalSpend(part).fit(frame, spent, season) if suffix else part.fit(frame, spent)


def build_part(kind: str, params: SpendParams, *, names: Sequence[str], seasonal: bool, seed: int) -> Any:
    """Return an unfitted estimator: `linear`, `two_part`, `xgboost` or `bg_nbd`.

    Args:
        names: features that the trees read; without the day of the year where a season factor stands for it.
        seasonal: whether its predictions are multiplied by a season factor.
    """
    read = tuple(one for one in names if not (seasonal and one in DAY_FEATURES))
    builders: dict[str, Callable[[], Any]] = {
        "linear": lambda: TweedieSpend(LINEAR_FEATURES, **asdict(params.linear)),
        "two_part": lambda: TwoPartSpend(LINEAR_FEATURES, **asdict(params.two_part)),
        "xgboost": lambda: BoostedSpend(read, asdict(params.xgboost), seed),
        BG_NBD: lambda: BuyTillYouDieSpend(params.horizon_days),
    }
    if kind not in builders:
        raise ValueError(f"part {kind!r} is unknown; expected one of {tuple(builders)}.")
    return builders[kind]()


def attempt(call: Callable[[], Any]) -> Any:
    """Return what a call returns, or why it failed, as text."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever a library raises, the other parts go on and it is named
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}".rstrip(": ")


def _not_finite(values: Floats) -> str:
    broken = int((~np.isfinite(values)).sum())
    return f"{broken} of {values.size} predictions are not finite" if broken else ""
