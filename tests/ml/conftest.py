"""Models fitted once for the tests that only look at them."""

import pandas as pd
import pytest

from eshop_dagster.ml.segmentation import SegmentationParams, SegmentationResult, fit_segments
from eshop_dagster.ml.spend import SpendParams, SpendResult, fit_spend

from .builders import SMALL_SEGMENTATION, SMALL_SPEND, SpendRows, shop_frames, shop_orders, spend_rows_of


@pytest.fixture(scope="session")
def shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    return shop_frames()


@pytest.fixture(scope="session")
def spend_rows() -> SpendRows:
    return spend_rows_of(shop_orders(1500, 7))


@pytest.fixture(scope="session")
def spend_result(spend_rows: SpendRows) -> SpendResult:
    params = SpendParams.from_mapping(SMALL_SPEND)
    return fit_spend(spend_rows.learned, spend_rows.judging, spend_rows.scoring, params, seed=3)


@pytest.fixture(scope="session")
def segmentation_result(shop: tuple[pd.DataFrame, pd.DataFrame]) -> SegmentationResult:
    return fit_segments(shop[1], SegmentationParams.from_mapping(SMALL_SEGMENTATION), seed=3)
