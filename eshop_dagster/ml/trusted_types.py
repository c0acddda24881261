"""The types beyond skops's own defaults that a saved model may hold: an explicit list, no wildcard, no pickle."""

TRUSTED_TYPES: tuple[str, ...] = (
    "eshop_dagster.ml.segmentation.model.SegmentModel",
    "eshop_dagster.ml.revenue.effects.Effects",
    "eshop_dagster.ml.revenue.forecaster.RevenueForecaster",
    "eshop_dagster.ml.revenue.intervals.Intervals",
    "eshop_dagster.ml.spend.bg_nbd.BuyTillYouDieSpend",
    "eshop_dagster.ml.spend.intervals.ConformalBands",
    "eshop_dagster.ml.spend.linear.LogFeatures",
    "eshop_dagster.ml.spend.linear.TweedieSpend",
    "eshop_dagster.ml.spend.linear.TwoPartSpend",
    "eshop_dagster.ml.spend.model.SpendMean",
    "eshop_dagster.ml.spend.outlook.SpendOutlook",
    "eshop_dagster.ml.spend.past.PastRateSpend",
    "eshop_dagster.ml.spend.past.PastTotalSpend",
    "eshop_dagster.ml.spend.purchase.PurchaseModel",
    "eshop_dagster.ml.spend.season.SeasonTable",
    "eshop_dagster.ml.spend.season.SeasonalSpend",
    "eshop_dagster.ml.spend.trees.BoostedSpend",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBRegressor",
)
"""Pass as `trusted=` to `skops.io.load`; a model that needs a type outside the list must not be loaded."""
