"""`Segmenter`: Coterie as a scikit-learn estimator."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from coterie.cluster.base import CentreClustering, Clustering, Floats, Labels
from coterie.cluster.confidence import memberships, refit_on_others
from coterie.cluster.grid import MEASURES
from coterie.cluster.kmeans import polish
from coterie.cluster.selection import KChoice, choose_k
from coterie.cluster.structure import Verdict
from coterie.config import RunConfig
from coterie.errors import ConfigError, CoterieError
from coterie.prepare.scaling import Scaling, fit_scaling
from coterie.schema import ROW, Column, Schema
from coterie.workflow.grouping import Found, find_groups
from coterie.workflow.rfm import make_cells

if TYPE_CHECKING:
    import narwhals as nw


class Segmenter(TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Clusters with a chosen k and a verdict, as a scikit-learn estimator.

    Takes a table of numbers as it is: nothing is dropped, no column is given a meaning. For
    cleaning, names and rules use `coterie.segment`.

    Parameters
    ----------
    n_clusters : int or "auto"
        "auto" lets the evidence choose between `k_min` and `k_max`.
    method : str
        "kmeans", "minibatch", "bisecting", "mixture", "ward", "dbscan", "hdbscan" or "rfm" (three
        columns: recency, frequency and monetary value). The last three find the number of
        clusters themselves. Those that take categories, "kprototypes" and "famd", are
        for `coterie.segment`.
    k_min, k_max : int
    scaler : {"standard", "minmax", "robust"}
    random_state : int, RandomState or None
        The same state, the same clusters.

    Attributes
    ----------
    n_clusters_ : int
    labels_ : ndarray of int, shape (n_samples,)
        From 0; -1 for samples in no cluster, which "dbscan" and "hdbscan" leave out.
    cluster_centers_ : ndarray of float, shape (n_clusters_, n_features_in_)
        In the units of the input.
    inertia_ : float
        In squared scaled units, of the samples in a cluster.
    verdict_ : Verdict
        How real the clusters are.
    choice_ : KChoice
        Every k tried with its figures.

    Examples
    --------
    >>> from sklearn.datasets import make_blobs
    >>> points, _ = make_blobs(300, centers=3, random_state=0, cluster_std=0.5)
    >>> found = Segmenter().fit(points)
    >>> found.n_clusters_, found.verdict_.kind
    (3, 'natural')
    """

    def __init__(
        self,
        n_clusters: int | Literal["auto"] = "auto",
        *,
        method: str = "kmeans",
        k_min: int = 2,
        k_max: int = 12,
        scaler: Literal["standard", "minmax", "robust"] = "standard",
        random_state: Any = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.method = method
        self.k_min = k_min
        self.k_max = k_max
        self.scaler = scaler
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Segmenter:  # noqa: ARG002
        """Find the clusters of `X`, shape (n_samples, n_features); `y` is ignored.

        Raises
        ------
        ValueError
            If there are fewer samples than clusters, a value is missing or infinite, or the
            method does not go with the samples or with `n_clusters`.
        """
        values = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        fixed = None if self.n_clusters == "auto" else int(self.n_clusters)
        if fixed is not None and fixed > len(values):
            raise ValueError(f"n_samples={len(values)} should be >= n_clusters={fixed}.")
        try:
            self._scaling, found = self._find(values, fixed)
        except CoterieError as fault:
            raise ValueError(str(fault)) from fault
        self.choice_: KChoice = found.quality
        points = self._scaling.matrix(values)
        clustering = _on_all(points, found.clustering)
        self._clustering: Clustering = clustering
        self._temperature = found.refit(points, clustering).temperature
        self.n_clusters_ = clustering.n_clusters
        self.cluster_centers_ = self._scaling.invert(clustering.centres)
        self.labels_: Labels = clustering.assign(points).labels
        inside = self.labels_ >= 0
        away = points[inside] - clustering.centres[self.labels_[inside]]
        self.inertia_ = float(np.einsum("ij,ij->", away, away))
        self.verdict_: Verdict = self.choice_.verdict
        return self

    def _find(self, values: Floats, fixed: int | None) -> tuple[Scaling, Found]:
        """Scale the samples and look for clusters among them."""
        if self.method in ("kprototypes", "famd"):
            raise ConfigError(
                [f"{self.method} takes categories, and samples here are numbers. Use "
                 "coterie.segment."]
            )  # fmt: skip
        if self.method == "auto":
            raise ConfigError(["Methods are compared by coterie.compare_methods."])
        names = tuple(f"x{j}" for j in range(values.shape[1]))
        frame = _frame(values, names)
        scaling = _scaling(frame, names, self.scaler)
        if self.method == "kmeans":  # More clusters than people could tell apart are allowed here.
            points = scaling.matrix(values)
            quality = choose_k(
                points, k_min=self.k_min, k_max=self.k_max, k=fixed, seed=self._seed()
            )
            return scaling, Found(quality, partial(refit_on_others, seed=self._seed()))
        config = RunConfig(
            k=fixed,
            method=self.method,
            k_min=self.k_min,
            k_max=self.k_max,
            scaler=self.scaler,
            seed=self._seed(),
        )
        if self.method == "rfm":
            if len(scaling.features) != MEASURES or len(names) != MEASURES:
                raise ConfigError(
                    ["The RFM grid takes three columns that vary: recency, frequency and monetary "
                     f"value; there are {len(scaling.features)}."]
                )  # fmt: skip
            cells, scaling = make_cells(frame, names, scaling, config)
            return scaling, cells.look(scaling.matrix(values), config)
        return scaling, find_groups(scaling.matrix(values), config)

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the cluster of each sample, shape (n_samples,); -1 for none."""
        points = self._points(X)
        return self._clustering.assign(points).labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return memberships that sum to 1, shape (n_samples, n_clusters_).

        Methods that leave samples out have one column more, for none.
        """
        points = self._points(X)
        return memberships(self._clustering.costs(points), self._temperature)

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return distances to each cluster, shape (n_samples, n_clusters_).

        As the method measures them: from the centre in scaled units, in standard deviations of a
        mixture's component, or from the nearest core sample in parts of the reach.
        """
        points = self._points(X)
        return self._clustering.distances(points)

    def _points(self, X: ArrayLike) -> NDArray[np.float64]:
        """Validate and scale new samples."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        return self._scaling.matrix(values)

    def _seed(self) -> int:
        """Return a whole number from `random_state`."""
        from sklearn.utils import check_random_state

        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))


def _on_all(points: Floats, clustering: Clustering) -> Clustering:
    """Move the centres of k-means to where all samples want them, if they come from some."""
    if clustering.method != "kmeans" or len(points) <= RunConfig().sample:
        return clustering
    centres, _inertia = polish(lambda: iter([points]), clustering.centres)
    return CentreClustering(centres)


def _frame(values: Floats, names: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Return samples as a table."""
    import narwhals as nw
    import polars as pl

    frame = pl.DataFrame(dict(zip(names, values.T, strict=True))).with_row_index(ROW)
    return nw.from_native(frame.lazy())


def _scaling(frame: nw.LazyFrame[Any], names: tuple[str, ...], scaler: Any) -> Scaling:
    """Fit the scaling of a plain table of numbers."""
    schema = Schema(tuple(Column(name, "number", "feature") for name in names))
    return fit_scaling(frame, schema, names, scaler=scaler)
