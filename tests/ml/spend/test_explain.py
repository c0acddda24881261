import numpy as np
import pytest

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.spend import SpendMean, SpendParams, explain_spend, with_sentences
from eshop_dagster.ml.spend.effects import Effects, effects_of_logs, merged, shapley, with_season
from eshop_dagster.ml.spend.parts import PARTS, fit_parts
from eshop_dagster.ml.spend.phrases import PHRASES, sentences

from ..builders import SMALL_SPEND

NAMES = tuple(FEATURES)
MEAN = "the mean of three"


@pytest.fixture(scope="module")
def fitted(shop):
    """Every part as a model of its own, and the mean of three."""
    params, known = SpendParams.from_mapping(SMALL_SPEND), feature_matrix(shop[0], NAMES)
    parts = fit_parts(known, shop[0][LABEL].to_numpy(), feature_matrix(shop[1], NAMES), params, seed=0).parts
    weights = {name: {name: 1.0} for name in PARTS} | {
        MEAN: {"linear": 0.5, "bg_nbd*season": 0.3, "past_total_rescaled": 0.2}
    }
    return {
        name: SpendMean({one: parts[one] for one in shares}, shares).known_as(NAMES, "2025-11-01", None)
        for name, shares in weights.items()
    }


@pytest.mark.parametrize("name", [*PARTS, MEAN])
def test_the_effects_add_up_to_the_prediction(shop, fitted, name: str):
    matrix = feature_matrix(shop[1], NAMES)
    effects, predicted = fitted[name].effects(matrix), fitted[name].predict(matrix)
    assert effects.predicted_brl() == pytest.approx(predicted, rel=1e-9, abs=1e-9)
    assert len(set(effects.names)) == len(effects.names)
    assert np.abs(effects.values_brl).sum() > 0


def test_a_product_is_shared_out_by_its_logarithms():
    """From 100 to 400 by two factors of 2: each adds half of the 300."""
    effects = effects_of_logs(np.log(100.0), ("a", "b"), np.log([[2.0, 2.0]]), np.array([400.0]))
    assert effects.base_brl.tolist() == pytest.approx([100.0])
    assert effects.values_brl[0].tolist() == pytest.approx([150.0, 150.0])


def test_factors_that_cancel_have_no_effect_and_leave_no_rest():
    effects = effects_of_logs(np.log(100.0), ("a",), np.zeros((1, 1)), np.array([100.0]))
    assert (effects.base_brl[0], effects.values_brl[0, 0]) == (100.0, 0.0)


def test_the_effects_of_an_average_are_averaged_by_name():
    first = Effects(np.array([10.0]), ("a", "b"), np.array([[4.0, 6.0]]))
    second = Effects(np.array([20.0]), ("b", "c"), np.array([[2.0, 8.0]]))
    both = merged([first, second])
    assert (both.names, both.base_brl.tolist()) == (("a", "b", "c"), [15.0])
    assert both.values_brl.tolist() == [[2.0, 4.0, 4.0]]


def test_the_effects_of_a_weighted_mean_are_the_weighted_sum():
    first = Effects(np.array([10.0]), ("a", "b"), np.array([[4.0, 6.0]]))
    second = Effects(np.array([20.0]), ("b",), np.array([[2.0]]))
    both = merged([first, second], [0.75, 0.25])
    assert (both.names, both.base_brl.tolist()) == (("a", "b"), [12.5])
    assert both.values_brl.tolist() == [[3.0, 5.0]]


def test_a_product_of_two_is_shared_out_evenly_by_shapley():
    """From 2 times 3 to 4 times 5: the first adds 6 alone and 10 after the other, the second 4 and 8."""
    found = shapley(lambda a, b: a * b, ("a", "b"), (np.array([4.0]), np.array([5.0])), (2.0, 3.0))
    assert (found.base_brl.tolist(), found.values_brl.tolist()) == ([6.0], [[8.0, 6.0]])


def test_the_season_is_what_it_adds_to_the_rest():
    effects = with_season(Effects(np.array([10.0]), ("a",), np.array([[30.0]])), np.array([1.25]))
    assert effects.names == ("a", "season")
    assert effects.values_brl.tolist() == [[30.0, 10.0]]


def test_a_linear_feature_that_is_average_has_no_effect(shop, fitted):
    matrix = feature_matrix(shop[1], NAMES).head(1)
    part = fitted["linear"].parts["linear"]
    place = list(part.names).index("recency_days")
    average = matrix.assign(recency_days=np.expm1(part.features_.mean_[place]))
    assert part.effects(average).values_brl[0, place] == pytest.approx(0.0, abs=1e-9)


def test_the_largest_effects_come_first_for_each_customer_in_the_order_of_the_rows(shop, fitted):
    rows = shop[1].head(5)[::-1]
    model = fitted["linear"]
    reasons = explain_spend(model, rows, top=3)
    assert reasons["customer_key"].tolist() == np.repeat(rows["customer_key"].to_numpy(), 3).tolist()
    assert reasons["rank"].tolist() == [1, 2, 3] * 5
    effects = model.effects(feature_matrix(rows, NAMES))
    sizes = np.sort(np.abs(effects.values_brl), axis=1)[:, ::-1][:, :3]
    assert np.abs(reasons["effect_brl"].to_numpy()).reshape(5, 3).tolist() == sizes.tolist()
    first = reasons.iloc[0]
    assert first["value"] == rows.iloc[0][first["feature"]]


def test_a_reason_reads_as_a_sentence_in_both_languages():
    assert sentences("recency_days", 1200.0, -1234.5) == (
        "Última compra há 1.200 dias: tira R$ 1.234,50.",
        "Last order 1,200 days ago: takes away 1,234.50 BRL.",
    )
    assert sentences("app_share", 0.4, 7.0)[0] == "40 % dos pedidos pelo aplicativo: soma R$ 7,00."
    assert sentences("season", float("nan"), 5.0)[1] == "Time of the year: adds 5.00 BRL."


def test_a_feature_without_a_phrase_is_named_by_its_description():
    pt, en = sentences("shoe_size", 42.0, 1.0)
    assert (pt, en) == ("shoe_size: 42,00: soma R$ 1,00.", "shoe_size: 42.00: adds 1.00 BRL.")


def test_every_phrase_is_about_a_feature_and_fits_its_unit():
    assert set(PHRASES) - {"season"} == set(FEATURES) - {"day_of_year_sin", "day_of_year_cos"}
    for name in PHRASES:
        assert "{" not in "".join(sentences(name, 0.5, 1.0))


def test_sentences_are_written_for_every_reason(shop, fitted):
    written = with_sentences(explain_spend(fitted["bg_nbd"], shop[1].head(4), top=2))
    assert len(written) == 8
    assert written["reason_pt"].str.contains("R\\$").all()
    assert written["reason_en"].str.endswith("BRL.").all()


def test_no_reasons_at_all_and_an_unknown_column_are_refused(shop, fitted):
    with pytest.raises(ValueError, match="top is 0; expected 1 or more"):
        explain_spend(fitted["linear"], shop[1], top=0)
    with pytest.raises(ValueError, match="unexpected"):
        explain_spend(fitted["linear"], shop[1].assign(shoe_size=1.0))
