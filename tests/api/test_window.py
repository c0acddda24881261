"""Every answer about spend says the length of the window that it is of: that of the release, whatever it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.api.answers import SpendFigures, SpendRow
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


OUTLOOK = (
    "purchase_probability",
    "spend_if_buying_brl",
    *(f"spend_if_buying_{end}_80_brl" for end in ("lower", "upper")),
)


def state_of(home: Path, window_days: int, scored: dict[str, Any]) -> State:
    tables = {"dim_customers": [customer(1), customer(2)], "customer_scores": [scored]}
    tables |= {"customer_features": [features(1)], "revenue_forecast": FORECAST, "fct_orders": ORDERS}
    publish(home, "r", window_days=window_days, **tables)
    release = _read_release(Platform(Settings(home), Params()), home)
    spend, nobody = (Answering(kind, None, 1, None, True, {}) for kind in ("spend", "segmentation"))
    return State(release, spend, nobody, Signs("r", {}), {}, [], None, datetime.now(UTC))  # type: ignore[arg-type]


def test_of_a_shop_that_was_judged_on_a_shorter_window_the_answer_says_why_figures_are_null(tmp_path: Path) -> None:
    state = state_of(tmp_path, 90, {**score(1), **dict.fromkeys(OUTLOOK, float("nan"))})
    first, new = spend_by_key(state, [key(1), key(2)], reasons=False)
    assert first["expected_spend_brl"] is not None and [first[name] for name in OUTLOOK] == [None] * 4
    assert "too young for a whole window of window_days" in first["caveat"]
    assert SpendRow(**first).caveat == first["caveat"] and "caveat" not in new


@pytest.mark.parametrize("window_days", [60, 90, 120])
def test_the_answer_of_a_scored_and_of_a_new_customer_says_the_window_of_the_release(
    tmp_path: Path, window_days: int
) -> None:
    state = state_of(tmp_path, window_days, score(1))

    answers = spend_by_key(state, [key(1), key(2)], reasons=False)

    assert [answer["status"] for answer in answers] == [SCORED, NEW]
    assert [answer["window_days"] for answer in answers] == [window_days, window_days]
    assert answers[0]["caveat"] is None
    assert "window_days" in SpendFigures.model_fields
