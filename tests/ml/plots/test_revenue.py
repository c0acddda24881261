from io import BytesIO

import pandas as pd
import pytest

from eshop_dagster.ml.plots import revenue_candidates_figure, revenue_fan_figure, revenue_months_figure


def png(figure) -> bytes:
    target = BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def backtest(*origins: str) -> pd.DataFrame:
    parts = []
    for value, origin in enumerate(origins, start=1):
        days = pd.date_range(pd.Timestamp(origin) + pd.Timedelta(days=1), periods=60)
        numbers = {"actual_brl": 10.0, "predicted_brl": 10.0 + value, "baseline_brl": 20.0}
        parts.append(pd.DataFrame({"origin": pd.Timestamp(origin), "date": days, "state": "all", **numbers}))
    return pd.concat(parts, ignore_index=True)


def forecast() -> pd.DataFrame:
    days = pd.date_range("2025-03-01", periods=28)
    frame = pd.DataFrame({"date": days, "state": "all", "horizon_days": range(1, 29)})
    for name in ("revenue", "average_ticket"):
        frame[f"{name}_brl"] = 100.0
        for bound, value in (("lower_95", 50.0), ("lower_80", 80.0), ("upper_80", 120.0), ("upper_95", 150.0)):
            frame[f"{name}_{bound}_brl"] = value
    return frame


def history() -> pd.DataFrame:
    days = pd.date_range("2024-06-01", "2025-02-28")
    parts = [pd.DataFrame({"date": days, "state": s, "revenue_brl": 50.0, "order_count": 2}) for s in ("SP", "RJ")]
    return pd.concat(parts, ignore_index=True)


def candidates() -> pd.DataFrame:
    lines = [
        (name, name == "weekday_mean", name == "mean", mase, 10 * mase)
        for name, mase in (("mean", 0.8), ("weekday_mean", 1.2), ("drift", 0.9))
    ]
    return pd.DataFrame(lines, columns=["candidate", "is_baseline", "is_chosen", "mase", "total_28_days_error_pct"])


def test_a_month_is_forecast_by_the_last_origin_that_saw_it_whole():
    axes = revenue_months_figure(backtest("2025-01-20", "2025-01-28", "2025-02-10")).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2025-02", "2025-03"]
    assert [patch.get_height() for patch in axes.patches] == [28 * 12.0, 31 * 13.0, 28 * 10.0, 31 * 10.0]
    assert [text.get_text() for text in axes.texts] == ["+20%", "+30%"]


def test_a_backtest_without_a_whole_month_is_refused():
    short = backtest("2025-01-20").head(20)
    with pytest.raises(ValueError, match="no month is forecast whole in 20 rows"):
        revenue_months_figure(short)


def test_the_fan_shows_the_nation_as_the_sum_of_its_states():
    top, foot = revenue_fan_figure(history(), forecast()).axes
    assert set(top.lines[0].get_ydata()) == {100.0}
    assert set(foot.lines[0].get_ydata()) == {25.0}
    assert len(top.collections) == 2


def test_the_fan_of_a_state_that_is_not_forecast_is_refused():
    with pytest.raises(ValueError, match=r"no rows of state 'AC'; expected one of \['all'\]"):
        revenue_fan_figure(history(), forecast(), "AC")


def test_candidates_are_drawn_from_worst_at_the_foot_to_best_at_the_head():
    left, right = revenue_candidates_figure(candidates()).axes
    assert [patch.get_width() for patch in left.patches] == [1.2, 0.9, 0.8]
    assert [patch.get_width() for patch in right.patches] == [12.0, 9.0, 8.0]
    assert left.get_yticklabels()[0].get_text() == "mean of four weeks' weekday (baseline)"


def test_a_young_shop_without_totals_has_one_panel():
    assert len(revenue_candidates_figure(candidates().drop(columns="total_28_days_error_pct")).axes) == 1


def test_row_order_changes_no_pixel():
    shuffled = candidates().sample(frac=1, random_state=1)
    assert png(revenue_candidates_figure(shuffled)) == png(revenue_candidates_figure(candidates()))


@pytest.mark.parametrize("draw", [revenue_months_figure, revenue_candidates_figure])
def test_a_table_without_its_columns_is_refused(draw):
    with pytest.raises(ValueError, match=r"1 rows, missing columns \["):
        draw(pd.DataFrame({"x": [1]}))
