"""Models fitted once for the tests that only look at them."""

import pandas as pd
import pytest

from eshop_dagster.ml.segmentation import SegmentationParams, SegmentationResult, fit_segments
from eshop_dagster.ml.spend import SpendResult, fit_spend
from eshop_dagster.ml.spend_candidates import SpendParams

from .builders import SMALL_SEGMENTATION, SMALL_SPEND, shop_frames


@pytest.fixture(scope="session")
def shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    return shop_frames()


@pytest.fixture(scope="session")
def spend_result(shop: tuple[pd.DataFrame, pd.DataFrame]) -> SpendResult:
    return fit_spend(*shop, SpendParams.from_mapping(SMALL_SPEND), seed=3)


@pytest.fixture(scope="session")
def segmentation_result(shop: tuple[pd.DataFrame, pd.DataFrame]) -> SegmentationResult:
    return fit_segments(shop[1], SegmentationParams.from_mapping(SMALL_SEGMENTATION), seed=3)
