import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta

from eshop_dagster.ml.spend.bg_nbd import (
    BuyTillYouDieSpend,
    expected_purchases,
    expected_ticket,
    purchase_chance,
    purchases_log_likelihood,
    tickets_log_likelihood,
)

from ..builders import customer, customers

# Estimated on the CDNOW customers: Fader, Hardie and Lee (2005), table 2.
CDNOW = np.array([0.243, 4.414, 0.793, 2.426])


def known(*rows: tuple[float, float, float]):
    return tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))


def test_the_papers_worked_example_is_reproduced():
    """Customer 1 of the CDNOW file: two repeats, the last after 30.43 of 38.86 weeks; 1.226 expected in 39 weeks."""
    assert expected_purchases(CDNOW, *known((2, 30.43, 38.86)), 39.0)[0] == pytest.approx(1.226, abs=0.001)


@pytest.mark.parametrize("repeats", [1, 3, 12])
def test_the_stable_form_agrees_with_the_papers_own(repeats: int):
    r, alpha, a, b = CDNOW
    last, weeks, horizon = 20.0, 30.0, 13.0
    z = horizon / (alpha + weeks + horizon)
    series = hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, z)
    later = (a + b + repeats - 1) / (a - 1) * (1 - (1 - z) ** (r + repeats) * series)
    odds = a / (b + repeats - 1) * ((alpha + weeks) / (alpha + last)) ** (r + repeats)
    found = expected_purchases(CDNOW, *known((repeats, last, weeks)), horizon)
    assert found[0] == pytest.approx(later / (1 + odds), rel=1e-10)


@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-7, 0.3, 4.0])
def test_expected_purchases_are_the_mean_over_what_is_not_known_of_the_customer(a: float):
    r, alpha, b, repeats, weeks, horizon = 0.8, 6.0, 2.0, 5, 40.0, 13.0

    def while_leaving_with(p: float) -> float:
        kept = ((alpha + weeks) / (alpha + weeks + p * horizon)) ** (r + repeats)
        return (1 - kept) / p * beta.pdf(p, a, b + repeats)

    later = quad(while_leaving_with, 0, 1, limit=200)[0]
    odds = a / (b + repeats - 1)
    found = expected_purchases(np.array([r, alpha, a, b]), *known((repeats, weeks, weeks)), horizon)
    assert found[0] == pytest.approx(later / (1 + odds), rel=1e-4)


def test_thousands_of_purchases_and_no_time_at_all_stay_finite():
    rows = known((5000, 100.0, 100.0), (5000, 0.0, 1000.0), (0, 0.0, 0.0), (1, 0.0, 0.0), (300, 1.0, 900.0))
    for parameters in (CDNOW, np.array([1e-3, 1e-3, 1e-3, 1e-3]), np.array([2e3, 2e3, 2e3, 2e3]), np.ones(4)):
        found = expected_purchases(parameters, *rows, 13.0)
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert np.isfinite(purchases_log_likelihood(parameters, *rows)).all()


def test_where_hardly_any_dropout_is_seen_all_leave_by_the_same_chance():
    """Of a customer of today with one order: the chance to leave is a - 1 in a + b - 1, 0.2783.

    Purchases until then are (1 - (5.36 / (5.36 + 0.2783 * 90 / 7)) ** 0.257) / 0.2783: 0.1231 / 0.2783.
    """
    parameters = np.array([0.257, 5.36, 1150.5, 2981.0])
    found = expected_purchases(parameters, *known((0, 0.0, 0.0)), 90 / 7)
    assert found[0] == pytest.approx(0.4425, abs=0.0005)
    rows = known((0, 0.0, 0.0), (3, 10.0, 20.0), (400, 99.0, 100.0))
    assert np.isfinite(expected_purchases(parameters, *rows, 90 / 7)).all()


@pytest.mark.parametrize("size", [1e2, 1e3, 1e4, 1e5])
def test_the_limit_of_equal_chances_is_reached_without_a_step(size: float):
    """The mean chance stays at a fifth; the more alike customers are, the nearer the limit."""
    r, alpha, weeks, horizon = 0.8, 6.0, 40.0, 13.0
    limit = (1 - ((alpha + weeks) / (alpha + weeks + 0.2 * horizon)) ** r) / 0.2
    found = expected_purchases(np.array([r, alpha, 0.2 * size, 0.8 * size]), *known((0, 0.0, weeks)), horizon)
    assert found[0] == pytest.approx(limit, rel=3 / size**0.5 / 10 + 1e-4)


def test_who_never_came_back_is_there_still_and_silent_by_a_gamma_rate():
    # (4.414 + 39) weeks against 52 more of them, to the power of r = 0.243: 0.826 stay silent.
    [chance] = purchase_chance(CDNOW, *known((0, 0, 39)), 52.0)
    assert chance == pytest.approx(1 - (43.414 / 95.414) ** 0.243)


def test_in_a_moment_there_is_one_purchase_or_none_and_in_a_year_more_than_are_bought_by():
    people = known((0, 0, 39), (2, 30.43, 38.86), (7, 10, 38), (40, 35, 38))
    moment = purchase_chance(CDNOW, *people, 1e-4) / expected_purchases(CDNOW, *people, 1e-4)
    assert moment == pytest.approx(1.0, rel=1e-3)
    chance = purchase_chance(CDNOW, *people, 52.0)
    assert ((chance > 0) & (chance < 1) & (chance < expected_purchases(CDNOW, *people, 52.0))).all()


def test_the_likelihood_of_no_repeat_is_that_of_silence():
    """No repeat in T weeks: only the purchase rate speaks, (alpha / (alpha + T)) ** r."""
    r, alpha, *_ = CDNOW
    found = purchases_log_likelihood(CDNOW, *known((0, 0.0, 38.86)))
    assert found[0] == pytest.approx(r * np.log(alpha / (alpha + 38.86)), rel=1e-12)


def test_an_order_to_come_lies_between_the_customers_mean_and_that_of_all():
    p, q, scale = parameters = np.array([6.25, 3.74, 15.44])
    everyone = p * scale / (q - 1)
    few, many = expected_ticket(parameters, np.array([1.0, 200.0]), np.array([100.0, 100.0]))
    assert everyone < few < many < 100.0
    assert many == pytest.approx(100.0, rel=0.02)
    assert few == pytest.approx(p * (scale + 100.0) / (p + q - 1), rel=1e-12)
    assert np.isfinite(tickets_log_likelihood(parameters, np.array([1.0, 9e3]), np.array([0.01, 1e6]))).all()


@pytest.fixture(scope="module")
def drawn_customers():
    """Customers drawn from the model itself: rate Gamma(1.2, 8 weeks), chance to leave Beta(1.5, 6)."""
    rng = np.random.default_rng(5)
    rows = []
    for place in range(3000):
        rate, leaves = rng.gamma(1.2, 1 / 8), rng.beta(1.5, 6.0)
        weeks, at, repeats, last = rng.uniform(20, 80), 0.0, 0, 0.0
        while True:
            at += rng.exponential(1 / rate)
            if at > weeks:
                break
            repeats, last = repeats + 1, at
            if rng.random() < leaves:
                break
        mean = rng.gamma(6 * (repeats + 1), 1) / (repeats + 1) / rng.gamma(4.0, 1 / 50)
        row = {"order_count": repeats + 1, "tenure_days": 7 * weeks, "recency_days": 7 * (weeks - last)}
        rows.append(customer(f"c{place:04}", average_ticket_brl=mean, **row))
    return customers(*rows)


def test_the_parameters_that_made_the_customers_are_found_again(drawn_customers):
    r, alpha, a, b = BuyTillYouDieSpend(90).fit(drawn_customers, np.zeros(3000)).purchases_
    assert r == pytest.approx(1.2, rel=0.2)
    assert alpha == pytest.approx(8.0, rel=0.2)
    assert a / (a + b) == pytest.approx(0.2, rel=0.2)


def test_row_order_changes_no_parameter_beyond_rounding_and_the_label_none_at_all(drawn_customers):
    first = BuyTillYouDieSpend(90).fit(drawn_customers, np.zeros(3000))
    other = BuyTillYouDieSpend(90).fit(drawn_customers.sample(frac=1, random_state=1), np.ones(3000))
    assert first.purchases_ == pytest.approx(other.purchases_, rel=1e-2)
    assert first.tickets_ == pytest.approx(other.tickets_, rel=1e-2)


def test_a_shop_in_which_nobody_ever_bought_twice_is_expected_to_sell_nothing():
    rows = [customer(f"c{place}", tenure_days=float(place), recency_days=float(place)) for place in range(300)]
    frame = customers(*rows)
    predicted = BuyTillYouDieSpend(90).fit(frame, np.zeros(300)).predict(frame)
    assert np.isfinite(predicted).all()
    assert predicted.max() < 5.0
