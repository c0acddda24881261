"""What a replay decides and predicts up to a day owes nothing to what came later, and leaves the home as it was."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from eshop_dagster.adapters.feature_sql import INPUTS, LINES, ORDERS, PRODUCTS
from eshop_dagster.adapters.point_in_time import copy_history
from eshop_dagster.ml.features import LABEL
from eshop_dagster.ml.replay import DriftRule, Step, weeks_between
from eshop_dagster.stages.parameters import CutoffParams, Params
from eshop_dagster.stages.replay import Request, walked
from eshop_dagster.stages.replay_shop import CopiedShop, ReplayError

from ..ml.builders import FIRST_DAY, SMALL_SPEND, shop_orders

PARAMS = Params(
    cutoffs=CutoffParams(training_cutoffs=3),
    models={"spend": {"minimum_rows": 100, "minimum_buyers": 20, "seed": 7, "xgboost": SMALL_SPEND["xgboost"]}},
)
REQUEST = Request(
    policies=("never", "drift", "weekly"),
    sample=250,
    rule=DriftRule(features=2, weeks=1, of_weeks=1, rest_days=7),
)
DAYS = weeks_between(date(2025, 1, 5), date(2025, 2, 2))
POISONED_FROM = date(2025, 1, 19)
"""A replayed day: what becomes known on it or later is not known in its morning."""

Versions = list[dict[str, Any]]


def versions(customers: int = 700) -> Versions:
    """Every order as it was placed, and every third one again ten days later, with something returned."""
    rows: Versions = []
    for number, order in enumerate(shop_orders(customers, seed=3).itertuples()):
        day = FIRST_DAY + timedelta(days=int(str(order.day)))
        placed = {
            "order_id": f"o{number:06d}",
            "known_from_date": day,
            "known_until_date": None,
            "customer_key": f"c{order.owner:05d}",
            "ordered_date": day,
            "channel": "app" if order.is_app else "web",
            "state": "SP",
            "is_cancelled": False,
            "item_count": 1,
            "returned_item_count": 0,
            "revenue_brl": Decimal(f"{order.revenue_brl:.2f}"),
            "returned_brl": Decimal("0.00"),
            "freight_brl": Decimal("10.00"),
            "is_late": bool(order.is_late),
        }
        rows.append(placed)
        if number % 3 == 0:
            placed["known_until_date"] = day + timedelta(days=10)
            returned = {"known_until_date": None, "returned_brl": Decimal("5.00"), "returned_item_count": 1}
            rows.append({**placed, "known_from_date": day + timedelta(days=10), **returned})
    return rows


def without_later(rows: Versions) -> Versions:
    """The shop as it would be if the days from `POISONED_FROM` on had never come."""
    kept = [dict(row) for row in rows if row["known_from_date"] < POISONED_FROM]
    for row in kept:
        if row["known_until_date"] and row["known_until_date"] >= POISONED_FROM:
            row["known_until_date"] = None
    return kept


def poisoned(rows: Versions) -> Versions:
    """Every later change is a hundred times as large, and half of them are another customer's."""
    made = [dict(row) for row in rows]
    for number, row in enumerate(made):
        if row["known_from_date"] >= POISONED_FROM:
            row["revenue_brl"] *= 100
            row["customer_key"] = row["customer_key"] if number % 2 else "c00000"
    return made


def earlier_changed(rows: Versions) -> Versions:
    """One day of the past is otherwise: a replay must see that."""
    past = POISONED_FROM - timedelta(days=1)
    assert any(row["known_from_date"] == past for row in rows)
    return [{**row, "revenue_brl": row["revenue_brl"] * (100 if row["known_from_date"] == past else 1)} for row in rows]


def warehouse(path: Path, rows: Versions) -> Path:
    # What was bought is told by the order: lines that moved with their place would change the past.
    lines = [
        {"order_id": row["order_id"], "changed_date": row["known_from_date"], "is_return": False}
        | {"product_id": "p1" if int(row["order_id"][1:]) % 2 else "p2"}
        for row in rows
    ]
    products = [{"product_id": "p1", "changed_date": FIRST_DAY, "category": "toys"}]
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        for table, content in ((ORDERS, rows), (LINES, lines), (PRODUCTS, products)):
            connection.register("content", pa.Table.from_pylist(content, schema=INPUTS[table]))
            connection.execute(f"CREATE TABLE {table} AS FROM content")
    return path


def replayed(folder: Path, change: Callable[[Versions], Versions]) -> tuple[CopiedShop, dict[str, list[Step]], Any]:
    path = warehouse(folder / "home" / "warehouse.duckdb", change(versions()))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    copy = copy_history(path, folder / "scratch", sample=REQUEST.sample, known_before=DAYS[0], window_days=90)
    shop = CopiedShop(copy, PARAMS)
    steps, scores = walked(shop, DAYS, PARAMS, REQUEST)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    return shop, steps, scores.weeks


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[CopiedShop, dict[str, list[Step]], Any]:
    return replayed(tmp_path_factory.mktemp("truth"), lambda rows: rows)


def known_by_then(steps: dict[str, list[Step]], weeks: Any) -> tuple[Any, Any]:
    """Everything that was decided and predicted up to and including the morning of `POISONED_FROM`."""
    decided = [
        (step.policy, step.day, step.is_trained, step.model_day, step.serves, step.drifted, step.decision)
        for taken in steps.values()
        for step in taken
        if step.day <= POISONED_FROM
    ]
    said = weeks.loc[weeks["day"] <= POISONED_FROM, ["policy", "day", "model_day", "customers", "predictions"]]
    return decided, said.to_dict("records")


@pytest.mark.parametrize("change", [without_later, poisoned])
def test_what_comes_after_a_day_changes_no_decision_and_no_prediction_up_to_it(
    tmp_path: Path, truth: tuple[CopiedShop, dict[str, list[Step]], Any], change: Callable[[Versions], Versions]
) -> None:
    _, steps, weeks = replayed(tmp_path, change)

    assert known_by_then(steps, weeks) == known_by_then(truth[1], truth[2])
    assert list(weeks["predictions"]) != list(truth[2]["predictions"])


def test_a_change_of_the_day_before_is_seen(
    tmp_path: Path, truth: tuple[CopiedShop, dict[str, list[Step]], Any]
) -> None:
    _, steps, weeks = replayed(tmp_path, earlier_changed)

    assert known_by_then(steps, weeks) != known_by_then(truth[1], truth[2])


def test_each_model_learned_only_labels_that_were_complete_and_was_judged_on_later_ones(
    truth: tuple[CopiedShop, dict[str, list[Step]], Any],
) -> None:
    shop, steps, _ = truth
    trained = [step.day for step in steps["weekly"] if step.is_trained]
    assert trained == list(DAYS)
    for day in trained:
        training = shop.training(day)
        assert training.judging == tuple(day - timedelta(days=90 + 28 * step) for step in (2, 1, 0))
        assert training.cutoffs == tuple(day - timedelta(days=180 + 28 * step) for step in (2, 1, 0))


def test_customers_are_the_same_on_every_day_and_no_more_than_asked_for(
    truth: tuple[CopiedShop, dict[str, list[Step]], Any],
) -> None:
    shop, _, _ = truth
    first, last = (shop.rows(day)["customer_key"] for day in (DAYS[0], DAYS[-1]))

    assert len(first) <= 250 and len(last) == 250
    assert len({*first} & {*last}) > 200


def test_a_day_without_history_for_a_training_is_refused(
    truth: tuple[CopiedShop, dict[str, list[Step]], Any],
) -> None:
    with pytest.raises(
        ReplayError, match="on 2024-06-01: the history known by then holds 62 days of a window, expected 90"
    ):
        truth[0].plan(date(2024, 6, 1))


def test_the_last_known_day_is_known_whoever_was_drawn(
    truth: tuple[CopiedShop, dict[str, list[Step]], Any],
) -> None:
    last_known = max(row["known_from_date"] for row in versions())
    whole = last_known + timedelta(days=1) - timedelta(days=90)

    assert truth[0].rows(whole)[LABEL].notna().all()
    assert truth[0].rows(whole + timedelta(days=1))[LABEL].isna().all()


def test_a_copy_from_before_the_first_customer_is_refused(tmp_path: Path) -> None:
    path = warehouse(tmp_path / "home" / "warehouse.duckdb", versions(20))
    with pytest.raises(ValueError, match="no customer was known before 2023-12-31"):
        copy_history(path, tmp_path / "scratch", sample=10, known_before=date(2023, 12, 31), window_days=90)
