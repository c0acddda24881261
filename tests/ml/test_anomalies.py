"""A day is unusual when the shop's own history says so, and a person is not called for nothing."""

import math
from datetime import date, timedelta

import pytest

from eshop_dagster.ml.anomalies import Sales, Verdict, judge

from .daily_sales import FIRST, WEEKDAYS, history, noisy


def test_the_last_day_is_judged_against_its_weekday_and_says_so_in_words() -> None:
    [found] = judge(history(120) | {date(2024, 4, 29): Sales(31, 1550.0)})

    assert found.day == date(2024, 4, 29)
    assert found.orders == Verdict(
        *(True, True, 31.0, pytest.approx(100), 69.0, 151.0), "too few: 31 orders on a Monday, expected 100 (69 to 151)"
    )
    assert found.revenue == Verdict(
        *(True, False, 1550.0),
        pytest.approx(1550),
        pytest.approx(1550 * 0.6),
        pytest.approx(1550 * 1.6),
        "usual: BRL 1,550.00 from 31 orders, expected BRL 1,550.00 (BRL 930.00 to BRL 2,480.00)",
    )


def test_a_weekday_is_compared_with_itself() -> None:
    shop = history(orders=lambda number: 200 * WEEKDAYS[number % 7])
    verdicts = judge(shop, list(shop)[-7:])

    assert [one.orders.expected for one in verdicts] == pytest.approx([one.orders.observed for one in verdicts])
    assert not any(one.orders.is_anomaly for one in verdicts)


def test_any_day_can_be_judged_and_later_days_change_nothing() -> None:
    shop = noisy(200)
    days = list(shop)[100:110]
    until = {day: sales for day, sales in shop.items() if day <= days[-1]}

    assert judge(shop, days) == judge(until, days) == [judge(until, [day])[0] for day in days]


def test_the_order_of_the_rows_and_of_the_days_asked_for_does_not_matter() -> None:
    shop = noisy()
    days = list(shop)[-3:]

    assert judge(dict(reversed(shop.items())), days[::-1] * 2) == judge(shop, days)


def test_money_in_another_unit_gives_the_same_verdict() -> None:
    shop = noisy()
    cents = {day: Sales(sales.order_count, sales.revenue_brl * 100) for day, sales in shop.items()}
    [found], [in_cents] = judge(shop), judge(cents)

    assert in_cents.orders == found.orders
    assert [in_cents.revenue.lower, in_cents.revenue.upper] == pytest.approx(
        [100 * (found.revenue.lower or 0), 100 * (found.revenue.upper or 0)]
    )


def test_a_day_that_is_not_there_had_no_order() -> None:
    shop = noisy()
    gap = list(shop)[60]
    without = {day: sales for day, sales in shop.items() if day != gap}

    assert judge(without, [gap]) == judge({**without, gap: Sales(0, 0.0)}, [gap])
    assert judge(without, [gap])[0].orders.is_anomaly


@pytest.mark.parametrize(("earlier_days", "is_judged"), [(0, False), (20, False), (55, False), (56, True)])
def test_a_day_with_less_than_eight_weeks_before_it_is_not_judged(earlier_days: int, is_judged: bool) -> None:
    [found] = judge({**history(earlier_days), FIRST + timedelta(days=earlier_days): Sales(10, 100.0)})

    assert (found.orders.is_judged, found.revenue.is_judged) == (is_judged, is_judged)
    assert (found.orders.is_anomaly, found.revenue.is_anomaly) == (is_judged, is_judged)
    if not is_judged:
        assert found.orders.expected is found.orders.lower is found.orders.upper is None
        assert found.orders.reason == f"not judged: {earlier_days} days before it are too little history; expected 56"
        assert found.revenue.reason == "not judged: too little history to know the average ticket"


def test_no_shop_is_calmer_than_the_chance_of_its_few_orders() -> None:
    # Ten orders every day: the root of 10.5 is 3.24, and 2.3 times half of 1/3.24 below 1, squared, is 0.415.
    [found] = judge(history(orders=lambda number: 10))

    assert (found.orders.lower, found.orders.upper) == (3, 22)


def test_the_ticket_of_a_thin_day_may_differ_more() -> None:
    """A quarter of the baskets: their mean varies twice as much."""
    shop = noisy(rate=40)
    last = max(shop)
    thin = {**shop, last: Sales(shop[last].order_count // 4, shop[last].revenue_brl / 4)}
    room = [(one.revenue.upper or 0) / (one.revenue.expected or 1) for one in (judge(shop)[0], judge(thin)[0])]

    assert math.log(room[1]) == pytest.approx(2 * math.log(room[0]), rel=0.15)


def test_growth_is_expected_to_go_on() -> None:
    shop = history(orders=lambda number: 1000 * 1.006**number)
    [found] = judge(shop)

    assert found.orders.expected == pytest.approx(found.orders.observed, rel=0.03)
    assert found.orders.expected > 1.1 * shop[max(shop) - timedelta(days=28)].order_count


def test_a_weekday_on_which_the_shop_is_closed_is_usual_closed_and_unusual_open() -> None:
    shop = history(orders=lambda number: 0 if number % 7 == 6 else 100)
    sunday = max(day for day in shop if day.weekday() == 6)
    monday = sunday - timedelta(days=6)

    assert [one.orders.is_anomaly for one in judge(shop, [monday, sunday])] == [False, False]
    assert judge({**shop, sunday: Sales(40, 2000.0)}, [sunday])[0].orders.is_anomaly
    assert judge({**shop, monday: Sales(0, 0.0)}, [monday])[0].orders.is_anomaly


def test_an_outage_stays_unusual_for_weeks_and_a_lasting_change_becomes_the_usual() -> None:
    for share, earliest, latest in ((0.0, 20, 45), (0.5, 3, 30)):
        shop = history(200, orders=lambda number, share=share: 100 if number < 120 else share * 100)
        flagged = [one.orders.is_anomaly for one in judge(shop, list(shop)[120:])]
        assert all(flagged[:3])
        assert earliest <= sum(flagged) <= latest
        assert not any(flagged[latest:])


def test_a_special_date_alarms_only_at_extremes() -> None:
    shop = noisy()
    last = max(shop)
    usual = shop[last]

    def flagged(orders: float, *special: date) -> bool:
        changed = {**shop, last: Sales(round(usual.order_count * orders), usual.revenue_brl * orders)}
        return judge(changed, special_dates=special)[0].orders.is_anomaly

    assert [flagged(times) for times in (0.02, 0.4, 6.0, 20.0)] == [True, True, True, True]
    assert [flagged(times, last) for times in (0.02, 0.4, 6.0, 20.0)] == [True, False, False, True]


def test_a_price_slip_is_flagged_on_a_special_date_too() -> None:
    shop = noisy()
    last = max(shop)
    slipped = {**shop, last: Sales(6 * shop[last].order_count, 60 * shop[last].revenue_brl)}
    [found] = judge(slipped, special_dates={last})

    assert (found.orders.is_anomaly, found.revenue.is_anomaly) == (False, True)
    assert found.orders.reason.endswith("; on a special date only extremes count)")


def test_a_special_date_teaches_nothing_about_other_days() -> None:
    shop = noisy()
    feast = max(shop) - timedelta(days=7)
    rush = {**shop, feast: Sales(900, 60_000.0)}

    assert judge(rush, special_dates={feast}) == judge(shop, special_dates={feast})
    assert judge(rush) != judge(shop)


@pytest.mark.parametrize("orders", [0, 4])
def test_revenue_of_a_handful_of_orders_is_not_judged(orders: int) -> None:
    shop = history()
    [found] = judge({**shop, max(shop): Sales(orders, 1.0)})

    assert found.orders.is_anomaly
    assert (found.revenue.is_judged, found.revenue.is_anomaly) == (False, False)
    assert found.revenue.reason == f"not judged: {orders} orders show no average ticket; expected at least 5"


def test_orders_without_any_revenue_are_flagged() -> None:
    shop = history()
    [found] = judge({**shop, max(shop): Sales(100, 0.0)})

    assert (found.orders.is_anomaly, found.revenue.is_anomaly) == (False, True)


def test_wild_days_in_the_past_neither_move_nor_widen_what_is_expected_by_much() -> None:
    shop = noisy()
    wild = dict(shop)
    for back in (5, 18, 33, 47):
        wild[max(shop) - timedelta(days=back)] = Sales(2000, 200_000.0)
    [found], [after] = judge(shop), judge(wild)

    assert after.orders.expected == pytest.approx(found.orders.expected or 0, rel=0.06)
    assert after.orders.upper == pytest.approx(found.orders.upper or 0, rel=0.1)


def test_no_day_asked_for_is_no_verdict() -> None:
    assert judge(history(), []) == []


@pytest.mark.parametrize(
    ("sales", "message"),
    [
        (Sales(-1, 10.0), "order_count of 2024-02-10 is -1.0; expected a finite number of 0 or more"),
        (Sales(1, math.nan), "revenue_brl of 2024-02-10 is nan; expected a finite number of 0 or more"),
        (Sales(1, -math.inf), "revenue_brl of 2024-02-10 is -inf; expected a finite number of 0 or more"),
    ],
)
def test_sales_that_cannot_be_are_refused(sales: Sales, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        judge({**history(), date(2024, 2, 10): sales})


def test_a_day_outside_of_the_history_and_an_empty_history_are_refused() -> None:
    with pytest.raises(ValueError, match="day 2024-04-30 lies outside of the history from 2024-01-01 to 2024-04-29"):
        judge(history(120), [date(2024, 4, 30)])
    with pytest.raises(ValueError, match="the history is empty; expected at least one business day"):
        judge({})
