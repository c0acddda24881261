"""The sitting champion on the windows that a challenger is judged on, without rows that it has learned from."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import AS_OF_DATE, feature_matrix
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.model import SpendMean
from eshop_dagster.ml.spend.walk import WalkForward
from eshop_dagster.ml.spend.weights import rescaled


def champion_says(champion: SpendMean, walk: WalkForward) -> Floats | None:
    """Return what the champion expects of each judged row; None where nothing of it can be held against them.

    On a window that began when it had been trained already, the champion itself predicts: there its age counts. On an
    earlier one it has learned the very labels, so that its formula stands in for it: its weights, with the parts fitted
    as the challenger's are, on what was known when the window began. A champion of last week is then held against its
    challenger formula against formula.
    """
    since = pd.Timestamp(champion.learned_until_)
    is_unseen = (pd.to_datetime(walk.rows[AS_OF_DATE]) >= since).to_numpy()
    known = {name: weight for name, weight in champion.weights_by_name().items() if name in walk.said}
    if not known and not is_unseen.all():
        return None
    said = walk.mean_of(rescaled(known)) if known else np.zeros(len(walk.rows))
    if is_unseen.any():
        said[is_unseen] = champion.predict(feature_matrix(walk.rows[is_unseen], champion.feature_names_))
    return said
