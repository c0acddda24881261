import numpy as np
import pandas as pd
import pytest
from skops import io

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.segmentation import SEGMENT_FEATURES, SegmentModel
from eshop_dagster.ml.segmentation import model as model_module
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

NAMES = ["order_count", "net_revenue_brl"]


def behaviour(*rows: tuple[float, float]) -> pd.DataFrame:
    """Customers at these places of the logarithmic plane."""
    plane = np.array(rows)
    return pd.DataFrame({"order_count": np.expm1(plane[:, 0]), "net_revenue_brl": np.sinh(plane[:, 1])})


def two_clouds(size: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return behaviour(*rng.normal(2.0, 0.1, (size, 2)), *rng.normal(6.0, 0.1, (size, 2)))


@pytest.fixture(scope="module")
def fitted() -> SegmentModel:
    model = SegmentModel(2, n_init=3, smallest_share=0.1, outlier_share=0.02, seed=0).fit(two_clouds())
    low_first = model.predict(behaviour((2.0, 2.0)))[0] == 0
    return model.publish([3, 8] if low_first else [8, 3])


def test_published_ids_are_what_is_predicted_and_need_not_start_at_zero(fitted):
    assert fitted.predict(behaviour((2.0, 2.0), (6.0, 6.0))).tolist() == [3, 8]
    assert fitted.segment_ids_.tolist() == [3, 8]
    assert fitted.used_ids_.tolist() == [3, 8]


def test_publishing_again_keeps_every_part_with_its_segment(fitted):
    frame = two_clouds()
    again = io.loads(io.dumps(fitted), trusted=list(TRUSTED_TYPES)).publish([9, 1], used_ids=[3, 8])
    before, after = fitted.assign(frame), again.assign(frame)
    assert after["segment_id"].tolist() == before["segment_id"].map({3: 9, 8: 1}).tolist()
    assert after[["typicality", "is_outlier"]].equals(before[["typicality", "is_outlier"]])
    assert again.used_ids_.tolist() == [1, 3, 8, 9]


def test_ids_that_repeat_or_do_not_fit_are_refused(fitted):
    with pytest.raises(ValueError, match=r"ids are \[1, 1\]; expected 2 different ids of 0 or more"):
        fitted.publish([1, 1])
    with pytest.raises(ValueError, match=r"ids are \[1\]; expected 2 different ids"):
        fitted.publish([1])


def test_typicality_is_the_share_of_the_segment_that_lay_farther_out(fitted):
    frame = two_clouds()
    typical = fitted.typicality(frame)
    assert typical[:200].mean() == pytest.approx(0.5, abs=0.01)
    assert typical.min() == 0.0
    assert typical.max() == 1.0
    assert fitted.typicality(behaviour((2.0, 2.0)))[0] > 0.95
    assert fitted.typicality(behaviour((2.0, 3.0)))[0] == 0.0


def test_an_outlier_keeps_the_id_of_the_nearest_segment(fitted):
    found = fitted.assign(behaviour((2.0, 2.0), (2.0, 3.0), (9.0, 9.0)))
    assert found["segment_id"].tolist() == [3, 3, 8]
    assert found["is_outlier"].tolist() == [False, True, True]
    assert found["typicality"].tolist()[1:] == [0.0, 0.0]


def test_at_training_about_the_set_share_of_each_segment_lies_too_far_out(fitted):
    flagged = fitted.is_outlier(two_clouds())
    assert 0 < flagged[:200].mean() <= 0.02
    assert 0 < flagged[200:].mean() <= 0.02


def test_chunks_change_no_bit(fitted, monkeypatch):
    frame = two_clouds()
    whole = fitted.assign(frame)
    monkeypatch.setattr(model_module, "CHUNK_ROWS", 7)
    assert fitted.assign(frame).equals(whole)
    assert fitted.predict(frame).tolist() == whole["segment_id"].tolist()


def test_nobody_to_score_gives_an_empty_answer(fitted):
    empty = two_clouds()[:0]
    assert fitted.predict(empty).tolist() == []
    assert list(fitted.assign(empty).columns) == ["segment_id", "typicality", "is_outlier"]


def test_equal_customers_have_no_outliers():
    frame = behaviour(*[(1.0, 1.0)] * 60, *[(5.0, 5.0)] * 60)
    model = SegmentModel(2, n_init=2, smallest_share=0.1, seed=0).fit(frame)
    assert not model.is_outlier(frame).any()


def test_a_saved_model_answers_to_the_last_bit_and_needs_one_trusted_type(shop, segmentation_result):
    model = segmentation_result.pipeline
    saved = io.dumps(model)
    assert io.get_untrusted_types(data=saved) == ["eshop_dagster.ml.segmentation.model.SegmentModel"]
    loaded = io.loads(saved, trusted=list(TRUSTED_TYPES))
    matrix = feature_matrix(shop[1], SEGMENT_FEATURES)
    assert loaded.predict(matrix).tobytes() == model.predict(matrix).tobytes()
    assert loaded.typicality(matrix).tobytes() == model.typicality(matrix).tobytes()
    assert loaded.is_outlier(matrix).tobytes() == model.is_outlier(matrix).tobytes()
    assert loaded.names_ == model.names_


def test_names_travel_with_the_model(fitted):
    persona = {"segment_id": 3, "kind": "New", "name_pt": "Novos", "name_en": "New", "description_pt": "..."}
    assert fitted.remember_names([persona]).names("pt") == {3: "Novos"}
    assert fitted.names("en") == {3: "New"}
