"""By how much the RMSE of two predictions differs, how sure that is, and whether a steadier error says the same."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from eshop_dagster.ml.bootstrap import Interval, paired_bootstrap
from eshop_dagster.ml.metrics import tweedie_deviance
from eshop_dagster.ml.spend.effects import Floats

LEAST_SHARE = 0.05
"""Of the mean spend. What is expected below counts as so much in the deviance: nothing promised to who then buys would
decide it alone."""


def rmse_apart(
    actual: Floats, a: Floats, b: Floats, customers: npt.ArrayLike, seed: int, *, draws: int = 500
) -> Interval:
    """Return RMSE(a) - RMSE(b) with its interval, confirmed where the Tweedie deviance differs the same way.

    A few customers may decide the squared error of a window, and its interval too: those who might have bought as much
    and did not are in no resample. The deviance is of everybody, and both are lowest at the mean.

    Args:
        actual: true spend, an amount.
        a: what the one expects, an amount.
        b: what the other expects.
        customers: whose row each is; the rows of a customer are drawn together.
        seed: of the draws.
        draws: number of resamples.
    """
    apart = paired_bootstrap(actual, a, b, "rmse_brl", seed, draws=draws, clusters=customers)
    least = LEAST_SHARE * float(actual.mean())
    deviances = [tweedie_deviance(actual, np.maximum(one, least)) for one in (a, b)]
    return replace(apart, is_confirmed=(deviances[0] - deviances[1]) * apart.value > 0)
