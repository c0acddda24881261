"""A measure that is worse than the baseline's is said to be so, whichever way it points."""

import math

import pytest

from eshop_dagster.dashboard.pages.model_quality import against_baseline


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "words"),
    [
        ("mae_brl", 137.6, 136.0, "models.worse"),
        ("rmse_brl", 320.0, 330.0, "models.better"),
        ("spearman", 0.5, 0.6, "models.worse"),
        ("normalised_gini", 0.6, 0.6, "models.equal"),
        ("calibration_ratio", 1.02, 0.9, "models.better"),
        ("coverage_80_share", 0.9, 0.82, "models.worse"),
        ("auc", 0.9, math.nan, "models.alone"),
    ],
)
def test_each_measure_is_held_against_the_baseline_in_its_own_direction(
    metric: str, value: float, baseline: float, words: str
) -> None:
    assert against_baseline(metric, value, baseline) == words
