import pandas as pd
import pytest
from skops import io

from eshop_dagster.ml.revenue import BASELINES, RevenueForecaster, RevenueParams
from eshop_dagster.ml.revenue.nation import fit_nation
from eshop_dagster.ml.revenue.panel import holidays_of, read_panel
from eshop_dagster.ml.revenue.params import AVERAGE, MODELS
from eshop_dagster.ml.revenue.states import METHODS
from eshop_dagster.ml.trusted_types import TRUSTED_TYPES

from .builders import SMALL, calendar, last_of

OWN = "eshop_dagster.ml.revenue."
BOOSTED = {"xgboost.core.Booster", "xgboost.sklearn.XGBRegressor"}


@pytest.fixture(scope="module")
def models(closed_on_sundays):
    panel = read_panel(closed_on_sundays, last_of(closed_on_sundays))
    return fit_nation(panel, holidays_of(calendar()), RevenueParams.from_mapping(SMALL), 3)


def saved_and_loaded(forecaster: RevenueForecaster) -> RevenueForecaster:
    return io.loads(io.dumps(forecaster), trusted=list(TRUSTED_TYPES))


@pytest.mark.parametrize("name", [*MODELS, AVERAGE, *BASELINES])
@pytest.mark.parametrize("method", METHODS)
def test_every_candidate_forecasts_the_same_bytes_after_saving(name, method, models, revenue_result, closed_on_sundays):
    served = revenue_result.forecaster.get_params(deep=False)
    changes = {"candidate": name, "ticket_candidate": name, "state_method": method, "models": models}
    forecaster = RevenueForecaster(**{**served, **changes})
    loaded = saved_and_loaded(forecaster)
    mine, theirs = (each.predict(closed_on_sundays, horizon_days=28) for each in (forecaster, loaded))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)
    assert mine["revenue_brl"].max() > 0


def test_what_a_fit_gives_is_the_same_after_saving(revenue_result, closed_on_sundays):
    loaded = saved_and_loaded(revenue_result.forecaster)
    mine, theirs = (each.predict(closed_on_sundays) for each in (revenue_result.forecaster, loaded))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_the_list_names_exactly_what_the_forecaster_needs(models, revenue_result):
    served = revenue_result.forecaster.get_params(deep=False)
    needed = set(io.get_untrusted_types(data=io.dumps(RevenueForecaster(**{**served, "models": models}))))
    assert needed == {kind for kind in TRUSTED_TYPES if kind.startswith(OWN)} | BOOSTED
