"""The fitted segmentation: one object that gives segment ids, how typical a customer is, and who is an outlier."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.partition import Floats, Labels
from eshop_dagster.ml.segmentation.density import Flags, dense_points, distance_to_dense
from eshop_dagster.ml.segmentation.space import fit_space, sampled_places, segment_space
from eshop_dagster.ml.threads import one_thread

CHUNK_ROWS = 250_000
DENSITY_ROWS = 5_000
TYPICALITY_STEPS = 101


class SegmentModel(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means in the log-scaled, standardised space of behaviour, with published ids and a lane for outliers.

    Attributes:
        feature_names_: the columns that frames must have; others are not looked at.
        space_: the fitted way into the model's space.
        centroids_: shape (k, d), in the model's space, by rising segment id.
        segment_ids_: shape (k,), the published id of each centroid; need not be 0 to k - 1.
        used_ids_: every id that this line of models has given, rising.
        typicality_: shape (k, 101), percentiles at training of the distance of a segment's customers to its centroid.
        dense_points_: shape (m, d), customers of a sample that lie where their segment is dense.
        dense_segments_: shape (m,), their places in `centroids_`.
        names_: what the segments are called (`remember_names`), which the next model of the line goes on with.
        customer_count_: how many customers the shop had at training.
        shop_days_: how old the shop was then: the tenure of its first customer.
        outlier_distance_: shape (k,), the distance to the nearest dense point of the segment above which a customer is
            an outlier.
    """

    def __init__(
        self,
        n_segments: int = 3,
        *,
        n_init: int = 10,
        smallest_share: float = 0.02,
        outlier_share: float = 0.02,
        seed: int = 0,
    ) -> None:
        self.n_segments = n_segments
        self.n_init = n_init
        self.smallest_share = smallest_share
        self.outlier_share = outlier_share
        self.seed = seed

    def fit(self, frame: pd.DataFrame, y: None = None) -> Self:
        """Fit on customers in an order of their values (see `sorted_by_value`); ids are 0 to k - 1, by chance."""
        self.feature_names_ = tuple(str(name) for name in frame.columns)
        with threadpool_limits(limits=1):
            self.space_ = fit_space(segment_space(self.feature_names_), frame)
            points = np.asarray(self.space_.transform(frame), dtype=np.float64)
            kmeans = KMeans(n_clusters=self.n_segments, n_init=self.n_init, random_state=self.seed).fit(points)
            self.centroids_ = np.asarray(kmeans.cluster_centers_, dtype=np.float64)
            places, distances = self._nearest(points)
            self.typicality_: Floats = self._typicality(places, distances)
            density = self._density(points, places)
            self.dense_points_, self.dense_segments_, self.outlier_distance_ = density
        self.names_: list[dict[str, object]] = []
        self.remember_shop(frame)
        return self.publish(range(self.n_segments))

    def publish(self, ids: Iterable[int], used_ids: Iterable[int] = ()) -> Self:
        """Give each centroid, in its present order, a published id, and sort everything by id.

        Args:
            ids: one for each centroid, all different.
            used_ids: ids that the line gave before, besides these.
        """
        given = np.array(list(ids), dtype=np.int64)
        if len(given) != len(self.centroids_) or len(set(given.tolist())) != len(given) or (given < 0).any():
            raise ValueError(
                f"ids are {given.tolist()}; expected {len(self.centroids_)} different ids of 0 or more, one a segment."
            )
        order = np.argsort(given)
        self.segment_ids_ = given[order]
        self.used_ids_ = np.array(sorted({*given.tolist(), *used_ids}), dtype=np.int64)
        self.centroids_ = np.ascontiguousarray(self.centroids_[order])
        self.typicality_ = self.typicality_[order]
        self.outlier_distance_ = self.outlier_distance_[order]
        self.dense_segments_ = np.argsort(order)[self.dense_segments_]
        return self

    def remember_used_ids(self, ids: Iterable[int]) -> Self:
        """Keep ids that were published besides these, such as by a champion since rolled back: none is given again."""
        self.used_ids_ = np.array(sorted({*self.used_ids_.tolist(), *ids}), dtype=np.int64)
        return self

    def remember_shop(self, frame: pd.DataFrame) -> Self:
        """Keep the size and age of the shop, of which `frame` holds every customer."""
        self.customer_count_ = len(frame)
        self.shop_days_ = int(frame["tenure_days"].max()) if "tenure_days" in frame.columns else 0
        return self

    def remember_names(self, names: Iterable[Mapping[str, object]]) -> Self:
        """Keep `segment_id`, `kind`, `name_pt` and `name_en` of each persona with the model."""
        kept = ("segment_id", "kind", "name_pt", "name_en")
        self.names_ = [{name: persona[name] for name in kept} for persona in names]
        return self

    def names(self, language: str) -> dict[int, str]:
        """Return the name of each segment by id, in `pt` or `en`; empty before `remember_names`."""
        return {int(str(persona["segment_id"])): str(persona[f"name_{language}"]) for persona in self.names_}

    def transform(self, frame: pd.DataFrame) -> Floats:
        """Return the customers in the model's space, shape (n, d)."""
        points: Floats = np.asarray(self.space_.transform(frame[list(self.feature_names_)]), dtype=np.float64)
        return points

    def predict(self, frame: pd.DataFrame) -> Labels:
        """Return the segment id of each customer, outliers too, shape (n,)."""
        return np.concatenate(
            [np.empty(0, dtype=np.int64), *(self.segment_ids_[self._nearest(part)[0]] for part in self._parts(frame))]
        )

    def typicality(self, frame: pd.DataFrame) -> Floats:
        """Return the share (0-1) of the segment's customers, at training, that lay farther from its centroid."""
        return self.assign(frame)["typicality"].to_numpy()

    def is_outlier(self, frame: pd.DataFrame) -> Flags:
        """Return who lies too far from every dense point of the segment, shape (n,)."""
        return self.assign(frame)["is_outlier"].to_numpy()

    def assign(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return `segment_id`, `typicality` and `is_outlier` row by row, index kept: one pass, memory bounded."""
        trees = [cKDTree(self.dense_points_[self.dense_segments_ == place]) for place in range(len(self.centroids_))]
        parts = [self._assign(points, trees) for points in self._parts(frame)]
        ids, typical, outlier = zip(*parts, strict=True) if parts else ((), (), ())
        columns = {
            "segment_id": np.concatenate([np.empty(0, dtype=np.int64), *ids]),
            "typicality": np.concatenate([np.empty(0), *typical]),
            "is_outlier": np.concatenate([np.empty(0, dtype=np.bool_), *outlier]),
        }
        return pd.DataFrame(columns, index=frame.index)

    def _parts(self, frame: pd.DataFrame) -> Iterable[Floats]:
        with one_thread():
            for start in range(0, len(frame), CHUNK_ROWS):
                yield self.transform(frame.iloc[start : start + CHUNK_ROWS])

    def _assign(self, points: Floats, trees: Sequence[cKDTree]) -> tuple[Labels, Floats, Flags]:
        places, distances = self._nearest(points)
        typical, outlier = np.empty(len(points)), np.zeros(len(points), dtype=np.bool_)
        levels = np.linspace(0.0, 1.0, TYPICALITY_STEPS)
        for place, tree in enumerate(trees):
            own = places == place
            typical[own] = 1.0 - np.interp(distances[own], self.typicality_[place], levels)
            if own.any():
                outlier[own] = tree.query(points[own])[0] > self.outlier_distance_[place]
        return self.segment_ids_[places], typical, outlier

    def _nearest(self, points: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """Place of the nearest centroid, and its distance. Sums run over the features of one customer only, so that no
        other row, chunk or thread changes a bit; of equally near centroids the first one counts.
        """
        squares = np.stack([np.square(points - centroid).sum(axis=1) for centroid in self.centroids_], axis=1)
        places = squares.argmin(axis=1)
        return places, np.sqrt(squares[np.arange(len(points)), places])

    def _typicality(self, places: npt.NDArray[np.intp], distances: Floats) -> Floats:
        levels = np.linspace(0.0, 1.0, TYPICALITY_STEPS)
        own = [distances[places == place] for place in range(len(self.centroids_))]
        return np.stack([np.quantile(values, levels) for values in own])

    def _density(self, points: Floats, places: npt.NDArray[np.intp]) -> tuple[Floats, npt.NDArray[np.intp], Floats]:
        drawn = sampled_places(len(points), DENSITY_ROWS, np.random.default_rng([self.seed, len(points)]))
        sample, segments = points[drawn], places[drawn]
        dense = dense_points(sample, segments, self.smallest_share, self.outlier_share)
        limits: Floats = np.full(len(self.centroids_), np.inf)
        for place in np.unique(segments):
            own = segments == place
            distances = distance_to_dense(sample[own], dense[own])
            # No interpolation: between a distance and infinity there is none.
            limits[place] = np.quantile(distances, 1.0 - self.outlier_share, method="higher")
        return np.ascontiguousarray(sample[dense]), segments[dense], limits
