"""A price is absurd beside what the shop's dearest and its usual lines cost, and only where enough lines are known."""

from eshop_dagster.ml.prices import UsualPrices, highest_plausible_price, left_out


def test_a_price_must_pass_both_twenty_times_the_dearest_and_a_hundred_times_the_usual() -> None:
    # Prices alike: 100 times 100. Screws at 1 and machines at 5,000: 20 times 5,000.
    assert highest_plausible_price(UsualPrices(1000, 100.0, 120.0)) == 10_000.0
    assert highest_plausible_price(UsualPrices(1000, 1.0, 5_000.0)) == 100_000.0


def test_few_lines_or_lines_that_cost_nothing_judge_no_price() -> None:
    assert highest_plausible_price(UsualPrices(29, 100.0, 120.0)) is None
    assert highest_plausible_price(UsualPrices(1000, 0.0, 0.0)) is None


def test_slips_are_no_measure_for_each_other() -> None:
    assert [left_out(lines) for lines in (30, 600, 601, 10_000)] == [3, 3, 4, 50]
