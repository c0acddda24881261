"""Where the gate's benchmark gets its rows: made-up shops, and the platform's own features and labels over them."""

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.adapters.feature_sql import INPUTS, LINES, ORDERS, PRODUCTS
from eshop_dagster.adapters.point_in_time import PointInTime, store_history
from eshop_dagster.stages.parameters import Params

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.cutoffs import Cutoffs
    from eshop_dagster.ml.gate_bench import ShopSpec, Trained

FREIGHT_BRL = 12


class StoredShop:
    """The rows and the trainings of any day of a stored history; each is made once.

    Args:
        history: the orders.
        params: horizon, cut-offs and the spend model's parameters of the retraining.
        first_day: of the history.

    Attributes:
        reasons: by day, what its training said of itself, or why there was none.
    """

    def __init__(self, history: PointInTime, params: Params, first_day: date) -> None:
        self._history, self._params, self._first_day = history, params, first_day
        self._rows: dict[date, pd.DataFrame] = {}
        self._trainings: dict[date, Trained | None] = {}
        self.reasons: dict[date, str] = {}

    def rows(self, cutoff: date) -> "pd.DataFrame":
        """Return features at a cut-off and the label, NaN where days of its window are still to come."""
        import pandas as pd

        if cutoff not in self._rows:
            self._rows[cutoff] = pd.read_parquet(self._history.rows(cutoff))
        return self._rows[cutoff]

    def training(self, day: date) -> "Trained | None":
        """Return the training of a day; None where the history known by then is too short."""
        if day not in self._trainings:
            self._trainings[day] = self._train(day)
        return self._trainings[day]

    def _train(self, day: date) -> "Trained | None":
        import pandas as pd

        from eshop_dagster.ml.features import LABEL
        from eshop_dagster.ml.gate_bench import trained_of
        from eshop_dagster.ml.spend import SpendParams, drawn_training_rows, fit_spend

        try:
            cutoffs = self._cutoffs(day)
        except ValueError as error:
            self.reasons[day] = str(error)
            return None
        values = dict(self._params.of("spend"))
        seed = int(values.pop("seed", 0))
        # Intervals of single metrics are not looked at here.
        settings = {"horizon_days": self._params.cutoffs.horizon_days, **values, "bootstrap_draws": 1}
        short = cutoffs.short_window_days
        labelled = {one: self._labelled(one, short) for one in cutoffs.labelled}
        chosen = SpendParams.from_mapping(settings)
        learned = pd.concat(
            [drawn_training_rows(rows, seed, chosen.fit_rows) for rows in labelled.values()], ignore_index=True
        )
        judging = pd.concat([labelled[one] for one in cutoffs.judging], ignore_index=True)
        scoring = self.rows(day).drop(columns=LABEL)
        result = fit_spend(learned, judging, scoring, chosen, seed, short)
        self.reasons[day] = result.reason
        return trained_of(day, result)

    def _labelled(self, cutoff: date, short: int | None) -> "pd.DataFrame":
        import pandas as pd

        return self.rows(cutoff) if short is None else pd.read_parquet(self._history.rows(cutoff, short))

    def _cutoffs(self, day: date) -> "Cutoffs":
        from eshop_dagster.ml.cutoffs import plan_cutoffs

        settings = self._params.cutoffs
        return plan_cutoffs(
            self._first_day,
            day - timedelta(days=1),
            horizon_days=settings.horizon_days,
            training_cutoffs=settings.training_cutoffs,
            judging_cutoffs=settings.judging_cutoffs,
            minimum_history_days=settings.minimum_history_days,
            spacing_days=settings.spacing_days,
            scoring_date=day,
        )


def store_shop(spec: "ShopSpec", seed: int, folder: Path, *, horizon_days: int) -> PointInTime:
    """Return a simulated shop as the platform would know it: each order on the day on which it was placed."""
    from eshop_dagster.ml.gate_bench import simulate

    orders = simulate(spec, seed, horizon_days=horizon_days)
    tables = {ORDERS: _orders(spec, orders), LINES: _lines(spec, orders), PRODUCTS: _products(spec, orders)}
    last_day = spec.day(spec.days + horizon_days - 1)
    return store_history(folder, tables, last_day=last_day, sample=spec.customers, window_days=horizon_days)


def _orders(spec: "ShopSpec", orders: "pd.DataFrame") -> pa.Table:
    count = orders["line_count"].to_numpy()
    columns = {
        "order_id": _order_ids(orders),
        "known_from_date": _dates(spec, orders),
        "customer_key": [f"c{number:06d}" for number in orders["customer"]],
        "ordered_date": _dates(spec, orders),
        "item_count": count,
        "returned_item_count": count * (orders["returned_brl"].to_numpy() > 0),
        "freight_brl": [FREIGHT_BRL] * len(orders),
        **{name: orders[name].to_numpy() for name in ("channel", "state", "is_cancelled", "is_late")},
        **{name: orders[name].to_numpy() for name in ("revenue_brl", "returned_brl")},
    }
    schema = INPUTS[ORDERS]
    return pa.table({name: _column(columns, name, schema, len(orders)) for name in schema.names}, schema=schema)


def _column(columns: dict[str, object], name: str, schema: pa.Schema, size: int) -> pa.Array:
    """Return a column of its type; what no made-up order has is NULL."""
    kind = schema.field(name).type
    if name not in columns:
        return pa.nulls(size, kind)
    values = pa.array(columns[name])
    # Money comes as floating numbers of whole cents.
    return pa.compute.round(values.cast(pa.float64()), 2).cast(kind) if pa.types.is_decimal(kind) else values.cast(kind)


def _lines(spec: "ShopSpec", orders: "pd.DataFrame") -> pa.Table:
    lines = orders.loc[orders.index.repeat(orders["line_count"])]
    columns = {
        "order_id": _order_ids(lines),
        "changed_date": _dates(spec, lines),
        "product_id": lines["category"].to_numpy(),
        "is_return": [False] * len(lines),
    }
    schema = INPUTS[LINES]
    return pa.table({name: _column(columns, name, schema, len(lines)) for name in schema.names}, schema=schema)


def _products(spec: "ShopSpec", orders: "pd.DataFrame") -> pa.Table:
    names = sorted(orders["category"].unique())
    rows = [{"product_id": name, "changed_date": spec.first_day, "category": name} for name in names]
    return pa.Table.from_pylist(rows, schema=INPUTS[PRODUCTS])


def _order_ids(orders: "pd.DataFrame") -> list[str]:
    return [f"o{number:07d}" for number in orders.index]


def _dates(spec: "ShopSpec", orders: "pd.DataFrame") -> list[object]:
    days = {number: spec.day(int(number)) for number in orders["day"].unique()}
    return [days[number] for number in orders["day"]]
