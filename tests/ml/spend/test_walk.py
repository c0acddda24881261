import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.features import AS_OF_DATE, LABEL
from eshop_dagster.ml.spend.params import SpendParams
from eshop_dagster.ml.spend.parts import LABEL_FREE, LAST_RESORT, PARTS, RANKING_BASELINES
from eshop_dagster.ml.spend.walk import walk_forward

from ..builders import HORIZON_DAYS, JUDGING, SMALL_SPEND, TRAINING

PARAMS = SpendParams.from_mapping(SMALL_SPEND)


@pytest.fixture(scope="module")
def walk(spend_rows):
    return walk_forward(spend_rows.learned, spend_rows.judging, PARAMS, seed=3)


def test_every_part_and_baseline_says_something_of_every_judged_row(walk, spend_rows):
    assert walk.parts == PARTS
    assert walk.baselines == ("zero", "mean", *RANKING_BASELINES)
    assert {len(said) for said in walk.said.values()} == {len(spend_rows.judging)}
    assert walk.has_labels and walk.notes == ()
    assert [len(rows) for rows in walk.windows()] == spend_rows.judging.groupby(AS_OF_DATE).size().tolist()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_window_is_predicted_by_what_was_known_when_it_began(walk, spend_rows, number: int):
    """Labels whose windows end after it began change nothing that is said of it."""
    day = JUDGING[number]
    ends = pd.to_datetime(spend_rows.learned[AS_OF_DATE]) + pd.Timedelta(days=HORIZON_DAYS)
    later = ends > pd.Timestamp(day)
    assert later.sum() > 0
    changed = spend_rows.learned.assign(**{LABEL: spend_rows.learned[LABEL].where(~later, 9999.0)})
    judging = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == day]
    again = walk_forward(changed, judging, PARAMS, seed=3)
    rows = walk.windows()[number]
    for name, said in again.said.items():
        assert said.tolist() == walk.said[name][rows].tolist(), name


def test_the_judged_labels_themselves_change_no_prediction(walk, spend_rows):
    rng = np.random.default_rng(1)
    last = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == JUDGING[-1]]
    other = last.assign(**{LABEL: rng.permutation(last[LABEL].to_numpy())})
    again = walk_forward(spend_rows.learned, other, PARAMS, seed=3)
    before = walk.rows.assign(said=walk.said["xgboost"]).set_index(["customer_key", AS_OF_DATE])["said"]
    after = again.rows.assign(said=again.said["xgboost"]).set_index(["customer_key", AS_OF_DATE])["said"]
    assert after.tolist() == before[after.index].tolist()


def test_a_window_before_which_nothing_was_labelled_is_left_out(spend_rows):
    learned = spend_rows.learned[spend_rows.learned[AS_OF_DATE] != TRAINING[0]]
    found = walk_forward(learned, spend_rows.judging, PARAMS, seed=3)
    assert sorted(set(found.rows[AS_OF_DATE])) == list(JUDGING[1:])


def test_where_no_label_was_known_only_what_needs_none_is_judged_and_it_is_said(spend_rows):
    found = walk_forward(spend_rows.judging, spend_rows.judging, PARAMS, seed=3)
    assert set(found.parts) == set(LABEL_FREE)
    assert not found.has_labels
    assert found.notes[0] == (
        "No label was known before the judged rows: only what needs none serves, bg_nbd_of_the_day."
    )
    assert found.best_baseline() in (*LABEL_FREE, LAST_RESORT)
    assert set(found.errors()) == set(LABEL_FREE)
    assert set(found.errors([LAST_RESORT])) == {LAST_RESORT}


def test_the_mean_of_all_weight_on_one_part_is_that_part(walk):
    assert walk.mean_of({"linear": 1.0}).tolist() == walk.said["linear"].tolist()
