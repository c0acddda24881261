"""A sample of customers in few dimensions, computed once for a release and a model."""

from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import customers
from eshop_dagster.adapters.registry import VersionSummary
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.view import View
from eshop_dagster.ml.features import sorted_by_key
from eshop_dagster.ml.projection import project_segments

SAMPLED = 2_000
_TSNE_SAMPLED, _TSNE_STEPS = 800, 500
"""t-SNE takes 0.7 s so on one core; 1,200 customers and the usual 1,000 steps took more than two."""
_SEED = 7


def components(view: View, version: VersionSummary, dimensions: int) -> tuple[pd.DataFrame, float]:
    """Return principal components with `segment_id`, and the share of variance they explain."""
    return _components(view.release.name, version.version.run_id, dimensions, view, registry.fitted(view, version))


def neighbours(view: View, version: VersionSummary) -> pd.DataFrame:
    """Return t-SNE's two axes, named as components, with `segment_id`."""
    return _neighbours(view.release.name, version.version.run_id, view, registry.fitted(view, version))


@st.cache_data(max_entries=8, show_spinner=False)
def _components(release: str, run_id: str, dimensions: int, _view: View, _model: Any) -> tuple[pd.DataFrame, float]:
    sample = customers.feature_sample(_view.database, SAMPLED)
    found = project_segments(_model, sample, dimensions=dimensions, sample_rows=SAMPLED, seed=_SEED)
    return found.points, float(sum(found.explained_variance_share))


@st.cache_data(max_entries=4, show_spinner=False)
def _neighbours(release: str, run_id: str, _view: View, _model: Any) -> pd.DataFrame:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    sample = sorted_by_key(customers.feature_sample(_view.database, _TSNE_SAMPLED))
    matrix = sample[list(_model.feature_names_)].astype("float64")
    perplexity = min(30.0, (len(matrix) - 1) / 3)
    with threadpool_limits(limits=1):
        drawing = TSNE(perplexity=perplexity, init="pca", random_state=_SEED, max_iter=_TSNE_STEPS)
        places = drawing.fit_transform(_model.transform(matrix))
    points = pd.DataFrame(places, columns=["component_1", "component_2"])
    return points.assign(segment_id=_model.predict(matrix))
