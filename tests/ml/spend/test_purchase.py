import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.spend.outlook import SpendOutlook
from eshop_dagster.ml.spend.purchase import PurchaseModel, auc, brier_score, calibration_curve

from ..builders import customer


def shop(count: int = 4000, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Customers of whom the loyal buy in half of the windows and the others in a twentieth, for 100 BRL or so."""
    rng = np.random.default_rng(seed)
    is_loyal = rng.random(count) < 0.3
    recency = np.where(is_loyal, rng.integers(1, 60, count), rng.integers(30, 400, count)).astype(float)
    chance = np.where(is_loyal, 0.5, 0.05)
    rows = [customer(f"c{n}", recency_days=recency[n], order_count=8.0 if is_loyal[n] else 1.0) for n in range(count)]
    spent = np.where(rng.random(count) < chance, rng.lognormal(np.log(100), 0.5, count), 0.0)
    return pd.DataFrame(rows), chance * 110, spent


def test_scores_worked_out_by_hand():
    bought, probability = np.array([True, False, True, False]), np.array([0.9, 0.1, 0.4, 0.4])
    # Squares of 0.1, 0.1, 0.6 and 0.4; of four pairs three are right and one is tied.
    assert brier_score(bought, probability) == pytest.approx((0.01 + 0.01 + 0.36 + 0.16) / 4)
    assert auc(bought, probability) == pytest.approx(3.5 / 4)
    with pytest.raises(ValueError, match="number of buyers is 0; expected above 0 and below 3"):
        auc(np.zeros(3, dtype=bool), np.ones(3))


def test_the_curve_counts_groups_of_equal_size_by_rising_probability():
    probability = np.array([0.1, 0.2, 0.6, 0.8])
    curve = calibration_curve(np.array([False, False, True, True]), probability, groups=2)
    assert curve.to_dict("list") == {
        "group": [1, 2],
        "customer_count": [2, 2],
        "predicted_share": pytest.approx([0.15, 0.7]),
        "bought_share": [0.0, 1.0],
    }


def test_later_customers_buy_as_often_as_they_are_said_to():
    frame, expected, spent = shop()
    later, said, actual = shop(seed=2)
    probability = PurchaseModel().fit(frame, expected, spent > 0).predict(later, said)
    for is_loyal in (False, True):
        rows = (later["order_count"] > 1).to_numpy() == is_loyal
        assert probability[rows].mean() == pytest.approx((actual[rows] > 0).mean(), abs=0.03)


def test_where_nobody_bought_the_probability_is_small_and_the_same_for_all():
    frame, expected, _ = shop(99)
    probability = PurchaseModel().fit(frame, expected, np.zeros(99, dtype=bool)).predict(frame, expected)
    assert probability.tolist() == pytest.approx([0.005] * 99)


def test_the_outlook_belongs_together_and_its_intervals_hold_what_later_buyers_spend():
    outlook = SpendOutlook().fit(*shop())
    frame, expected, spent = shop(seed=3)
    found = outlook.figures(frame, expected)
    np.testing.assert_allclose(found["purchase_probability"] * found["spend_if_buying_brl"], expected, rtol=1e-12)
    for level, within in ((80, 0.05), (95, 0.03)):
        lower, upper = (found[f"spend_if_buying_{end}_{level}_brl"] for end in ("lower", "upper"))
        assert ((lower <= found["spend_if_buying_brl"]) & (found["spend_if_buying_brl"] <= upper)).all()
        held = ((lower <= spent) & (spent <= upper))[spent > 0].mean()
        assert held == pytest.approx(level / 100, abs=within)


def test_where_nobody_bought_there_is_no_interval():
    frame, expected, _ = shop(50)
    found = SpendOutlook().fit(frame, expected, np.zeros(50)).figures(frame, expected)
    assert np.isnan(found["spend_if_buying_lower_80_brl"]).all()
