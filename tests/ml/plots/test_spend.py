from io import BytesIO

import pandas as pd
import pytest

from eshop_dagster.ml.plots import candidates_figure, chances_figure, coverage_figure, deciles_figure, residuals_figure


def png(figure) -> bytes:
    target = BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def test_residuals_are_drawn_with_their_units(spend_result):
    figure = residuals_figure(spend_result.mean.holdout)
    axes = figure.axes[0]
    assert axes.get_xlabel() == "predicted spend in the window (BRL)"
    assert axes.get_ylabel() == "true minus predicted spend (BRL)"
    assert png(figure).startswith(b"\x89PNG")


def test_the_tenths_show_the_mean_of_each_group():
    holdout = pd.DataFrame({"actual_brl": [float(n) for n in range(20)], "baseline_brl": 5.0})
    holdout["predicted_brl"] = holdout["actual_brl"] + 1
    bars, gains = deciles_figure(holdout).axes
    assert [patch.get_height() for patch in bars.patches[:2]] == [19.5, 17.5]
    assert [patch.get_height() for patch in bars.patches[10:12]] == [18.5, 16.5]
    model = next(line for line in gains.lines if line.get_label() == "model")
    assert model.get_ydata()[1] == pytest.approx(19 / 190)


def test_a_baseline_far_above_the_model_does_not_flatten_the_bars():
    holdout = pd.DataFrame({"actual_brl": [1.0, 2.0], "predicted_brl": [1.0, 2.0], "baseline_brl": [900.0, 900.0]})
    bars = deciles_figure(holdout).axes[0]
    assert bars.get_ylim()[1] == pytest.approx(1.03 * 2.5 * 2.0)
    assert "best baseline, above the frame" in bars.get_legend_handles_labels()[1]


def test_the_model_and_the_baselines_are_drawn_from_worst_at_the_foot_to_best_at_the_head(spend_result):
    axes = candidates_figure(spend_result.candidates).axes[0]
    widths = [patch.get_width() for patch in axes.patches]
    assert widths == sorted(widths, reverse=True)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert {"weighted mean", "own past rate (baseline)", "BG/NBD (baseline)"} <= set(labels)


def test_whiskers_run_from_end_to_end_of_the_interval(spend_result):
    ranked = spend_result.candidates.sort_values("rmse_brl", ascending=False)["candidate"]
    ends = spend_result.intervals.query("metric == 'rmse_brl'").set_index("candidate").loc[ranked]
    axes = candidates_figure(spend_result.candidates, spend_result.intervals).axes[0]
    segments = axes.collections[0].get_segments()
    assert [segment[0][0] for segment in segments] == pytest.approx(ends["lower"].tolist())
    assert [segment[1][0] for segment in segments] == pytest.approx(ends["upper"].tolist())


def test_without_intervals_there_are_no_whiskers(spend_result):
    assert len(candidates_figure(spend_result.candidates).axes[0].collections) == 0


def test_coverage_is_counted_by_tenth():
    holdout = pd.DataFrame({"actual_brl": [5.0] * 20, "baseline_brl": 0.0})
    holdout["predicted_brl"] = [float(n) for n in range(20)]
    holdout["spend_if_buying_lower_80_brl"] = holdout["spend_if_buying_lower_95_brl"] = 0.0
    holdout["spend_if_buying_upper_80_brl"], holdout["spend_if_buying_upper_95_brl"] = [4.0, 5.0] * 10, 9.0
    # Who buys nothing is in no interval of what buyers spend, and is not counted.
    holdout = pd.concat([holdout, holdout.assign(actual_brl=0.0)], ignore_index=True)
    lines = coverage_figure(holdout).axes[0].lines
    assert lines[0].get_ydata().tolist() == [0.5] * 10
    assert lines[2].get_ydata().tolist() == [1.0] * 10


def test_the_calibration_curve_lies_on_the_share_that_bought_beside_the_line_of_equality(spend_result):
    chances = spend_result.mean.chances
    equal, tenths = chances_figure(chances).axes[0].lines
    assert list(equal.get_xdata()) == list(equal.get_ydata())
    assert list(tenths.get_xdata()) == chances["predicted_share"].tolist()
    assert list(tenths.get_ydata()) == chances["bought_share"].tolist()


def test_row_order_changes_no_pixel(spend_result):
    shuffled = spend_result.mean.holdout.sample(frac=1, random_state=1)
    assert png(deciles_figure(shuffled)) == png(deciles_figure(spend_result.mean.holdout))


@pytest.mark.parametrize("draw", [residuals_figure, deciles_figure, candidates_figure, coverage_figure, chances_figure])
def test_a_table_without_its_columns_is_refused(draw):
    with pytest.raises(ValueError, match=r"1 rows, missing columns \["):
        draw(pd.DataFrame({"x": [1]}))
