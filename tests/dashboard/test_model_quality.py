"""A measure that is worse than the baseline's is said to be so, whichever way it points."""

import math

import pandas as pd
import pytest

from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.pages.model_quality import against_baseline
from eshop_dagster.dashboard.pages.purchase_curve import curve, reading
from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.stages.kinds import KINDS


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
    [measure] = [one for one in KINDS["spend"].measures if one.name == metric]
    assert against_baseline(measure, value, baseline) == words


def test_the_curve_of_the_probability_to_buy_is_drawn_beside_the_line_of_equality_and_said_in_words() -> None:
    chances = pd.DataFrame({"group": [1, 2], "predicted_share": [0.1, 0.6], "bought_share": [0.08, 0.5]})
    line, tenths = curve(chances, Texts("pt"), Formats("pt")).data
    assert list(line.x) == list(line.y) == [0, pytest.approx(0.63)]
    assert (list(tenths.x), list(tenths.y)) == ([0.1, 0.6], [0.08, 0.5])
    assert "previu 60,0% de compradores, e 50,0% compraram" in reading(chances, Texts("pt"), Formats("pt"))
    assert "expected 60.0% to buy, and 50.0% did" in reading(chances, Texts("en"), Formats("en"))
