import pandas as pd
import pytest
from skops import io

from eshop_dagster.ml.revenue import BASELINES, MEAN, RevenueForecaster, fit_revenue
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

OWN = "eshop_dagster.ml.revenue."


@pytest.mark.parametrize("name", [MEAN, *BASELINES])
def test_every_candidate_forecasts_the_same_bytes_after_saving(name, revenue_study, closed_on_sundays):
    forecaster = fit_revenue(revenue_study, name).forecaster
    loaded: RevenueForecaster = io.loads(io.dumps(forecaster), trusted=list(TRUSTED_TYPES))
    mine, theirs = (each.predict(closed_on_sundays, horizon_days=28) for each in (forecaster, loaded))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    assert mine["revenue_brl"].max() > 0


def test_the_list_names_exactly_what_the_forecaster_needs(revenue_result):
    needed = set(io.get_untrusted_types(data=io.dumps(revenue_result.forecaster)))
    assert needed == {kind for kind in TRUSTED_TYPES if kind.startswith(OWN)}
