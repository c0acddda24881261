"""What `eshop bench` measures of the models: each step beside bare scikit-learn and XGBoost calls on the same arrays.

The floor makes the calls that the step cannot do without, with the settings of `params.yaml`, and nothing else: no
intervals, no bootstrap of metrics, no evidence, no files. BG/NBD with Gamma-Gamma has no bare equal and is left out of
it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.settings import load_settings
from eshop_dagster.stages.kind import seed_of, without_seed
from eshop_dagster.stages.kinds.spend.training import labelled_rows_of, spend_params
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.snapshot import read_features, read_snapshot

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def segmentation(home: Path, days: int) -> dict[str, Any]:
    """Fit the segmentation on the snapshot that lies in the home, and assign every customer to a segment."""
    from sklearn.pipeline import Pipeline

    from eshop_dagster.ml.features import feature_matrix
    from eshop_dagster.ml.segmentation import SegmentationParams, fit_segments
    from eshop_dagster.ml.segmentation.params import SEGMENT_FEATURES

    platform = _platform(home)
    given = platform.params.of("segmentation")
    chosen, seed = SegmentationParams.from_mapping(without_seed(given)), seed_of(given)
    rows = read_snapshot(platform).scoring()
    parts = _Parts()
    with parts.measure("segmentation fit"):
        model = fit_segments(rows, chosen, seed).pipeline
    matrix = feature_matrix(rows, SEGMENT_FEATURES)
    with parts.floor("segmentation fit"):
        space: Pipeline = _fit_bare_segments(matrix, chosen, seed)
    customers = _customers(platform, SEGMENT_FEATURES)
    with parts.measure("segmentation assignment"):
        model.predict(customers)
    with parts.floor("segmentation assignment"):
        _assign_bare(space, customers, len(model.segment_ids_), seed)
    return parts.as_json(customers=len(customers), training_customers=len(rows))


def spend(home: Path, days: int) -> dict[str, Any]:
    """Fit the spend model on the snapshot that lies in the home, and score every customer."""
    from eshop_dagster.ml.features import FEATURES
    from eshop_dagster.ml.spend import fit_spend

    platform = _platform(home)
    seed, chosen = seed_of(platform.params.of("spend")), spend_params(platform.params)
    snapshot = read_snapshot(platform)
    (learned, judging), scoring = labelled_rows_of(snapshot, seed, chosen.fit_rows), snapshot.scoring()
    parts = _Parts()
    with parts.measure("spend training"):
        result = fit_spend(learned, judging, scoring, chosen, seed, snapshot.label_days)
    with parts.floor("spend training"):
        fitted = _fit_bare_spend(learned, judging, chosen, seed)
    if result.mean is None:
        return parts.as_json(candidate="none")
    customers = _customers(platform, tuple(FEATURES))
    with parts.measure("spend scoring"):
        result.mean.pipeline.predict(customers)
    with parts.floor("spend scoring"):
        rows = customers.to_numpy("float32")
        for name in result.mean.pipeline.weights:
            if name.partition("*")[0] in fitted:
                fitted[name.partition("*")[0]](rows)
    return parts.as_json(customers=len(customers), candidate=result.mean.name)


class _Parts:
    """Seconds of a step's parts, and of their floors, by name."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, float]] = {}

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        started, used = time.perf_counter(), _core_seconds()
        yield
        self._found[name] = {"seconds": time.perf_counter() - started, "core_seconds": _core_seconds() - used}

    @contextmanager
    def floor(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._found[name]["floor_seconds"] = time.perf_counter() - started

    def as_json(self, **facts: object) -> dict[str, Any]:
        parts = {name: {key: round(value, 3) for key, value in one.items()} for name, one in self._found.items()}
        return {"parts": parts, **facts}


def _core_seconds() -> float:
    used = os.times()
    return used.user + used.system


def _platform(home: Path) -> Platform:
    return Platform(load_settings(home), load_params())


def _customers(platform: Platform, names: tuple[str, ...]) -> "pd.DataFrame":
    from eshop_dagster.ml.features import feature_matrix

    latest = platform.warehouse.read("SELECT max(as_of_date) AS day FROM customer_features")["day"][0].as_py()
    return feature_matrix(read_features(platform, latest).select(names).to_pandas(), names)


def _fit_bare_segments(matrix: "pd.DataFrame", params: Any, seed: int) -> Any:
    """Fit the space, K-means for each number of segments, and both again on each bootstrap sample."""
    import numpy as np
    from sklearn.cluster import HDBSCAN, KMeans
    from sklearn.metrics import silhouette_score
    from threadpoolctl import threadpool_limits

    from eshop_dagster.ml.segmentation.count import BOOTSTRAP_JUDGED_ROWS, BOOTSTRAP_ROWS, BOOTSTRAP_STARTS
    from eshop_dagster.ml.segmentation.space import segment_space

    rng = np.random.default_rng(seed)
    with threadpool_limits(limits=1):
        fitted_on = matrix.sample(min(len(matrix), params.fit_rows), random_state=seed)
        space = segment_space(list(matrix.columns)).fit(fitted_on)
        points = np.asarray(space.transform(fitted_on))
        judged = points[: params.judged_rows]
        for count in range(params.least_segments, params.most_segments + 1):
            labels = KMeans(count, n_init=params.n_init, random_state=seed).fit(points).predict(judged)
            silhouette_score(judged, labels)
            for start in range(params.bootstraps):
                drawn = points[rng.integers(0, len(points), min(len(points), BOOTSTRAP_ROWS))]
                again = KMeans(count, n_init=BOOTSTRAP_STARTS, random_state=start).fit(drawn).predict(judged)
                silhouette_score(judged[:BOOTSTRAP_JUDGED_ROWS], again[:BOOTSTRAP_JUDGED_ROWS])
        for _ in range(1 + params.bootstraps):
            HDBSCAN(min_cluster_size=100, min_samples=10, copy=True, n_jobs=1).fit(judged)
    return space


def _assign_bare(space: Any, customers: "pd.DataFrame", count: int, seed: int) -> None:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        points = space.transform(customers)
        KMeans(count, n_init=1, max_iter=1, random_state=seed).fit(points[:1000]).predict(points)


def _fit_bare_spend(
    learned: "pd.DataFrame", judging: "pd.DataFrame", params: Any, seed: int
) -> "dict[str, Callable[[np.ndarray], np.ndarray]]":
    """Fit each estimator as often as the parts need it: for each judged window, and once more; and predict by it."""
    import pandas as pd

    from eshop_dagster.ml.features import AS_OF_DATE, FEATURES, LABEL, feature_matrix
    from eshop_dagster.ml.spend.parts import PARTS
    from eshop_dagster.ml.spend.sampling import drawn_rows

    names = tuple(FEATURES)
    drawn = drawn_rows(learned, [*names, LABEL], rows=params.fit_rows, seed=seed)
    ends = pd.to_datetime(drawn[AS_OF_DATE]) + pd.Timedelta(days=params.horizon_days)
    kinds = [name.partition("*")[0] for name in PARTS]
    fitted: dict[str, Any] = {}
    for day in [*sorted(set(judging[AS_OF_DATE])), None]:
        known = drawn if day is None else drawn[ends <= pd.Timestamp(day)]
        later = judging if day is None else judging[judging[AS_OF_DATE] == day]
        if (known[LABEL] > 0).any():
            matrix, spent = feature_matrix(known, names).to_numpy("float32"), known[LABEL].to_numpy()
            unseen = feature_matrix(later, names).to_numpy("float32")
            for part, fit in _bare_estimators(params, seed).items():
                for _ in range(kinds.count(part)):
                    fitted[part] = fit(matrix, spent)
                    fitted[part](unseen)
    return fitted


def _bare_estimators(params: Any, seed: int) -> "dict[str, Callable[[np.ndarray, np.ndarray], Any]]":
    """Return by part what fits its estimator on features and spend, and gives back what predicts."""
    import numpy as np
    import xgboost
    from sklearn.linear_model import GammaRegressor, LogisticRegression, TweedieRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    def scaled(estimator: Any) -> Any:
        return make_pipeline(FunctionTransformer(np.arcsinh), StandardScaler(), estimator)

    def linear(known: np.ndarray, spent: np.ndarray) -> Any:
        settings = params.linear
        model = TweedieRegressor(power=settings.power, alpha=settings.alpha, max_iter=settings.max_iter, link="log")
        return scaled(model).fit(known, spent / spent.mean()).predict

    def two_part(known: np.ndarray, spent: np.ndarray) -> Any:
        bought, alpha, most = spent > 0, params.two_part.alpha, params.two_part.max_iter
        chance = scaled(LogisticRegression(C=1 / (alpha * len(known)), max_iter=most)).fit(known, bought)
        amount = scaled(GammaRegressor(alpha=alpha, max_iter=most)).fit(known[bought], spent[bought] / spent.mean())
        return lambda rows: chance.predict_proba(rows)[:, 1] * amount.predict(rows)

    def boosted(known: np.ndarray, spent: np.ndarray) -> Any:
        model = xgboost.XGBRegressor(
            objective="reg:tweedie", tree_method="hist", random_state=seed, n_jobs=1, **vars(params.xgboost)
        )
        return model.fit(known, spent / spent.mean()).predict

    return {"linear": linear, "two_part": two_part, "xgboost": boosted}
