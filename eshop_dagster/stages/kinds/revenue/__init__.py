"""The revenue forecast: what will the shop take, by day and state?"""

from datetime import date
from typing import Any

from eshop_dagster.shop import Shop
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.kinds.revenue.scoring import FORECAST
from eshop_dagster.stages.kinds.revenue.training import METRIC, compare, made_up_history, predict, revenue_params, train
from eshop_dagster.stages.measures import Measure, Words
from eshop_dagster.stages.model_card import OPENED, Card, column

_INPUTS = (
    ("date", "datetime64", "business day; every day of the shop, from its first to the last complete one"),
    ("state", "text", "state or region of the order"),
    ("revenue_brl", "float64", "revenue of the day in the state: neither cancelled orders nor returned lines"),
    ("order_count", "int64", "orders of the day in the state"),
)
_OUTPUTS = (
    ("date", "datetime64", "day ahead"),
    ("state", "text", "state, or `all` for the whole shop"),
    ("horizon_days", "int64", "how many days ahead"),
    ("revenue_brl", "float64", "expected revenue; `revenue_lower_80_brl` and so on are the ends of its intervals"),
    ("order_count", "float64", "expected orders"),
    ("average_ticket_brl", "float64", "expected revenue of an order, with intervals likewise"),
)
_EXAMPLE = """history = pd.read_csv(here / "example.csv", parse_dates=["date"])
forecast = model.predict(history, horizon_days=28)
print(forecast[forecast["state"] == "all"].to_csv())
"""


def _card(model: Any, shop: Shop) -> Card:
    inputs, outputs = ([column(shop, *one) for one in some] for some in (_INPUTS, _OUTPUTS))
    outputs[3]["description"] += _total_errors(model.total_errors)
    history = made_up_history(date.fromordinal(int(model.trained_until)), shop)
    return Card(inputs, outputs, history, OPENED + _EXAMPLE)


def _total_errors(errors: dict[str, float]) -> str:
    """Return how far off totals of a forecast were in its backtest, as the end of a sentence."""
    names = {"total_28_days_error_pct": "the total of 28 days", "month_error_pct": "that of a month"}
    parts = [f"{words} was off by {errors[name]:.1f} %" for name, words in names.items() if name in errors]
    return f"; in the backtest {' and '.join(parts)} in the mean" if parts else ""


KIND = Kind(
    name="revenue",
    question="What will the shop take, by day and state, up to three months ahead? Revenue and average ticket, in the "
    "shop's currency.",
    title=Words("Receita", "Revenue"),
    description="Forecast from the shop's own days and calendar: what will it take, by day and state, up to three "
    "months ahead?",
    libraries=("scikitlearn", "xgboost"),
    measures=(
        Measure(
            METRIC,
            Words("MASE", "MASE"),
            "lower",
            Words(
                "erro das últimas semanas em relação ao da variação de uma semana para a outra",
                "error of the last weeks against the change from one week to the next",
            ),
        ),
    ),
    tables=("fct_orders", "dim_dates"),
    needs_cutoffs=False,
    has_features=False,
    has_segments=False,
    model_class="RevenueForecaster",
    read_params=revenue_params,
    train=train,
    compare=compare,
    predict=predict,
    card=_card,
    own_tables=FORECAST,
)
