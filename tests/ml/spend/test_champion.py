"""A champion is never held against its challenger on labels that it has learned."""

import pytest

from eshop_dagster.ml.features import AS_OF_DATE, feature_matrix
from eshop_dagster.ml.spend import champion_says

from ..builders import JUDGING


def trained_for(model, day: str, **weights: float):
    """The model as if it had been trained for another day, with other weights."""
    chosen = weights or model.weights
    return type(model)({name: model.parts[name] for name in chosen}, chosen).known_as(model.feature_names_, day, None)


def test_a_champion_of_last_week_is_its_weights_over_the_same_walk_forward_parts(spend_result):
    champion = trained_for(spend_result.mean.pipeline, "2025-10-25", linear=0.25, bg_nbd=0.75)
    walk = spend_result.walk
    expected = 0.25 * walk.said["linear"] + 0.75 * walk.said["bg_nbd"]
    assert champion_says(champion, walk) == pytest.approx(expected, rel=1e-14)


def test_a_champion_that_was_trained_before_a_window_began_predicts_it_itself(spend_result):
    champion = trained_for(spend_result.mean.pipeline, str(JUDGING[-1]), linear=1.0)
    walk = spend_result.walk
    said = champion_says(champion, walk)
    is_last = (walk.rows[AS_OF_DATE] == JUDGING[-1]).to_numpy()
    matrix = feature_matrix(walk.rows[is_last], champion.feature_names_)
    assert said[is_last].tolist() == champion.predict(matrix).tolist()
    assert said[~is_last].tolist() == walk.said["linear"][~is_last].tolist()


def test_a_formula_whose_parts_all_failed_is_not_compared(spend_result):
    walk = spend_result.walk
    champion = trained_for(spend_result.mean.pipeline, "2025-10-25", linear=1.0)
    champion.weights = {"a_part_of_long_ago": 1.0}
    assert champion_says(champion, walk) is None
