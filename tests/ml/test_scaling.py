import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.scaling import logarithmic


def test_counts_take_the_logarithm_and_money_the_inverse_hyperbolic_sine():
    frame = pd.DataFrame({"net_revenue_brl": [0.0, -75.0], "order_count": [0.0, np.e - 1]})
    scaled = logarithmic(["net_revenue_brl", "order_count"]).fit_transform(frame)
    assert scaled == pytest.approx(np.array([[0.0, 0.0], [1.0, np.arcsinh(-75.0)]]))


def test_float32_input_gives_float64_output():
    frame = pd.DataFrame({"order_count": [3.0]})
    names = ["order_count"]
    assert logarithmic(names).fit_transform(frame.astype("float32")).dtype == np.float64
    assert logarithmic(names).fit_transform(frame.astype("float32")) == logarithmic(names).fit_transform(frame)


def test_a_missing_column_is_refused():
    with pytest.raises(ValueError, match="not columns of the dataframe"):
        logarithmic(["order_count"]).fit(pd.DataFrame({"net_revenue_brl": [1.0]}))
