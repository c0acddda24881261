import numpy as np
import pandas as pd

from eshop_dagster.ml.features import FEATURES, LABEL
from eshop_dagster.ml.spend import sampling
from eshop_dagster.ml.spend.sampling import drawn_rows, drawn_training_rows, row_hashes

NAMES = ["recency_days", "net_revenue_brl", LABEL]


def test_as_many_rows_of_each_cutoff_are_drawn_as_asked_or_all_there_are(shop):
    train, _ = shop
    counts = drawn_rows(train, NAMES, rows=100, seed=1).groupby("as_of_date").size()
    assert counts.tolist() == [100, 100, 100]
    assert len(drawn_rows(train, NAMES, rows=10**6, seed=1)) == len(train)


def test_the_draw_follows_what_rows_hold_and_not_their_names_or_places(shop):
    train, _ = shop
    renamed = train.sample(frac=1, random_state=1).assign(customer_key=lambda frame: frame["customer_key"].str[::-1])
    first, second = (drawn_rows(frame, NAMES, rows=200, seed=1)[NAMES] for frame in (train, renamed))
    pd.testing.assert_frame_equal(first, second)


def test_drawing_from_each_cutoff_by_itself_gives_the_rows_drawn_from_all(shop, monkeypatch):
    monkeypatch.setattr(sampling, "JUDGED_ROWS", 300)
    train, _ = shop
    apart = pd.concat([drawn_training_rows(group, 3) for _, group in train.groupby("as_of_date")], ignore_index=True)
    pd.testing.assert_frame_equal(apart, drawn_training_rows(train, 3))
    fitted = [drawn_rows(frame, [*FEATURES, LABEL], rows=200, seed=3) for frame in (apart, train)]
    pd.testing.assert_frame_equal(*fitted)


def test_another_seed_draws_other_rows(shop):
    first, second = (drawn_rows(shop[0], NAMES, rows=100, seed=seed)[NAMES] for seed in (1, 2))
    shared = set(map(tuple, first.to_numpy())) & set(map(tuple, second.to_numpy()))
    assert len(shared) < 100


def test_the_draw_prefers_no_spend(shop):
    """The mean of repeated draws is that of all rows, within four standard errors."""
    train, _ = shop
    means = [drawn_rows(train, NAMES, rows=300, seed=seed)[LABEL].mean() for seed in range(20)]
    assert abs(np.mean(means) - train[LABEL].mean()) < 4 * train[LABEL].std() / np.sqrt(20 * 900)


def test_equal_rows_have_equal_numbers_and_others_do_not(shop):
    twice = pd.concat([shop[1].head(50)] * 2)
    hashes = row_hashes(twice, NAMES, seed=5)
    assert hashes[:50].tolist() == hashes[50:].tolist()
    assert len(set(hashes.tolist())) == len(twice[NAMES].drop_duplicates())
