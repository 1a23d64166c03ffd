"""Steps of an exported pipeline that scikit-learn does not have: raw columns in, clusters out.

Unpickling an exported ``kmeans_model.pkl`` needs Coterie installed, because of the first; the
steps after it are scikit-learn's own. Mixtures and dense groups end in the second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin


class RawColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Raw table -> features: impossible values blanked, derived columns, gaps filled, capped.

    Parameters
    ----------
    plan : dict
        Plain values of a Segmentation: ``schema``, ``cleaning``, ``derived``, ``parts``, and
        ``inputs``, the columns that a table must have.
    """

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan

    def fit(self, X: Any, y: object = None) -> RawColumns:
        """Do nothing: all was learnt before."""
        del X, y
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that it is ready for use."""
        return True

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return the features, transformed and capped, shape (n_rows, n_features).

        Parameters
        ----------
        X : pandas, Polars or Arrow frame, or array of shape (n_rows, n_inputs)
            With the columns ``plan["inputs"]``; an array's columns are taken in that order.

        Raises
        ------
        MissingColumnsError
            If a column is not there.
        """
        from coterie.stores.exports import raw_features

        return raw_features(self.plan, X)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the features."""
        del input_features
        return np.array([part["name"] for part in self.plan["parts"]], dtype=object)


class PlacedClusters(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Points -> clusters, as a Coterie model places them.

    Parameters
    ----------
    clusters : dict
        Plain values and arrays, as `cluster.kinds.clustering_to_dict` returns them.
    """

    def __init__(self, clusters: dict[str, Any]) -> None:
        self.clusters = clusters

    def fit(self, X: Any, y: object = None) -> PlacedClusters:
        """Do nothing: all was learnt before."""
        del X, y
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say that it is ready for use."""
        return True

    def predict(self, X: Any) -> NDArray[np.int32]:
        """Return the segment's id minus 1 for each row; -1 for none."""
        from coterie.cluster.kinds import clustering_from_dict

        return clustering_from_dict(self.clusters).assign(np.asarray(X)).labels
