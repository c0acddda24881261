"""What the simulated shop looks like over its first two years, in the ranges that its documentation gives."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource


@pytest.fixture(scope="module")
def log() -> dict[str, pd.DataFrame]:
    config = ShopConfig(customers=10_000, orders_per_day=120.0, dirty_share=0)
    source = SimulatedSource(config, date(2025, 12, 31))
    chunks = list(source.changes(date(2024, 1, 1), date(2025, 12, 31)))
    names = ("customers", "orders", "order_items", "payments", "reviews")
    return {name: pa.concat_tables([chunk.tables[name] for chunk in chunks]).to_pandas() for name in names}


@pytest.fixture(scope="module")
def orders(log) -> pd.DataFrame:
    latest = log["orders"].drop_duplicates("order_id", keep="last").set_index("order_id")
    sold = log["order_items"][log["order_items"].quantity > 0].drop_duplicates(["order_id", "line_number"])
    total = sold.quantity.astype(float) * sold.unit_price_brl.astype(float) + sold.freight_brl.astype(float)
    latest["total_brl"] = total.groupby(sold.order_id).sum()
    latest["freight_brl"] = sold.freight_brl.astype(float).groupby(sold.order_id).sum()
    latest["placed_date"] = pd.to_datetime(latest.ordered_at.dt.tz_convert("America/Sao_Paulo").dt.date)
    return latest


@pytest.fixture(scope="module")
def delivered(orders) -> pd.DataFrame:
    parcels = orders[(orders.placed_date < "2025-09-01") & (orders.channel != "store") & orders.delivered_at.notna()]
    days = (parcels.delivered_at - parcels.ordered_at).dt.total_seconds() / 86_400
    is_late = parcels.delivered_at.dt.tz_convert("America/Sao_Paulo").dt.date > parcels.promised_date
    return parcels.assign(days=days, is_late=is_late)


@pytest.fixture(scope="module")
def daily(orders) -> pd.Series:
    return orders.groupby("placed_date").size()


def test_the_rate_at_the_end_of_the_second_year_is_the_one_asked_for(daily):
    usual = daily["2025-09-15":"2025-11-15"].mean()
    assert 105 < usual < 135


def test_the_shop_grows(daily):
    growth = daily["2025-06-01":"2025-10-31"].mean() / daily["2024-06-01":"2024-10-31"].mean()
    assert 1.25 < growth < 1.55


def test_black_friday_has_five_to_seven_times_a_normal_day(daily):
    assert 5 < daily["2024-11-29"] / daily["2024-11-01":"2024-11-21"].mean() < 7
    assert 5 < daily["2025-11-28"] / daily["2025-11-01":"2025-11-21"].mean() < 7


def test_weekends_are_weaker(daily):
    by_weekday = daily["2024-03-01":"2025-10-31"].groupby(lambda day: day.day_of_week).mean() / daily.mean()
    assert by_weekday[[5, 6]].max() < by_weekday[:5].min() - 0.1


def test_the_weeks_before_christmas_and_mother_s_day_are_strong_and_christmas_day_weak(daily):
    assert daily["2025-12-08":"2025-12-17"].mean() > 1.15 * daily["2025-10-15":"2025-11-15"].mean()
    assert daily["2025-05-01":"2025-05-08"].mean() > 1.15 * daily["2025-04-10":"2025-04-24"].mean()
    assert daily["2025-12-25"] < 0.6 * daily["2025-10-15":"2025-11-15"].mean()


def test_two_fifths_of_the_customers_come_back(log, orders):
    order_count = orders.customer_id.value_counts()
    share = (order_count >= 2).sum() / log["customers"].customer_id.nunique()
    assert 0.35 < share < 0.50


def test_tickets_are_log_normal_with_a_mean_of_about_160_brl(orders):
    log_ticket = np.log(orders.total_brl)
    assert 145 < orders.total_brl.mean() < 175
    assert abs(log_ticket.skew()) < 0.35
    assert 0.65 < log_ticket.std() < 0.9


def test_what_a_customer_paid_tells_what_the_customer_will_pay(orders):
    is_past = orders.placed_date < "2025-09-01"
    past, later = (orders[mask].groupby("customer_id").total_brl.mean() for mask in (is_past, ~is_past))
    assert 0.3 < past.corr(later) < 0.8


def test_recent_and_frequent_customers_buy_more_in_the_next_ninety_days(orders):
    cutoff = pd.Timestamp("2025-09-01")
    past = orders[orders.placed_date < cutoff].groupby("customer_id").placed_date.agg(["max", "size"])
    later = orders[(orders.placed_date >= cutoff) & (orders.placed_date < "2025-11-30")]
    later_count = later.customer_id.value_counts().reindex(past.index, fill_value=0)
    recency_days = (cutoff - past["max"]).dt.days
    assert recency_days.corr(later_count, method="spearman") < -0.4
    assert past["size"].corr(later_count, method="spearman") > 0.35


def test_silent_customers_sometimes_return(orders):
    gaps = orders.sort_values("ordered_at").groupby("customer_id").placed_date.diff().dt.days
    last_order = orders.groupby("customer_id").placed_date.max()
    assert (gaps > 120).groupby(orders.customer_id).any().mean() > 0.08
    assert (last_order < "2025-07-01").mean() > 0.3


def test_states_have_their_share_of_the_orders(orders):
    share = orders.state.value_counts(normalize=True)
    assert share["SP"] == pytest.approx(0.42, abs=0.03)
    assert share["RJ"] == pytest.approx(0.13, abs=0.02)
    assert share["MG"] == pytest.approx(0.12, abs=0.02)
    assert share.index.nunique() == 27


def test_deliveries_take_longer_over_a_distance(delivered):
    days = delivered.groupby("state").days.mean()
    assert 7 < days["SP"] < 9
    assert delivered[delivered.state.isin(["AM", "RR", "AP", "AC", "RO", "PA"])].days.mean() > 18
    freight = delivered.groupby("state").freight_brl.mean()
    assert freight["PA"] > 1.5 * freight["SP"]


def test_eight_per_cent_of_the_deliveries_are_late(delivered):
    assert 0.06 < delivered.is_late.mean() < 0.10


def test_one_per_cent_is_cancelled_and_two_to_three_per_cent_return(orders):
    settled = orders[orders.placed_date < "2025-09-01"].status.value_counts(normalize=True)
    assert 0.006 < settled["cancelled"] < 0.015
    assert 0.018 < settled["returned"] < 0.032
    assert set(settled.index) == {"delivered", "cancelled", "returned"}


def test_all_channels_and_payment_methods_are_used(log, orders):
    channels = orders.channel.value_counts(normalize=True)
    assert channels["store"] == pytest.approx(0.11, abs=0.04)
    assert channels[["web", "app"]].min() > 0.35
    payments = log["payments"].drop_duplicates(["order_id", "sequence"])
    methods = payments.method.value_counts(normalize=True)
    assert list(methods.index[:2]) == ["credit_card", "pix"]
    assert set(methods.index) == {"credit_card", "pix", "boleto", "debit_card", "voucher"}
    assert payments[payments.method == "credit_card"].installments.between(1, 12).all()
    assert payments[payments.method != "credit_card"].installments.eq(1).all()
    assert 0.02 < (payments[payments.amount_brl > 0].groupby("order_id").size() == 2).mean() < 0.06


def test_fifty_seven_per_cent_of_the_reviews_are_fives_and_late_parcels_are_scolded(log, delivered):
    reviews = log["reviews"].set_index("order_id")
    assert (reviews.score == 5).mean() == pytest.approx(0.58, abs=0.03)
    joined = delivered.join(reviews[["score", "created_at"]], how="inner")
    assert (joined.created_at > joined.delivered_at).all()
    score = joined.groupby("is_late").score.mean()
    assert score[False] > 4 > 2.8 > score[True]
