"""The shop as it was known on any past day: rows, cut-offs and trainings for a replay."""

import time
from datetime import date
from typing import TYPE_CHECKING

from eshop_dagster.adapters.point_in_time import PointInTime
from eshop_dagster.stages.parameters import Params

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.cutoffs import Cutoffs
    from eshop_dagster.ml.replay import Training

_WEEK = 7


class ReplayError(ValueError):
    """The history has no room for what was asked."""


class CopiedShop:
    """The rows and the trainings of any past day, from a copy; each is made once.

    Args:
        copy: the orders that were known on each day.
        params: horizon, cut-offs and the spend model's parameters of the retraining.
    """

    def __init__(self, copy: PointInTime, params: Params) -> None:
        self._copy, self._params = copy, params
        self._known = copy.known_orders().to_pandas()
        self._trainings: dict[date, Training] = {}
        self.seconds: dict[date, float] = {}

    def rows(self, cutoff: date) -> "pd.DataFrame":
        """Return features at a cut-off and the label, NaN where days of its window are still to come."""
        import pandas as pd

        rows: pd.DataFrame = pd.read_parquet(self._copy.rows(cutoff))
        return rows

    def training(self, day: date) -> "Training":
        """Return what a training in the morning of a day would have brought."""
        if day not in self._trainings:
            began = time.perf_counter()
            self._trainings[day] = self._train(day)
            self.seconds[day] = time.perf_counter() - began
        return self._trainings[day]

    def plan(self, day: date) -> "Cutoffs":
        """Return the cut-offs of a training on a day: those of the retraining whose last known day is the one before.

        Training cut-offs lie whole weeks apart, so that the trainings of different weeks share their features.

        Raises:
            ReplayError: the history known by then is too short.
        """
        import pandas as pd

        from eshop_dagster.ml.cutoffs import last_complete_day, plan_cutoffs

        known = self._known[pd.to_datetime(self._known["known_date"]).dt.date < day]
        settings = self._params.cutoffs
        try:
            orders = known.groupby("ordered_date")["order_count"].sum()
            planned = plan_cutoffs(
                pd.Timestamp(orders.index.min()).date(),
                last_complete_day(orders),
                horizon_days=settings.horizon_days,
                training_cutoffs=settings.training_cutoffs,
                judging_cutoffs=settings.judging_cutoffs,
                minimum_history_days=settings.minimum_history_days,
                spacing_days=max(1, round(settings.spacing_days / _WEEK)) * _WEEK,
                scoring_date=day,
            )
        except ValueError as error:
            raise ReplayError(f"nothing can be trained on {day}: {error}") from error
        if planned.short_window_days is not None:
            raise ReplayError(
                f"nothing can be trained on {day}: the history known by then holds {planned.short_window_days} days "
                f"of a window, expected {settings.horizon_days}. Begin later."
            )
        return planned

    def _train(self, day: date) -> "Training":
        import pandas as pd

        from eshop_dagster.ml.drift import profile_features
        from eshop_dagster.ml.features import FEATURES, LABEL, SEASON_FEATURES
        from eshop_dagster.ml.replay import Training
        from eshop_dagster.ml.slices import REGIONS
        from eshop_dagster.ml.spend import SpendParams, SpendResult, drawn_training_rows, fit_spend

        try:
            cutoffs = self.plan(day)
        except ReplayError as error:
            return Training(day, (), (), SpendResult.without_model(tuple(FEATURES), str(error)), {})
        values = dict(self._params.of("spend"))
        seed = int(values.pop("seed", 0))
        # The intervals of a metric are not asked for here.
        settings = {"horizon_days": self._params.cutoffs.horizon_days, **values, "bootstrap_draws": 1}
        chosen = SpendParams.from_mapping(settings)
        rows = {one: self.rows(one) for one in cutoffs.labelled}
        learned = pd.concat(
            [drawn_training_rows(found, seed, chosen.fit_rows) for found in rows.values()], ignore_index=True
        )
        judging = pd.concat([rows[one] for one in cutoffs.judging], ignore_index=True)
        scoring = self.rows(day).drop(columns=LABEL)
        result = fit_spend(learned, judging, scoring, chosen, seed)
        # The season at a cut-off is the same for every customer, and always moves.
        judged = [name for name in FEATURES if name not in SEASON_FEATURES]
        profile = profile_features(scoring, judged)
        count, regions = sum(map(len, rows.values())), REGIONS if self._params.shop.is_brazilian else None
        return Training(day, cutoffs.training, cutoffs.judging, result, profile, count, regions)
