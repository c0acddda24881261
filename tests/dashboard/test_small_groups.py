"""Numbers of fewer than ten people or orders are on no page and in no file, whatever they are divided by."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ..adapters.dashboard_queries.small_release import customer, delivery, order, publish, sale, score
from .drawing import Taken, captions, cohort, drawn, home, month, segment, taken

__all__ = ["home", "taken"]

MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)


def sold(**changed: Any) -> dict[str, Any]:
    """Return a sale and the orders behind it, as two tables of a release."""
    return {"agg_daily_sales": [sale(**changed)], "fct_orders": [order() for _ in range(12)]}


def test_churn_and_active_customers_are_hidden_by_the_active_and_repeat_by_the_buyers(home: Path, taken: Taken) -> None:
    few_active = month(MARCH, active_customer_count=9, churned_customer_count=1)
    few_buyers = month(APRIL, buyer_count=9, returning_customer_count=3)
    both = {"agg_daily_sales": [sale(), sale(ordered_date=APRIL)], "fct_orders": [order()]}
    publish(home, **both, agg_churn=[few_active, few_buyers])
    test = drawn("overview", period="all")
    assert not test.exception
    loyal = taken["overview-loyalty"]
    assert loyal["churn_share"].tolist() == pytest.approx([float("nan"), 0.1], nan_ok=True)
    assert loyal["active_customer_count"].tolist() == pytest.approx([float("nan"), 40], nan_ok=True)
    assert loyal["repeat_share"].tolist() == pytest.approx([0.75, float("nan")], nan_ok=True)
    assert "2 grupo(s)" in captions(test)


def test_cards_of_fewer_than_ten_people_are_dashes(home: Path) -> None:
    publish(home, **sold(), agg_churn=[month(MARCH, active_customer_count=9, churned_customer_count=1, buyer_count=9)])
    found = {one.label: one.value for one in drawn("overview", period="all").metric}
    assert (found["Clientes ativos"], found["Taxa de recompra"], found["Taxa de churn mensal"]) == ("–", "–", "–")
    assert found["Pedidos"] == "12"


def test_a_late_share_of_nine_promises_is_hidden_though_twelve_were_delivered(home: Path, taken: Taken) -> None:
    unpromised = [delivery(is_late=None, is_late_by_instant=None, late_days=None) for _ in range(3)]
    unknown_way = [delivery(transit_days=None, handling_days=None) for _ in range(3)]
    publish(home, **sold(), fct_deliveries=[*unpromised, *unknown_way, *(delivery() for _ in range(6))])
    test = drawn("deliveries", period="all")
    assert not test.exception
    found = {one.label: one.value for one in test.metric}
    assert (found["Entregas atrasadas"], found["Pedidos entregues"]) == ("–", "12")
    for name in ("deliveries-months", "deliveries-map", "deliveries-remote", "deliveries-routes"):
        assert taken[name][["late_share"]].isna().all(axis=None) and taken[name]["delivered_count"].tolist() == [12]
    assert taken["deliveries-durations"][["transit_days", "handling_days"]].isna().all(axis=None)
    assert "– de – entregas" in captions(test)


def test_a_cohort_of_nine_and_who_came_back_of_it_are_in_no_file(home: Path, taken: Taken) -> None:
    small = cohort(cohort_customer_count=9, customer_count=5)
    publish(home, **sold(), agg_cohort_retention=[small, cohort(cohort_month=APRIL)])
    drawn("customers", period="all")
    shown = taken["customers-cohorts"].set_index("cohort_month")[["customer_count", "cohort_customer_count"]]
    assert shown.isna().to_numpy().tolist() == [[True, True], [False, False]]


def test_a_segment_of_three_is_not_listed_beside_one_of_twelve(home: Path, taken: Taken) -> None:
    segments = {f"k{number:02}": 0 if number < 12 else 1 for number in range(15)}
    publish(
        home,
        **sold(),
        dim_customers=[customer(one) for one in segments],
        customer_scores=[score(one, segment_id=number) for one, number in segments.items()],
        customer_segments=[segment(0), segment(1)],
        agg_cohort_retention=[cohort()],
    )
    test = drawn("customers", period="all", state="SP")
    assert not test.exception
    assert taken["customers-list"]["segment"].tolist() == ["S0"] * 12
    personas = " ".join(str(one.proto) for one in test.main)
    # The median is of all states: under one state it is left out, and the charts that ignore it say so.
    assert "há 33 dias" not in personas and "Não muda com: estado" in captions(test)
    assert "há 33 dias" in " ".join(str(one.proto) for one in drawn("customers", period="all").main)


@pytest.mark.parametrize(("customers", "is_shown"), [(9, False), (40, True)])
def test_features_of_nine_customers_are_not_shown_nor_how_many_few_outliers_there_are(
    home: Path, customers: int, is_shown: bool
) -> None:
    from eshop_dagster.ml.features import FEATURES

    rows = [
        {
            "customer_key": f"k{number}",
            **dict.fromkeys(FEATURES, float(number % 7)),
            "net_revenue_brl": 1e6 if not number else 1.0,
        }
        for number in range(customers)
    ]
    publish(home, **sold(), customer_features=rows)
    test = drawn("exploration", period="all")
    assert not test.exception
    found = {one.label: one.value for one in test.metric}
    assert found.get("Valores extremos") == ("< 10" if is_shown else None)
    assert ("Menos de 10 clientes" in " ".join(one.value for one in test.info)) is not is_shown


def test_the_real_revenue_of_a_states_small_day_is_hidden_beside_its_forecast(
    home: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [date(2025, 3, 5), date(2025, 3, 6)]
    sales = [sale(ordered_date=day, state=state, revenue_brl=Decimal("90")) for day in days for state in ("AC", "SP")]
    orders = [order(state="AC", ordered_date=days[0])] * 9 + [order(state="AC", ordered_date=days[1])] * 10
    publish(home, agg_daily_sales=sales, fct_orders=[*orders, *(order(ordered_date=day) for day in days * 20)])
    row = {"horizon_days": 1, "actual_brl": 90.0, "predicted_brl": 80.0, "baseline_brl": 70.0}
    looks = pd.DataFrame([{"date": day, "state": state, **row} for day in days for state in ("AC", "BR")])
    monkeypatch.setattr("eshop_dagster.dashboard.registry.champion", lambda view, model: model == "revenue")
    monkeypatch.setattr("eshop_dagster.dashboard.registry.table", lambda view, version, name: looks)
    test = drawn("forecasts", state="AC")
    assert not test.exception
    assert taken["forecasts-against"]["actual_brl"].tolist() == pytest.approx([float("nan"), 90.0], nan_ok=True)
    assert taken["forecasts-against"]["predicted_brl"].tolist() == [80.0, 80.0]
    test = drawn("forecasts", state="AC,SP")
    assert taken["forecasts-against"]["actual_brl"].tolist() == [90.0, 90.0]
    assert "Não muda com: estado" in captions(test)


def test_features_follow_the_chosen_segment_and_the_orders_beside_them_say_that_they_do_not(
    home: Path, taken: Taken
) -> None:
    from eshop_dagster.ml.features import FEATURES

    keys = [f"k{number:02}" for number in range(40)]
    publish(
        home,
        **sold(),
        customer_features=[{"customer_key": key, **dict.fromkeys(FEATURES, 1.0)} for key in keys],
        customer_scores=[score(key, segment_id=int(key > "k27")) for key in keys],
        customer_segments=[segment(0), segment(1)],
    )
    test = drawn("exploration", period="all", segment="1")
    assert not test.exception
    assert taken["exploration-distribution"]["customer_count"].sum() == 12
    assert taken["exploration-spread"]["segment"].tolist() == ["S1"]
    assert "Amostra de 12 clientes" in captions(test)
    assert captions(test).count("Não muda com: segmento") == 3


def test_a_file_of_moves_has_no_counts_and_a_single_small_cell_is_not_alone(
    home: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {(0, 0): 4, (0, 1): 23, (0, 2): 100, (1, 0): 30, (1, 1): 40, (1, 2): 50}
    moves = pd.DataFrame(
        {"champion_segment_id": old, "segment_id": new, "customer_count": count, "moved_from_share": count / 127}
        for (old, new), count in counts.items()
    )
    monkeypatch.setattr("eshop_dagster.dashboard.registry.champion", lambda view, model: model == "segmentation")
    monkeypatch.setattr("eshop_dagster.dashboard.registry.table", lambda view, version, name: moves)
    monkeypatch.setattr("eshop_dagster.dashboard.pages.customers.space", lambda view, names: None)
    keys = [f"k{number:02}" for number in range(12)]
    people = {"dim_customers": [customer(one) for one in keys], "customer_scores": [score(one) for one in keys]}
    publish(home, **sold(), **people, customer_segments=[segment(0)], agg_cohort_retention=[cohort()])
    test = drawn("customers", period="all", state="SP")
    assert not test.exception
    shown = taken["customers-migration"]
    assert list(shown.columns) == ["before", "after", "moved_from_share"]
    expected = [float("nan"), float("nan"), 0.787, 0.236, 0.315, 0.394]
    assert shown["moved_from_share"].tolist() == pytest.approx(expected, nan_ok=True, abs=1e-12)


def test_customers_who_are_all_in_hidden_segments_are_not_counted_as_none(home: Path) -> None:
    keys = [f"k{number}" for number in range(9)]
    people = {"dim_customers": [customer(one) for one in keys], "customer_scores": [score(one) for one in keys]}
    publish(home, **sold(), **people, customer_segments=[segment(0)], agg_cohort_retention=[cohort()])
    test = drawn("customers", period="all")
    assert not test.exception
    assert [one.value for one in test.metric] == ["–", "–", "–"]
