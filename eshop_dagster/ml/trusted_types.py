"""The types beyond skops's own defaults that a saved model may hold: an explicit list, no wildcard, no pickle."""

TRUSTED_TYPES: tuple[str, ...] = (
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBRegressor",
)
"""Pass as `trusted=` to `skops.io.load`; a model that needs a type outside the list must not be loaded."""
