"""Gaussian mixtures of diagonal, tied and full covariances, fitted from given centres.

What scikit-learn's `GaussianMixture` fits; written out because a run that chooses k in seconds
cannot spend one of them on importing it (docs/decisions/0003), and tested against it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from coterie.cluster.base import Floats, Labels
from coterie.cluster.descent import nearest_centres

Shape = Literal["diag", "tied", "full"]

_STEPS = 100
# Mean log likelihood gained a step below which a fit is done.
_TOLERANCE = 1e-3
# Added to every variance, so that no component shrinks onto a point.
_LEAST_VARIANCE = 1e-3
_LOG_2PI = float(np.log(2 * np.pi))


class Components(NamedTuple):
    """A fitted Gaussian mixture.

    Attributes
    ----------
    weights : float64 array, shape (k,)
    means : float64 array, shape (k, d)
    covariances : float64 array, shape (k, d, d)
    labels : int32 array, shape (n,)
        The likeliest component of each row.
    bic : float
        Bayesian information criterion, lower is better: what a component alone has is
        estimated from its own rows, and costs the logarithm of their number [1]_.

    References
    ----------
    .. [1] F. K. Teklehaymanot, M. Muma, A. M. Zoubir, "Bayesian cluster enumeration criterion
       for unsupervised learning", IEEE Transactions on Signal Processing 66:5392-5406, 2018.
    """

    weights: Floats
    means: Floats
    covariances: Floats
    labels: Labels
    bic: float


def fit_mixture(points: Floats, start: Floats, shape: Shape, *, steps: int = _STEPS) -> Components:
    """Fit a mixture by expectation and maximisation from the given centres.

    Parameters
    ----------
    points : float64 array, shape (n, d)
    start : float64 array, shape (k, d)
    shape : {"diag", "tied", "full"}
        One variance a column and component, one covariance for all, or one a component.
    steps : int
        At most so many.

    Returns
    -------
    Components
        With a BIC of infinity where a covariance has no inverse.

    References
    ----------
    C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, section 9.2.
    """
    (n, d), k = points.shape, len(start)
    share = np.eye(k)[nearest_centres(points, start)]
    means, before, likelihood = start, -np.inf, -np.inf
    fitted = _parameters(points, share, shape)._replace(means=start)
    try:
        for _ in range(steps):
            share, likelihood = _expect(points, fitted)
            fitted = _parameters(points, share, shape)
            if abs(likelihood - before) < _TOLERANCE:
                break
            before = likelihood
        share, likelihood = _expect(points, fitted)
    except np.linalg.LinAlgError:
        likelihood = -np.inf
    weights, means, covariances = fitted
    own = {"diag": d, "tied": 0.0, "full": d * (d + 1) / 2}[shape] + d
    shared = (d * (d + 1) / 2 if shape == "tied" else 0.0) + k - 1
    seen = np.log(np.maximum(n * weights, 1.0)).sum()
    bic = own * seen + shared * np.log(n) - 2 * n * likelihood
    return Components(
        weights, means, covariances, share.argmax(axis=1).astype(np.int32), float(bic)
    )


class _Parameters(NamedTuple):
    weights: Floats
    means: Floats
    covariances: Floats


def _parameters(points: Floats, share: Floats, shape: Shape) -> _Parameters:
    """Return the likeliest weights, means and covariances for the rows' shares."""
    n, d = points.shape
    mass = share.sum(axis=0) + 10 * np.finfo(np.float64).eps
    means = (share.T @ points) / mass[:, None]
    if shape == "diag":
        varied = (share.T @ points**2) / mass[:, None] - means**2
        spread = np.maximum(varied, 0.0) + _LEAST_VARIANCE
        return _Parameters(mass / n, means, spread[:, :, None] * np.eye(d))
    least = _LEAST_VARIANCE * np.eye(d)
    if shape == "tied":
        together = (points.T @ points - (means * mass[:, None]).T @ means) / mass.sum()
        return _Parameters(mass / n, means, np.broadcast_to(together + least, (len(mass), d, d)))
    offset = points[None] - means[:, None]
    each = np.matmul((offset * share.T[:, :, None]).transpose(0, 2, 1), offset)
    return _Parameters(mass / n, means, each / mass[:, None, None] + least)


def _expect(points: Floats, fitted: _Parameters) -> tuple[Floats, float]:
    """Return each row's shares in the components, and the mean log likelihood."""
    factors = np.linalg.cholesky(fitted.covariances)
    whiten = np.linalg.inv(factors)
    log = np.empty((len(points), len(fitted.weights)))
    for part, (mean, to_white) in enumerate(zip(fitted.means, whiten, strict=True)):
        log[:, part] = np.square((points - mean) @ to_white.T).sum(axis=1)
    volume = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    log = -0.5 * (log + points.shape[1] * _LOG_2PI) - volume + np.log(fitted.weights)
    highest = log.max(axis=1, keepdims=True)
    share = np.exp(log - highest)
    total = share.sum(axis=1, keepdims=True)
    return share / total, float((highest + np.log(total)).mean())
