"""One shop closed on Sundays and at Christmas, fitted once for the tests that only look at it."""

import pandas as pd
import pytest

from eshop_dagster.ml.revenue import RevenueParams, RevenueResult, Study, fit_revenue, study_revenue

from .builders import SMALL, calendar, last_of, noisy


@pytest.fixture(scope="session")
def closed_on_sundays() -> pd.DataFrame:
    return noisy(420, is_open=lambda day: day.weekday() != 6 and (day.month, day.day) != (12, 25))


@pytest.fixture(scope="session")
def revenue_study(closed_on_sundays: pd.DataFrame) -> Study:
    params = RevenueParams.from_mapping(SMALL)
    return study_revenue(closed_on_sundays, calendar(), last_of(closed_on_sundays), params, seed=3)


@pytest.fixture(scope="session")
def revenue_result(revenue_study: Study) -> RevenueResult:
    return fit_revenue(revenue_study)
