"""Drift is an effect size: nothing where nothing moved, and as large as the move where something did."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.drift import (
    population_stability,
    profile_features,
    profiles_as_json,
    profiles_of_json,
    wasserstein_shift,
)


def customers(recency: list[float], revenue: list[float] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {"recency_days": recency, "net_revenue_brl": revenue or [100.0] * len(recency)}, dtype="float64"
    )


TEN = [float(value) for value in range(10, 110, 10)]


def test_the_same_customers_have_not_drifted_in_any_order() -> None:
    profiles = profile_features(customers(TEN), ["recency_days", "net_revenue_brl"])
    again = customers(TEN[::-1])
    assert population_stability(profiles, again) == {"recency_days": 0.0, "net_revenue_brl": 0.0}
    assert wasserstein_shift(profiles, again) == {"recency_days": 0.0, "net_revenue_brl": 0.0}


def test_an_index_worked_out_by_hand() -> None:
    # Half the customers have one value; of the others a fifth moves into it: 50 and 50 percent become 70 and 30.
    then, now = customers([0.0] * 50 + [1.0] * 50), customers([0.0] * 70 + [1.0] * 30)
    found = population_stability(profile_features(then, ["recency_days"]), now)["recency_days"]
    assert found == pytest.approx(0.2 * math.log(0.7 / 0.5) + (-0.2) * math.log(0.3 / 0.5))


def test_a_value_never_seen_before_is_a_large_drift_and_not_an_infinite_one() -> None:
    profiles = profile_features(customers(TEN), ["recency_days"])
    found = population_stability(profiles, customers([1000.0] * 10))["recency_days"]
    assert 3 < found < 20


def test_a_move_of_every_value_by_a_tenth_of_the_spread_is_a_shift_of_a_tenth() -> None:
    profiles = profile_features(customers(TEN), ["recency_days"])
    spread = profiles["recency_days"].quantiles[-2] - profiles["recency_days"].quantiles[1]
    moved = customers([value + spread / 10 for value in TEN])
    assert wasserstein_shift(profiles, moved)["recency_days"] == pytest.approx(0.1)


def test_the_unit_of_a_feature_changes_neither_number() -> None:
    rng = np.random.default_rng(3)
    then, now = rng.gamma(2, 50, 500), rng.gamma(2, 60, 500)
    numbers = []
    for unit in (1.0, 0.25, 8.0):
        profiles = profile_features(customers(list(then * unit)), ["recency_days"])
        later = customers(list(now * unit))
        numbers.append(
            (population_stability(profiles, later)["recency_days"], wasserstein_shift(profiles, later)["recency_days"])
        )
    assert numbers[1] == pytest.approx(numbers[0])
    assert numbers[2] == pytest.approx(numbers[0])
    assert min(numbers[0]) > 0


def test_a_profile_that_was_kept_as_json_is_the_same_profile() -> None:
    profiles = profile_features(customers(TEN, [0.1 * value for value in TEN]), ["recency_days", "net_revenue_brl"])
    assert profiles_of_json(json.loads(json.dumps(profiles_as_json(profiles)))) == profiles


def test_a_frame_that_lacks_a_profiled_feature_is_refused() -> None:
    profiles = profile_features(customers(TEN), ["recency_days", "net_revenue_brl"])
    with pytest.raises(ValueError, match=r"missing \['net_revenue_brl'\]"):
        population_stability(profiles, customers(TEN)[["recency_days"]])
    with pytest.raises(ValueError, match="no rows"):
        profile_features(customers([]), ["recency_days"])
