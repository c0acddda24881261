import pytest
from skops import io

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.spend import fit_spend
from eshop_dagster.ml.spend_candidates import CANDIDATES, SpendParams
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

from .builders import SMALL_SPEND

NEEDED = {
    "linear": ["sklearn._loss.loss.HalfTweedieLoss"],
    "random_forest": ["sklearn.tree._tree.Tree"],
    "xgboost": ["xgboost.core.Booster", "xgboost.sklearn.XGBRegressor"],
}


@pytest.mark.parametrize("name", CANDIDATES)
def test_every_spend_candidate_predicts_the_same_bytes_after_saving(shop, name: str):
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": [name]})
    result = fit_spend(*shop, params, seed=3)
    saved = io.dumps(result.pipeline)
    assert sorted(io.get_untrusted_types(data=saved)) == NEEDED[name]
    matrix = feature_matrix(shop[1], result.feature_names)
    loaded = io.loads(saved, trusted=list(TRUSTED_TYPES))
    assert loaded.predict(matrix).tobytes() == result.pipeline.predict(matrix).tobytes()


def test_the_segmentation_needs_no_trust_and_gives_the_same_ids_after_saving(shop, segmentation_result):
    saved = io.dumps(segmentation_result.pipeline)
    assert io.get_untrusted_types(data=saved) == []
    matrix = feature_matrix(shop[1], segmentation_result.feature_names)
    assert io.loads(saved).predict(matrix).tobytes() == segmentation_result.pipeline.predict(matrix).tobytes()


def test_the_list_names_exactly_what_the_models_need():
    assert sorted(TRUSTED_TYPES) == sorted(name for names in NEEDED.values() for name in names)
