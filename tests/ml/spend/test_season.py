import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.spend.linear import TweedieSpend
from eshop_dagster.ml.spend.season import SeasonalSpend, SeasonTable, day_of_year


def table(*cutoffs: tuple[float, float, float]) -> SeasonTable:
    days, spent, expected = (np.array(column, dtype=float) for column in zip(*cutoffs, strict=True))
    return SeasonTable().fit(days, spent, expected)


def test_the_day_of_the_year_is_read_back_from_its_angle():
    days = np.array([1.0, 45.0, 180.0, 300.0, 365.0])
    angle = 2 * np.pi * days / 365.25
    frame = pd.DataFrame({"day_of_year_sin": np.sin(angle), "day_of_year_cos": np.cos(angle)})
    assert day_of_year(frame) == pytest.approx(days)


def test_the_factor_is_the_true_over_the_expected_total_and_runs_straight_in_between():
    season = table((100, 30, 20), (100, 0, 10), (130, 40, 20))
    assert season.predict(np.array([100.0, 115.0, 130.0])) == pytest.approx([1.0, 1.5, 2.0])


def test_the_turn_of_the_year_is_a_day_like_any_other():
    season = table((355, 20, 10), (20, 40, 10))
    assert season.predict(np.array([4.875])) == pytest.approx([3.0])


def test_far_from_any_cutoff_the_season_is_not_known_and_the_factor_is_that_of_all_rows():
    season = table((100, 30, 10), (130, 10, 10))
    assert season.level_ == 2.0
    assert season.predict(np.array([161.0, 250.0, 69.0])) == pytest.approx([2.0, 2.0, 2.0])
    assert season.predict(np.array([145.5])) == pytest.approx([1.5])


def test_cutoffs_a_few_days_apart_in_different_years_share_one_factor():
    season = table((100, 30, 10), (105, 10, 10))
    assert season.predict(np.array([102.5])) == pytest.approx([2.0])


def test_a_single_cutoff_knows_its_own_surroundings_only():
    season = table((100, 30, 10))
    assert season.predict(np.array([100.0, 280.0])) == pytest.approx([3.0, 3.0])


def test_a_window_in_which_nobody_bought_does_not_forbid_later_sales():
    assert table((100, 0, 10), (130, 20, 10)).predict(np.array([100.0])) == pytest.approx([1.0])


def test_rows_that_tell_nothing_of_the_season_still_count_for_the_level():
    days, spent, expected = np.array([100.0, 200.0]), np.array([30.0, 10.0]), np.array([10.0, 10.0])
    season = SeasonTable().fit(days, spent, expected, np.array([False, True]))
    assert season.predict(np.array([100.0, 200.0])) == pytest.approx([2.0, 1.0])
    nothing = SeasonTable().fit(days, spent, expected, np.array([False, False]))
    assert nothing.predict(np.array([100.0, 200.0])) == pytest.approx([2.0, 2.0])


def test_the_first_half_year_of_a_shop_is_no_season(shop):
    """The same doubled spend, in a window of which nobody had been a customer for half a year."""
    old = shop[1]
    angle = 2 * np.pi * 300 / 365.25
    known = {name: np.minimum(old[name], 179.0) for name in ("tenure_days", "recency_days", "interpurchase_days")}
    day = {"day_of_year_sin": np.sin(angle), "day_of_year_cos": np.cos(angle)}
    young = old.assign(**known, **day, **{LABEL: 2 * old[LABEL]})
    both = pd.concat([old, young], ignore_index=True)
    season = SeasonalSpend(TweedieSpend()).fit(feature_matrix(both, FEATURES), both[LABEL].to_numpy()).season_
    assert season.predict(np.array([300.0])) == pytest.approx([season.level_])


class Spy(TweedieSpend):
    """A part that keeps what it was asked to learn."""

    def fit(self, frame, spent):
        self.learned = spent
        return super().fit(frame, spent)


def test_a_part_learns_from_spend_without_its_season(shop):
    quiet = shop[1]
    angle = 2 * np.pi * 300 / 365.25
    loud = quiet.assign(day_of_year_sin=np.sin(angle), day_of_year_cos=np.cos(angle), **{LABEL: 2 * quiet[LABEL]})
    both = pd.concat([quiet, loud], ignore_index=True)
    model = SeasonalSpend(Spy()).fit(feature_matrix(both, FEATURES), both[LABEL].to_numpy())
    first, second = np.split(model.part.learned, 2)
    assert second == pytest.approx(first)


def test_a_doubled_season_doubles_the_prediction_for_the_same_habits(shop):
    """The same customers at two cut-offs, who spend twice as much in the second window."""
    quiet = shop[1]
    angle = 2 * np.pi * 300 / 365.25
    loud = quiet.assign(day_of_year_sin=np.sin(angle), day_of_year_cos=np.cos(angle), **{LABEL: 2 * quiet[LABEL]})
    both = pd.concat([quiet, loud], ignore_index=True)
    model = SeasonalSpend(TweedieSpend()).fit(feature_matrix(both, FEATURES), both[LABEL].to_numpy())
    first, second = (model.predict(feature_matrix(frame, FEATURES)) for frame in (quiet, loud))
    assert second / first == pytest.approx(np.full(len(first), 2.0))
    effects = model.effects(feature_matrix(loud, FEATURES))
    assert effects.predicted_brl() == pytest.approx(second)
