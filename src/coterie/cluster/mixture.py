"""A Gaussian mixture as clusters: a point belongs to the component it most likely came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from coterie.cluster.base import Assignment, Clustering, Floats, assign_by_cost
from coterie.cluster.gaussians import Shape, fit_mixture
from coterie.cluster.kmeans import canonical_order, fit_kmeans
from coterie.cluster.resampling import quick_fit

# Added to every variance, so that no component shrinks onto a point.
_LEAST_VARIANCE = 1e-3
_STARTS = 2
# Rows that a component must have for each free number of its covariance.
_ROWS_EACH = 2.0
_SHAPES: tuple[Shape, ...] = ("full", "tied", "diag")
_SHAPE_ROWS = 1_000
_SHAPE_KS = (1, 2, 3, 4, 5, 6, 8, 10)
_QUICK_STEPS = 20


@dataclass(frozen=True, eq=False)
class MixtureClustering:
    """Clusters that are the components of a Gaussian mixture.

    The cost of placing a point in a component is ``-2 log(weight x density)``, up to a constant:
    with temperature 2 the shares of membership are the mixture's own probabilities.

    Parameters
    ----------
    weights : float64 array, shape (n_clusters,)
        Shares of the components; they sum to 1.
    centres : float64 array, shape (n_clusters, n_features)
        Means of the components.
    covariances : float64 array, shape (n_clusters, n_features, n_features)
    method : str

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, or a covariance has no inverse.

    Examples
    --------
    >>> found = MixtureClustering([0.5, 0.5], [[0.0], [4.0]], [[[1.0]], [[1.0]]])
    >>> found.assign([[1.0], [3.5]]).labels.tolist()
    [0, 1]
    """

    weights: Floats
    centres: Floats
    covariances: Floats
    method: str = "mixture"
    _whiten: Floats = field(init=False, repr=False)
    _constant: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        weights, centres, covariances = (
            np.array(part, dtype=np.float64, order="C")
            for part in (self.weights, self.centres, self.covariances)
        )
        if centres.ndim != 2 or 0 in centres.shape:
            raise ValueError(
                f"centres must have shape (n_clusters, n_features); got {centres.shape}."
            )
        k, d = centres.shape
        if weights.shape != (k,) or covariances.shape != (k, d, d):
            raise ValueError(
                f"weights of shape {weights.shape} and covariances of shape {covariances.shape} "
                f"do not fit centres of shape {centres.shape}."
            )
        if not all(np.isfinite(part).all() for part in (weights, centres, covariances)):
            raise ValueError("weights, centres and covariances must be finite numbers.")
        try:
            factors = np.linalg.cholesky(covariances)
        except np.linalg.LinAlgError:
            raise ValueError("A covariance of the mixture has no inverse.") from None
        volume = 2.0 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
        constant = volume - 2.0 * np.log(np.maximum(weights, 1e-300))
        for name, part in (
            ("weights", weights),
            ("centres", centres),
            ("covariances", covariances),
            ("_whiten", np.linalg.inv(factors)),
            ("_constant", constant),
        ):
            part.setflags(write=False)
            object.__setattr__(self, name, part)

    @property
    def n_clusters(self) -> int:
        """How many components there are."""
        return int(self.centres.shape[0])

    @property
    def n_features(self) -> int:
        """How many columns a point has."""
        return int(self.centres.shape[1])

    @property
    def leaves_out(self) -> bool:
        """False: some component is always the likeliest."""
        return False

    def costs(self, points: ArrayLike) -> Floats:
        """Return ``-2 log(weight x density)`` up to a constant, shape (n, n_clusters)."""
        return self._squares(points) + self._constant

    def distances(self, points: ArrayLike) -> Floats:
        """Return Mahalanobis distances: in standard deviations of each component."""
        return np.sqrt(self._squares(points))

    def _squares(self, points: ArrayLike) -> Floats:
        table = np.asarray(points, dtype=np.float64)
        squares = np.empty((len(table), self.n_clusters))
        for index, (centre, whiten) in enumerate(zip(self.centres, self._whiten, strict=True)):
            white = np.einsum("ij,kj->ik", table - centre, whiten)
            np.einsum("ij,ij->i", white, white, out=squares[:, index])
        return squares

    def assign(self, points: ArrayLike) -> Assignment:
        """Place each point with its likeliest component; see `base.assign_by_cost`."""
        return assign_by_cost(self, points)

    def reordered(self, order: Sequence[int]) -> MixtureClustering:
        """Return the same components in another order."""
        index = list(order)
        return replace(
            self,
            weights=self.weights[index],
            centres=self.centres[index],
            covariances=self.covariances[index],
        )


def choose_shape(points: Floats, seed: int) -> Shape:
    """Return the covariance shape whose best mixture has the lowest BIC, on at most 1,000 rows."""
    rng = np.random.default_rng([seed, 5])
    if len(points) > _SHAPE_ROWS:
        points = points[np.sort(rng.choice(len(points), _SHAPE_ROWS, replace=False))]
    most = min(_SHAPE_KS[-1], len(np.unique(points, axis=0)))
    starts = [quick_fit(points, k, rng).centres for k in _SHAPE_KS if k <= most]
    scores: dict[Shape, float] = {}
    for shape in _SHAPES:
        fits = [fit_mixture(points, start, shape) for start in starts]
        scores[shape] = min(
            np.inf if _is_scarce(fit.weights, points, shape) else fit.bic for fit in fits
        )
    return min(_SHAPES, key=lambda shape: scores[shape])


def fit_mixtures(
    points: Floats, ks: Sequence[int], seed: int, shape: Shape
) -> dict[int, Clustering]:
    """Fit a mixture for each number of components: scikit-learn's, from the centres of k-means.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
    ks : sequence of int
    seed : int
    shape : {"full", "tied", "diag"}
        One covariance a component, one for all, or one variance a column and component.

    Returns
    -------
    dict of int to MixtureClustering

    References
    ----------
    C. Fraley, A. E. Raftery, "Model-based clustering, discriminant analysis, and density
    estimation", JASA 97:611-631, 2002.
    """
    return {
        k: _fit_one(points, fit_kmeans(points, k, seed=seed, effort=_STARTS).centres, shape, seed)
        for k in ks
    }


def _is_scarce(weights: Floats, points: Floats, shape: Shape) -> bool:
    """Tell whether some component has too few rows for its covariance."""
    n, d = points.shape
    free = d * (d + 1) / 2 if shape == "full" else d
    return len(weights) > 1 and float(weights.min()) * n < _ROWS_EACH * free


def _fit_one(points: Floats, start: Floats, shape: Shape, seed: int) -> MixtureClustering:
    """Fit one mixture from given centres."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    k, d = start.shape
    # A few steps from the centres first: the library's own starts know nothing of them.
    begun = fit_mixture(points, start, shape, steps=_QUICK_STEPS)
    inverse = np.linalg.inv(begun.covariances)
    precisions = {
        "full": inverse,
        "tied": inverse[0],
        "diag": np.diagonal(inverse, axis1=1, axis2=2),
    }[shape]
    model = GaussianMixture(
        k,
        covariance_type=shape,
        reg_covar=_LEAST_VARIANCE,
        weights_init=begun.weights / begun.weights.sum(),
        means_init=begun.means,
        precisions_init=precisions,
        init_params="random_from_data",
        random_state=seed,
        max_iter=200,
    )
    with warnings.catch_warnings():
        # A fit that still moves after 200 steps is as good as its likelihood says.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points)
    covariances = model.covariances_
    if shape == "diag":
        covariances = covariances[:, :, None] * np.eye(d)
    elif shape == "tied":
        covariances = np.broadcast_to(covariances, (k, d, d))
    found = MixtureClustering(model.weights_, model.means_, covariances)
    return found.reordered(canonical_order(found.centres, points).tolist())


def quick_mixture(points: Floats, k: int, rng: np.random.Generator, shape: Shape) -> Clustering:
    """Fit a mixture of one shape by a few steps: enough to compare many random tables."""
    start = quick_fit(points, k, rng).centres
    fitted = fit_mixture(points, start, shape, steps=_QUICK_STEPS)
    return MixtureClustering(
        fitted.weights / fitted.weights.sum(), fitted.means, fitted.covariances
    )
