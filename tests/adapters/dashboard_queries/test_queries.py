"""What the dashboard counts, on releases small enough to count by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Thread

import pytest

from eshop_dagster.adapters.dashboard_queries import customers, deliveries, exploration, forecasts, sales

from .small_release import ALL, customer, delivery, order, publish, sale, score


def test_revenue_is_net_of_returns_and_orders_count_once_whatever_their_categories(tmp_path: Path) -> None:
    both = [sale(), sale(category="pet_shop", revenue_brl=Decimal("5.05"), returned_brl=Decimal("1.00"))]
    database = publish(tmp_path, agg_daily_sales=both, fct_orders=[order(), order(is_sale=False)])
    day = sales.sales_by_day(database, ALL).iloc[0]
    assert (day["revenue_brl"], day["net_revenue_brl"], day["order_count"]) == (15.15, 14.15, 1)


def test_an_order_of_two_categories_is_one_order_of_its_channel(tmp_path: Path) -> None:
    both = [sale(), sale(category="pet_shop"), sale(ordered_date=date(2025, 3, 9)), sale(channel="app")]
    orders = [order(), order(ordered_date=date(2025, 3, 9)), order(channel="app")]
    database = publish(tmp_path, agg_daily_sales=both, fct_orders=orders)
    found = sales.sales_by_channel(database, ALL)
    assert list(zip(found["channel"], found["order_count"], strict=True)) == [("app", 1), ("web", 2)]
    assert found["net_revenue_brl"].round(2).tolist() == [10.1, 30.3]
    assert sales.sales_by_channel(database, replace(ALL, category="pet_shop"))["order_count"].tolist() == [1]


def test_under_a_category_orders_are_those_with_a_line_of_it(tmp_path: Path) -> None:
    rows = [sale(order_count=3), sale(category="pet_shop", order_count=7)]
    database = publish(tmp_path, agg_daily_sales=rows, fct_orders=[order()])
    assert sales.sales_by_day(database, replace(ALL, category="pet_shop"))["order_count"].tolist() == [7]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 4),
        ({"states": ("RJ",)}, 1),
        ({"states": ("RJ", "SP")}, 4),
        ({"channels": ("app",)}, 1),
        ({"first": date(2025, 4, 1)}, 1),
        ({"states": ("RJ",), "channels": ("app",)}, 0),
    ],
)
def test_each_filter_narrows_what_is_counted(tmp_path: Path, changed: dict[str, object], expected: int) -> None:
    others: list[dict[str, object]] = [
        {},
        {"state": "RJ"},
        {"channel": "app"},
        {"ordered_date": date(2025, 4, 1)},
    ]
    rows = [sale(**one) for one in others]
    database = publish(tmp_path, agg_daily_sales=rows, fct_orders=[order(**one) for one in others])
    found = sales.sales_by_state(database, replace(ALL, **changed))  # type: ignore[arg-type]
    assert found["order_count"].sum() == expected


def test_a_value_is_bound_and_never_read_as_sql(tmp_path: Path) -> None:
    database = publish(tmp_path, agg_daily_sales=[sale()], fct_orders=[order()])
    asked = replace(ALL, states=("SP') OR (1=1",), category="x'; DROP TABLE orders_by_day; --")
    assert sales.sales_by_day(database, asked).empty
    assert len(sales.sales_by_day(database, ALL)) == 1


def test_an_unknown_feature_is_refused_and_never_reaches_a_statement(tmp_path: Path) -> None:
    database = publish(tmp_path, customer_features=[{"customer_key": "a", "net_revenue_brl": 1.0}])
    with pytest.raises(ValueError, match="is no column of customer_features"):
        exploration.quartiles(database, 'net_revenue_brl" FROM customer_features; --')


def test_the_newest_order_days_do_not_count_before_late_parcels_have_had_the_time_to_arrive(tmp_path: Path) -> None:
    # In both weeks one parcel in two is late, by 20 days; those of the newest week have not come yet.
    settled = [delivery(), delivery(is_late=True, late_days=20, delivery_days=20.0)]
    newest = delivery(ordered_date=date(2025, 12, 20))
    under_way = delivery(ordered_date=date(2025, 12, 20), is_late=None, late_days=None, delivery_days=None)
    database = publish(tmp_path, fct_deliveries=[*settled, newest, under_way])
    [known] = deliveries.deliveries_maturity(database).to_dict("records")
    assert (known["arrival_days"], known["open_from_date"].date()) == (20, date(2025, 12, 11))
    total = deliveries.deliveries_in_all(database, ALL).iloc[0]
    assert (total["promised_count"], total["late_share"], total["delivery_days"]) == (2, 0.5, 14.0)
    assert deliveries.known_deliveries(database, ALL).iloc[0]["promised_count"] == 3
    assert deliveries.deliveries_by(database, ALL, "month")["ordered_month"].dt.month.tolist() == [3]
    assert deliveries.deliveries_by_delay(database, ALL)["order_count"].tolist() == [1, 1]


def test_a_parcel_that_arrived_counts_although_its_order_was_cancelled_later(tmp_path: Path) -> None:
    database = publish(tmp_path, fct_deliveries=[delivery(), delivery(is_cancelled=True, is_late=True, late_days=2)])
    total = deliveries.deliveries_in_all(database, ALL).iloc[0]
    assert (total["delivered_count"], total["late_count"]) == (2, 1)


def test_late_shares_divide_by_the_promised_and_mean_days_by_the_delivered(tmp_path: Path) -> None:
    rows = [
        delivery(),
        delivery(is_late=False, is_late_by_instant=True, delivery_days=12.0, late_days=0),
        delivery(is_late=None, is_late_by_instant=None, late_days=None, delivery_days=None),
        delivery(is_cancelled=True, is_late=None, is_late_by_instant=None, late_days=None, delivery_days=None),
    ]
    total = deliveries.deliveries_in_all(publish(tmp_path, fct_deliveries=rows), ALL).iloc[0]
    assert (total["promised_count"], total["late_by_instant_count"], total["late_by_instant_share"]) == (2, 1, 0.5)
    assert (total["late_share"], total["delivery_days"], total["late_days"]) == (0.0, 10.0, -1.5)


def test_deliveries_far_from_the_promise_are_held_at_thirty_days(tmp_path: Path) -> None:
    rows = [delivery(late_days=days) for days in (-90, -30, 2, 31, 400)]
    found = deliveries.deliveries_by_delay(publish(tmp_path, fct_deliveries=rows), ALL)
    assert found.to_dict("list") == {"late_days": [-30, 2, 30], "order_count": [2, 1, 2]}


def test_a_route_goes_from_the_sellers_state_to_the_customers(tmp_path: Path) -> None:
    rows = [delivery(state="AM"), delivery(seller_state=None)]
    found = deliveries.deliveries_by(publish(tmp_path, fct_deliveries=rows), ALL, "route")
    assert list(zip(found["seller_state"], found["state"], strict=True)) == [("SP", "AM"), ("unknown", "SP")]


def test_segments_are_counted_in_the_chosen_states_only(tmp_path: Path) -> None:
    people = {"a": ("SP", 0), "b": ("RJ", 0), "c": ("SP", 1)}
    database = publish(
        tmp_path,
        dim_customers=[customer(key, customer_state=state) for key, (state, _) in people.items()],
        customer_scores=[score(key, segment_id=segment) for key, (_, segment) in people.items()],
    )
    everywhere = customers.segment_groups(database, ALL)
    assert everywhere["customer_count"].tolist() == [2, 1]
    assert customers.segment_groups(database, replace(ALL, states=("RJ",)))["segment_id"].tolist() == [0]


def test_the_list_begins_with_who_is_expected_to_spend_most_and_keeps_to_its_filters(tmp_path: Path) -> None:
    spends = {"a": 5.0, "b": 50.0, "c": 500.0}
    database = publish(
        tmp_path,
        dim_customers=[customer(key, customer_state="RJ" if key == "c" else "SP") for key in spends],
        customer_scores=[score(key, expected_spend_brl=value) for key, value in spends.items()],
    )
    assert customers.members(database, replace(ALL, states=("SP",)))["customer_key"].tolist() == ["b", "a"]
    assert customers.members(database, replace(ALL, segments=(0,)))["customer_key"].tolist() == ["c", "b", "a"]
    assert customers.members(database, replace(ALL, segments=(7,))).empty


def test_a_listed_customer_last_ordered_on_a_day_of_sao_paulo_and_cancelled_orders_do_not_count(tmp_path: Path) -> None:
    database = publish(tmp_path, dim_customers=[customer("a")], customer_scores=[score("a")])
    (listed,) = customers.members(database, ALL).to_dict("records")
    assert (listed["last_ordered_date"].date(), listed["order_count"]) == (date(2025, 3, 5), 2)
    assert customers.segment_groups(database, ALL)["order_count"].tolist() == [2]


def test_deciles_are_ten_equal_groups_by_falling_expectation(tmp_path: Path) -> None:
    rows = [score(f"{number:02}", expected_spend_brl=float(number)) for number in range(20)]
    found = forecasts.expected_spend_deciles(publish(tmp_path, customer_scores=rows))
    assert found["customer_count"].tolist() == [2] * 10
    assert found["expected_spend_brl_mean"].tolist() == [18.5 - 2 * place for place in range(10)]


def test_several_states_have_no_forecast_for_intervals_do_not_add_up(tmp_path: Path) -> None:
    row = dict.fromkeys(("expected_revenue_brl", "expected_order_count", "expected_ticket_brl"), 1.0)
    row |= {f"revenue_{end}_{level}_brl": 1.0 for end in ("lower", "upper") for level in (80, 95)}
    when = {"date": date(2026, 1, 1), "last_known_date": date(2025, 12, 31), "horizon_days": 1}
    rows = [{**when, **row, "state": state, "revenue_model_version": 1} for state in ("BR", "SP")]
    database = publish(tmp_path, revenue_forecast=rows)
    assert len(forecasts.forecast_by_day(database, ALL)) == 1
    assert len(forecasts.forecast_by_day(database, replace(ALL, states=("SP",)))) == 1
    assert forecasts.forecast_by_day(database, replace(ALL, states=("SP", "RJ"))).empty


def test_values_beyond_the_last_bin_are_counted_in_it(tmp_path: Path) -> None:
    rows = [{"customer_key": str(value), "net_revenue_brl": float(value)} for value in (-5, 0, 15, 999)]
    found = exploration.histogram(publish(tmp_path, customer_features=rows), "net_revenue_brl", 0.0, 10.0, 3)
    assert found.to_dict("list") == {"bin": [0, 1, 2], "customer_count": [2, 1, 1]}


def test_features_are_those_of_the_chosen_segments_customers(tmp_path: Path) -> None:
    features = [
        {"customer_key": key, "net_revenue_brl": value} for key, value in {"a": 1.0, "b": 5.0, "c": 90.0}.items()
    ]
    scores = [score("a"), score("b", segment_id=1), score("c", segment_id=1)]
    database = publish(tmp_path, customer_features=features, customer_scores=scores)
    assert exploration.quartiles(database, "net_revenue_brl")["customer_count"][0] == 3
    assert exploration.quartiles(database, "net_revenue_brl", (1,))["mean"][0] == 47.5
    assert exploration.outlier_count(database, "net_revenue_brl", 2.0, 50.0, (1,)) == 1
    assert exploration.histogram(database, "net_revenue_brl", 0.0, 10.0, 3, (1,))["bin"].tolist() == [0, 2]
    assert exploration.quartiles_by_segment(database, "net_revenue_brl", (0,))["segment_id"].tolist() == [0]
    assert customers.feature_sample(database, 9, (1,))["customer_key"].tolist() == ["b", "c"]


def test_a_summary_is_counted_once_when_many_ask_at_once(tmp_path: Path) -> None:
    database = publish(tmp_path, agg_daily_sales=[sale()], fct_orders=[order()])
    found: list[int] = []

    def ask() -> None:
        found.append(int(sales.sales_by_day(database, ALL)["order_count"].sum()))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8


def test_there_is_to_choose_from_what_was_sold(tmp_path: Path) -> None:
    database = publish(tmp_path, agg_daily_sales=[sale()])
    assert sales.choices(database) == (date(2025, 3, 5), date(2025, 3, 5), ["SP"], ["web"], ["bebes"])
