from eshop_dagster.ml.spend_figures import FIGURES, bounds_of


def test_the_figures_are_named_by_what_they_are():
    assert bounds_of(0.8) == ("spend_if_buying_lower_80_brl", "spend_if_buying_upper_80_brl")
    assert FIGURES[:3] == ("expected_spend_brl", "purchase_probability", "spend_if_buying_brl")
    assert len(set(FIGURES)) == 7
