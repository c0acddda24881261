"""Figures of the models, drawn without a screen and without shared state."""

from eshop_dagster.ml.plots.revenue import revenue_candidates_figure, revenue_fan_figure, revenue_months_figure
from eshop_dagster.ml.plots.segmentation import (
    migration_figure,
    scatter_3d_figure,
    scatter_figure,
    silhouette_figure,
    sizes_figure,
)
from eshop_dagster.ml.plots.spend import (
    candidates_figure,
    chances_figure,
    coverage_figure,
    deciles_figure,
    residuals_figure,
)

__all__ = [
    "candidates_figure",
    "chances_figure",
    "coverage_figure",
    "deciles_figure",
    "migration_figure",
    "residuals_figure",
    "revenue_candidates_figure",
    "revenue_fan_figure",
    "revenue_months_figure",
    "scatter_3d_figure",
    "scatter_figure",
    "silhouette_figure",
    "sizes_figure",
]
