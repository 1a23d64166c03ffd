"""What a customer's next purchases will be worth: the gamma-gamma model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.insight.lifetime import check_repeaters, minimise

Floats = NDArray[np.float64]

_START = ((2.0, 2.0, 1.0), (6.0, 4.0, 1.0), (1.0, 1.5, 1.0))

RELATED = 0.3
"""From this correlation on, frequent buyers spend so differently that the model misleads."""


@dataclass(frozen=True)
class GammaGamma:
    """A fitted gamma-gamma model of what purchases are worth.

    A customer's purchases scatter about a mean of their own (gamma with shape `p`), and the means
    scatter over the customers (inverse gamma with shape `q` and scale `gamma`) [1]_ [2]_.

    Attributes
    ----------
    p, q, gamma : float
        `gamma` in the currency of the orders.
    correlation : float
        Between how often and how much customers bought; the model takes it to be 0.
    log_likelihood : float
    n_customers : int
        Those who bought again.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee, "RFM and CLV: Using Iso-Value Curves for
       Customer Base Analysis", Journal of Marketing Research 42:415, 2005.
    .. [2] P. S. Fader, B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.
    """

    p: float
    q: float
    gamma: float
    correlation: float = 0.0
    log_likelihood: float = float("nan")
    n_customers: int = 0

    @property
    def mean(self) -> float:
        """What a purchase of a customer of whom nothing is known is worth; infinite if q <= 1."""
        return self.p * self.gamma / (self.q - 1.0) if self.q > 1 else float("inf")

    def expected_value(self, x: ArrayLike, m_x: ArrayLike) -> Floats:
        """Return what a purchase of each customer is expected to be worth.

        The customer's own mean and everyone's, weighed by how often the customer came back
        (equation 5 of [2]_); missing where that is not finite.

        Parameters
        ----------
        x, m_x : array-like, shape (n,)
            Repeat purchases, and their mean worth; missing or 0 where there was none.

        Returns
        -------
        ndarray of float, shape (n,)
        """
        mean = np.asarray(m_x, np.float64)
        known = np.isfinite(mean) & (mean > 0)
        count = np.where(known, np.asarray(x, np.float64), 0.0)
        weight = self.p * count + self.q - 1.0
        value = self.p * (self.gamma + count * np.where(known, mean, 0.0))
        return np.where(weight > 0, value / np.where(weight > 0, weight, 1.0), np.nan)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "p": self.p, "q": self.q, "gamma": self.gamma, "correlation": self.correlation,
            "log_likelihood": self.log_likelihood, "n_customers": self.n_customers,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> GammaGamma:
        """Build from `to_dict`'s result."""
        return cls(**plain)


def fit_gamma_gamma(x: ArrayLike, m_x: ArrayLike) -> GammaGamma:
    """Fit a gamma-gamma model by maximum likelihood (equation 1a of [1]_).

    Parameters
    ----------
    x, m_x : array-like, shape (n,)
        Repeat purchases, and what they were worth on average. Customers without a repeat
        purchase, or whose repeat purchases were free, take no part.

    Returns
    -------
    GammaGamma

    Raises
    ------
    TooFewCustomersError
        If fewer than 10 customers bought again and paid.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> own = 16.0 / rng.gamma(3.75, size=5000)
    >>> model = fit_gamma_gamma(np.full(5000, 4), rng.gamma(4 * 6.0, own / 4))
    >>> abs(model.q - 3.75) < 0.4, abs(model.p * model.gamma / 96.0 - 1) < 0.2
    (True, True)
    """
    counts, means = np.asarray(x, np.float64), np.asarray(m_x, np.float64)
    kept = (counts > 0) & np.isfinite(means) & (means > 0)
    check_repeaters(np.where(kept, counts, 0.0))
    counts, means = counts[kept], means[kept]
    scale = float(np.exp(np.log(means).mean()))
    scaled = means / scale

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, slope = _log_likelihood(np.exp(logs), counts, scaled)
        return -value / len(counts), -slope * np.exp(logs) / len(counts)

    logs, least = minimise(loss, np.log(_START))
    p, q, gamma = map(float, np.exp(logs))
    likelihood = -least * len(counts) - len(counts) * float(np.log(scale))
    related = _correlation(counts, means)
    return GammaGamma(p, q, gamma * scale, related, likelihood, len(counts))


def _correlation(x: Floats, means: Floats) -> float:
    """Return the correlation of how often and how much; 0 where one of them does not vary."""
    if x.std() == 0 or means.std() == 0:
        return 0.0
    return float(np.corrcoef(x, means)[0, 1])


def _log_likelihood(parameters: Floats, x: Floats, m: Floats) -> tuple[float, Floats]:
    """Return the log-likelihood, and its slope in (p, q, gamma)."""
    from scipy.special import gammaln, psi

    p, q, gamma = parameters
    total = gamma + x * m
    value = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
        + (p * x - 1.0) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(total)
    )  # fmt: skip
    slope_p = x * (psi(p * x + q) - psi(p * x) + np.log(m) + np.log(x) - np.log(total))
    slope_q = psi(p * x + q) - psi(q) + np.log(gamma) - np.log(total)
    slope_gamma = q / gamma - (p * x + q) / total
    return float(value.sum()), np.array([slope_p.sum(), slope_q.sum(), slope_gamma.sum()])
