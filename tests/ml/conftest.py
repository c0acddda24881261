"""Models fitted once for the tests that only look at them."""

import pandas as pd
import pytest

from eshop_dagster.ml.segmentation import SegmentationParams, SegmentationResult, fit_segments
from eshop_dagster.ml.spend import SpendParams, SpendResult, fit_spend

from .builders import EARLIER, LONG_CANDIDATES, SMALL_SEGMENTATION, SMALL_SPEND, TRAINING, shop_frames


@pytest.fixture(scope="session")
def shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    return shop_frames()


@pytest.fixture(scope="session")
def spend_result(shop: tuple[pd.DataFrame, pd.DataFrame]) -> SpendResult:
    return fit_spend(*shop, SpendParams.from_mapping(SMALL_SPEND), seed=3)


@pytest.fixture(scope="session")
def long_shop() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A history long enough for a validation cut-off: the latest, a label window after the one before it."""
    return shop_frames(training=(*EARLIER, TRAINING[-1]))


@pytest.fixture(scope="session")
def long_spend_result(long_shop: tuple[pd.DataFrame, pd.DataFrame]) -> SpendResult:
    return fit_spend(*long_shop, SpendParams.from_mapping({**SMALL_SPEND, "candidates": LONG_CANDIDATES}), seed=3)


@pytest.fixture(scope="session")
def segmentation_result(shop: tuple[pd.DataFrame, pd.DataFrame]) -> SegmentationResult:
    return fit_segments(shop[1], SegmentationParams.from_mapping(SMALL_SEGMENTATION), seed=3)
