"""Every answer about spend says the length of the window that it is of: that of the release, whatever it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from eshop_dagster.api.answers import SpendFigures
from eshop_dagster.api.scoring import NEW, SCORED, spend_by_key
from eshop_dagster.api.state import Answering, Signs, State, _read_release
from eshop_dagster.settings import Settings
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from ..adapters.published import AS_OF, customer, features, key, publish, score

FORECAST = [{"date": AS_OF, "state": "BR", "expected_revenue_brl": 1.0}]
ORDERS = [
    {"order_id": "o1", "customer_key": key(1), "is_sale": True, "ordered_at": datetime(2024, 1, 3, tzinfo=UTC)}
    | {"ordered_date": datetime(2024, 1, 3).date(), "net_revenue_brl": 5.0}
]


@pytest.mark.parametrize("window_days", [60, 90, 120])
def test_the_answer_of_a_scored_and_of_a_new_customer_says_the_window_of_the_release(
    tmp_path: Path, window_days: int
) -> None:
    tables = {"dim_customers": [customer(1), customer(2)], "customer_scores": [score(1)]}
    tables |= {"customer_features": [features(1)], "revenue_forecast": FORECAST, "fct_orders": ORDERS}
    publish(tmp_path, "r", window_days=window_days, **tables)
    release = _read_release(Platform(Settings(tmp_path), Params()), tmp_path)
    spend, nobody = (Answering(kind, None, 1, None, True, {}) for kind in ("spend", "segmentation"))
    state = State(release, spend, nobody, Signs("r", {}), {}, [], None, datetime.now(UTC))  # type: ignore[arg-type]

    answers = spend_by_key(state, [key(1), key(2)], reasons=False)

    assert [answer["status"] for answer in answers] == [SCORED, NEW]
    assert [answer["window_days"] for answer in answers] == [window_days, window_days]
    assert "window_days" in SpendFigures.model_fields
