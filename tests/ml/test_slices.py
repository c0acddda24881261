"""Slices tell where a model fails, and stay silent where too few customers could tell."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.slices import REGIONS, spend_slices


def holdout(count: int = 4000, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "state": rng.choice(["SP", "RJ", "BA", "AM", "XX"], count, p=[0.5, 0.2, 0.2, 0.099, 0.001]),
            "app_share": rng.choice([0.0, 0.4, 1.0], count),
            "store_share": 0.0,
            "tenure_days": rng.choice([10.0, 89.0, 90.0, 700.0], count),
            "net_revenue_brl": rng.gamma(2, 200, count),
        }
    )


def sliced(frame: pd.DataFrame, predicted: np.ndarray, actual: np.ndarray) -> dict[str, tuple[int, bool, float]]:
    reference = np.full(len(frame), 50.0)
    found = spend_slices(frame, actual, predicted, reference, seed=1, least_rows=200)
    return {one.name: (one.rows, one.is_sure, one.loss / one.reference) for one in found}


def test_every_state_of_brazil_lies_in_one_region() -> None:
    states = [state for region in REGIONS.values() for state in region]
    assert len(states) == len(set(states)) == 27


def test_a_group_that_is_predicted_badly_is_told_apart_from_the_others() -> None:
    frame = holdout()
    actual = np.random.default_rng(6).gamma(1, 50, len(frame))
    predicted = np.where(frame["state"] == "BA", 400.0, 50.0)
    found = sliced(frame, predicted, actual)
    assert found["region=Nordeste"][1] and found["region=Nordeste"][2] > 3
    assert not any(found[name][1] for name in ("region=Sudeste", "region=Norte"))
    assert found["region=Sudeste"][2] == 1


def test_each_customer_is_in_one_slice_of_each_kind_and_tiny_slices_are_left_out() -> None:
    frame = holdout()
    found = sliced(frame, np.full(len(frame), 50.0), np.full(len(frame), 60.0) + np.arange(len(frame)) % 7)
    assert "region=unknown" not in found
    assert found["customers=new"][0] + found["customers=old"][0] == len(frame)
    assert found["customers=new"][0] == int((frame["tenure_days"] < 90).sum())
    assert {found[f"worth decile={number}"][0] for number in range(1, 11)} == {400}
    assert found["channel=app"][0] == int((frame["app_share"] == 1).sum())
    assert "channel=store" not in found


def test_a_slice_in_which_hardly_anybody_bought_is_left_out() -> None:
    frame = holdout()
    actual = np.where(frame["state"] == "BA", 0.0, 60.0)
    assert "region=Nordeste" not in sliced(frame, np.full(len(frame), 50.0), actual)


def test_the_order_of_customers_changes_no_slice() -> None:
    frame = holdout()
    actual = np.random.default_rng(6).gamma(1, 50, len(frame))
    predicted = actual + np.random.default_rng(7).normal(0, 60, len(frame))
    order = np.random.default_rng(8).permutation(len(frame))
    shuffled = sliced(frame.iloc[order].reset_index(drop=True), predicted[order], actual[order])
    for name, (rows, is_sure, ratio) in sliced(frame, predicted, actual).items():
        assert shuffled[name][:2] == (rows, is_sure)
        assert np.isclose(shuffled[name][2], ratio)


def test_where_regions_are_not_known_each_state_is_a_region() -> None:
    frame = pd.DataFrame({"state": ["Wales"] * 40 + [None] * 40, "app_share": 0.0, "store_share": 0.0})
    frame = frame.assign(tenure_days=200.0, net_revenue_brl=range(80))
    amounts = np.full(80, 5.0)

    found = spend_slices(frame, amounts, amounts, amounts, seed=1, least_rows=30, regions=None)

    assert [one.name for one in found if one.name.startswith("region=")] == ["region=Wales", "region=unknown"]
    assert [one.rows for one in found if one.name.startswith("region=")] == [40, 40]
