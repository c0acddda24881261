import numpy as np
import pytest

from eshop_dagster.ml.gate_bench import Afterwards, joined


def afterwards(**options: object) -> Afterwards:
    """Four customers, two of whom buy for 100 BRL: what served is 10 BRL off everywhere, the baseline 20."""
    actual = np.array([100.0, 100.0, 0.0, 0.0])
    found = {
        "serves": "weighted_mean",
        "baseline": "bg_nbd",
        "customers": np.array(["a", "b", "c", "d"]),
        "actual": actual,
        "served": actual + 10,
        "baseline_said": actual + 20,
        "probability": np.array([0.9, 0.4, 0.4, 0.1]),
        "bg_nbd_chance": np.array([0.5, 0.5, 0.5, 0.5]),
        "bounds": {
            0.8: (np.full(4, 90.0), np.array([110.0, 95.0, 110.0, 110.0])),
            0.95: (np.full(4, 50.0), np.full(4, 200.0)),
        },
    }
    return Afterwards(**{**found, **options})


def test_figures_worked_out_by_hand():
    found = afterwards().figures(seed=1)
    assert (found["customers"], found["buyers"]) == (4, 2)
    assert found["rmse_brl"] == pytest.approx(10)
    assert found["baseline_rmse_brl"] == pytest.approx(20)
    assert (found["difference_brl"], found["difference_brl_upper"]) == pytest.approx((-10, -10))
    assert found["total_ratio"] == pytest.approx(240 / 200)
    assert found["brier"] == pytest.approx((0.01 + 0.36 + 0.16 + 0.01) / 4)
    assert found["auc"] == pytest.approx(3.5 / 4)
    assert (found["bg_nbd_brier"], found["bg_nbd_auc"]) == (0.25, 0.5)
    # Of both buyers the second spent more than the upper end; who bought nothing is not asked.
    assert (found["coverage_80_share"], found["coverage_95_share"]) == (0.5, 1.0)


def test_what_is_not_known_is_left_out():
    unknown = np.full(4, np.nan)
    found = afterwards(bg_nbd_chance=unknown, bounds={0.8: (unknown, unknown), 0.95: (unknown, unknown)}).figures(
        seed=1
    )
    assert not {"bg_nbd_brier", "coverage_80_share", "coverage_95_share"} & set(found)


def test_days_together_hold_each_against_its_own_best_baseline_and_draw_a_customer_once():
    early, late = afterwards(), afterwards(baseline="past_rate", baseline_said=np.array([100.0, 100.0, 0.0, 40.0]))
    both = joined([early, late])
    assert both.baseline == "bg_nbd, past_rate"
    found = both.figures(seed=1)
    assert found["customers"] == 8
    assert found["baseline_rmse_brl"] == pytest.approx(np.sqrt((4 * 400 + 1600) / 8))
    other = joined([early, Afterwards(**{**vars(late), "customers": np.array(["e", "f", "g", "h"])})]).figures(seed=1)
    assert found["difference_brl_lower"] != other["difference_brl_lower"]
