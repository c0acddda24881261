import pytest
from skops import io
from skops.io.exceptions import UntrustedTypesFoundException

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.spend import SpendMean, explain_spend
from eshop_dagster.ml.spend.parts import PARTS
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

OURS = "eshop_dagster.ml.spend"
SPEND = {
    f"{OURS}.bg_nbd.BuyTillYouDieSpend",
    f"{OURS}.intervals.ConformalBands",
    f"{OURS}.linear.LogFeatures",
    f"{OURS}.linear.TweedieSpend",
    f"{OURS}.linear.TwoPartSpend",
    f"{OURS}.model.SpendMean",
    f"{OURS}.outlook.SpendOutlook",
    f"{OURS}.purchase.PurchaseModel",
    f"{OURS}.season.SeasonTable",
    f"{OURS}.season.SeasonalSpend",
    f"{OURS}.trees.BoostedSpend",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBRegressor",
}


def test_the_spend_model_predicts_the_same_bytes_after_saving(shop, spend_result):
    model = spend_result.mean.pipeline
    assert set(model.weights) == set(PARTS)
    saved = io.dumps(model)
    assert set(io.get_untrusted_types(data=saved)) == SPEND
    matrix = feature_matrix(shop[1], spend_result.feature_names)
    loaded = io.loads(saved, trusted=list(TRUSTED_TYPES))
    assert loaded.predict(matrix).tobytes() == model.predict(matrix).tobytes()
    assert (loaded.weights_by_name(), loaded.learned_until_) == (model.weights_by_name(), "2025-11-01")
    figures, again = model.figures(matrix), loaded.figures(matrix)
    assert {name: again[name].tobytes() for name in again} == {name: figures[name].tobytes() for name in figures}
    assert explain_spend(loaded, shop[1]).equals(explain_spend(model, shop[1]))


class Foreign:
    """A type that nobody has listed."""


def test_a_model_that_holds_a_foreign_type_is_refused(spend_result):
    saved = io.dumps(SpendMean({**spend_result.mean.pipeline.parts, "foreign": Foreign()}, {"foreign": 1.0}))
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
    # They serve only where one is the best baseline, or no part can be had.
    alone = {f"{OURS}.past.PastRateSpend", f"{OURS}.past.PastTotalSpend"}
    assert sorted(ours) == sorted(SPEND | alone)
