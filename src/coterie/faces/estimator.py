"""`Segmenter`: Coterie as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from coterie.cluster.base import CentreClustering
from coterie.cluster.confidence import memberships, refit_on_others, squared_distances
from coterie.cluster.selection import KChoice, choose_k
from coterie.cluster.structure import Verdict
from coterie.errors import CoterieError
from coterie.prepare.scaling import Scaling, fit_scaling
from coterie.schema import ROW, Column, Schema


class Segmenter(TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means with a chosen k and a verdict, as a scikit-learn estimator.

    Takes a table of numbers as it is: nothing is dropped, no column is given a meaning. For
    cleaning, names and rules use `coterie.segment`.

    Parameters
    ----------
    n_clusters : int or "auto"
        "auto" lets the evidence choose between `k_min` and `k_max`.
    k_min, k_max : int
    scaler : {"standard", "minmax", "robust"}
    random_state : int, RandomState or None
        The same state, the same clusters.

    Attributes
    ----------
    n_clusters_ : int
    labels_ : ndarray of int, shape (n_samples,)
        From 0.
    cluster_centers_ : ndarray of float, shape (n_clusters_, n_features_in_)
        In the units of the input.
    inertia_ : float
        In squared scaled units.
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
        k_min: int = 2,
        k_max: int = 12,
        scaler: Literal["standard", "minmax", "robust"] = "standard",
        random_state: Any = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.k_min = k_min
        self.k_max = k_max
        self.scaler = scaler
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Segmenter:  # noqa: ARG002
        """Find the clusters of `X`, shape (n_samples, n_features); `y` is ignored.

        Raises
        ------
        ValueError
            If there are fewer samples than clusters, or a value is missing or infinite.
        """
        values = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        fixed = None if self.n_clusters == "auto" else int(self.n_clusters)
        if fixed is not None and fixed > len(values):
            raise ValueError(f"n_samples={len(values)} should be >= n_clusters={fixed}.")
        try:
            self._scaling: Scaling = _scaling(values, self.scaler)
            points = self._scaling.matrix(values)
            self.choice_: KChoice = choose_k(
                points, k_min=self.k_min, k_max=self.k_max, k=fixed, seed=self._seed()
            )
        except CoterieError as fault:
            raise ValueError(str(fault)) from fault
        clustering = self.choice_.clusterings[self.choice_.k]
        if not isinstance(clustering, CentreClustering):  # pragma: no cover - k-means it is
            raise TypeError(f"k-means gave a {type(clustering).__name__}.")
        self._clustering: CentreClustering = clustering
        self._temperature = refit_on_others(points, clustering, seed=self._seed()).temperature
        self.n_clusters_ = clustering.n_clusters
        self.cluster_centers_ = self._scaling.invert(clustering.centres)
        placed = clustering.assign(points)
        self.labels_: NDArray[np.int32] = placed.labels
        self.inertia_ = float((placed.distance**2).sum())
        self.verdict_: Verdict = self.choice_.verdict
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the cluster of each sample, shape (n_samples,)."""
        points = self._points(X)
        return self._clustering.assign(points).labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return memberships that sum to 1, shape (n_samples, n_clusters_)."""
        points = self._points(X)
        squares = squared_distances(points, self._clustering.centres)
        return memberships(squares, self._temperature)

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return distances to each centre in scaled units, shape (n_samples, n_clusters_)."""
        points = self._points(X)
        return np.sqrt(squared_distances(points, self._clustering.centres))

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


def _scaling(values: NDArray[np.float64], scaler: Any) -> Scaling:
    """Fit the scaling of a plain table of numbers."""
    import narwhals as nw
    import polars as pl

    names = [f"x{j}" for j in range(values.shape[1])]
    frame = pl.DataFrame(dict(zip(names, values.T, strict=True))).with_row_index(ROW)
    schema = Schema(tuple(Column(name, "number", "feature") for name in names))
    lazy = nw.from_native(frame.lazy())
    return fit_scaling(lazy, schema, tuple(names), scaler=scaler)
