from io import BytesIO

import pandas as pd
import pytest

from eshop_dagster.ml.plots.replay import replay_figure


def weeks(**errors: list[float]) -> pd.DataFrame:
    """Three weeks by policy; the first trains, and so does every week of a policy other than never."""
    days = pd.date_range("2025-01-05", periods=3, freq="7D").date
    rows = [
        {"policy": policy, "day": day, "is_promoted": policy != "never" or not number, "rmse_brl": found[number]}
        for policy, found in errors.items()
        for number, day in enumerate(days)
    ]
    return pd.DataFrame(rows)


def table(*policies: str) -> pd.DataFrame:
    columns = {"trainings": 3, "rmse_gain_brl": 2.0, "rmse_gain_brl_lower": 1.0, "rmse_gain_brl_upper": 4.0}
    return pd.DataFrame([{"policy": policy, "top_decile_share": 0.6, **columns} for policy in policies])


def test_each_policy_is_drawn_against_never_training_again() -> None:
    figure = replay_figure(table("never", "weekly"), weeks(never=[100.0, 100.0, 200.0], weekly=[100.0, 90.0, 150.0]))
    lines = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].lines}

    assert lines["never"] == [0, 0, 0]
    assert lines["weekly"] == pytest.approx([0, -0.1, -0.25])
    figure.savefig(BytesIO(), format="png")


def test_without_never_the_policy_with_fewest_trainings_is_the_reference() -> None:
    figure = replay_figure(table("monthly", "weekly"), weeks(weekly=[50.0, 50.0, 50.0], monthly=[100.0, 100.0, 100.0]))
    lines = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].lines}

    assert lines["weekly"] == pytest.approx([-0.5, -0.5, -0.5])
    assert "monthly" in figure.axes[1].get_ylabel()
