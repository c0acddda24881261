import pytest
from skops import io
from skops.io.exceptions import UntrustedTypesFoundException

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.spend import SpendModel, SpendParams, explain_spend, fit_spend
from eshop_dagster.ml.spend.params import CANDIDATES
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

from .builders import SMALL_SPEND

OURS = "eshop_dagster.ml.spend"
ALWAYS = {f"{OURS}.model.SpendModel", f"{OURS}.intervals.ConformalBands"}
NEEDED = {
    "linear": {f"{OURS}.linear.TweedieSpend", f"{OURS}.linear.LogFeatures"},
    "two_part": {f"{OURS}.linear.TwoPartSpend", f"{OURS}.linear.LogFeatures"},
    "random_forest": {f"{OURS}.trees.ForestSpend", "sklearn.tree._tree.Tree"},
    "xgboost": {f"{OURS}.trees.BoostedSpend", "xgboost.core.Booster", "xgboost.sklearn.XGBRegressor"},
    "bg_nbd": {f"{OURS}.bg_nbd.BuyTillYouDieSpend"},
    "season": {f"{OURS}.season.SeasonalSpend", f"{OURS}.season.SeasonTable"},
}


@pytest.mark.parametrize("name", CANDIDATES)
def test_every_spend_candidate_predicts_the_same_bytes_after_saving(shop, name: str):
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": [name]})
    result = fit_spend(*shop, params, seed=3)
    saved = io.dumps(result.pipeline)
    parts = name.replace("*", "+").split("+")
    assert set(io.get_untrusted_types(data=saved)) == ALWAYS.union(*(NEEDED[part] for part in parts))
    matrix = feature_matrix(shop[1], result.feature_names)
    loaded = io.loads(saved, trusted=list(TRUSTED_TYPES))
    assert loaded.predict(matrix).tobytes() == result.pipeline.predict(matrix).tobytes()
    for level in (0.8, 0.95):
        ends, again = result.pipeline.predict_interval(matrix, level), loaded.predict_interval(matrix, level)
        assert [end.tobytes() for end in again] == [end.tobytes() for end in ends]
    assert explain_spend(loaded, shop[1]).equals(explain_spend(result.pipeline, shop[1]))


class Foreign:
    """A type that nobody has listed."""


def test_a_model_that_holds_a_foreign_type_is_refused(spend_result):
    saved = io.dumps(SpendModel([*spend_result.pipeline.parts, Foreign()]))
    with pytest.raises(UntrustedTypesFoundException, match="Foreign"):
        io.loads(saved, trusted=list(TRUSTED_TYPES))


def test_the_segmentation_needs_its_own_type_alone_and_gives_the_same_ids_after_saving(shop, segmentation_result):
    saved = io.dumps(segmentation_result.pipeline)
    needed = io.get_untrusted_types(data=saved)
    assert needed == ["eshop_dagster.ml.segmentation.model.SegmentModel"]
    matrix = feature_matrix(shop[1], segmentation_result.feature_names)
    loaded = io.loads(saved, trusted=needed)
    assert loaded.predict(matrix).tobytes() == segmentation_result.pipeline.predict(matrix).tobytes()


def test_the_list_names_exactly_what_the_models_need():
    others = ("eshop_dagster.ml.revenue.", "eshop_dagster.ml.segmentation.")
    ours = [name for name in TRUSTED_TYPES if not name.startswith(others)]
    assert sorted(ours) == sorted(ALWAYS.union(*NEEDED.values()))
