"""Figures of the models, drawn without a screen and without shared state."""

from eshop_dagster.ml.plots.segmentation import scatter_3d_figure, scatter_figure, silhouette_figure, sizes_figure
from eshop_dagster.ml.plots.spend import candidates_figure, deciles_figure, residuals_figure

__all__ = [
    "candidates_figure",
    "deciles_figure",
    "residuals_figure",
    "scatter_3d_figure",
    "scatter_figure",
    "silhouette_figure",
    "sizes_figure",
]
