"""Whom a customer of whom not everything is known belongs to, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_WHOLE = 20
"""Customers a feature needs: below, what all features' known values say is taken instead."""
LEAST_DEVIATION = 0.1
"""In scaled units: a feature that hardly varies within a group still rules no customer out."""
_CHUNK_ROWS = 16_384


@dataclass(frozen=True, eq=False)
class Spreads:
    """How the customers of each answer lie in each feature.

    Attributes
    ----------
    shares : float64 array, shape (n_answers,)
        Of all customers; the last is of those in none, where the method leaves customers out.
    means, deviations : float64 arrays, shape (n_answers, n_features)
        In scaled units, a feature each, before any mixing of features.
    """

    shares: Floats
    means: Floats
    deviations: Floats

    @classmethod
    def fit(cls, scaled: Floats, labels: NDArray[np.int64], n_answers: int) -> Spreads:
        """Learn from placed customers.

        Each deviation is the mean, as variances, of the group's own and of that common to all
        groups: a small group's own is uncertain.

        Parameters
        ----------
        scaled : ndarray of float, shape (n, n_features)
            NaN where a value is not known.
        labels : ndarray of int, shape (n,)
            Index of the answer.
        n_answers : int
        """
        whole = ~np.isnan(scaled).any(axis=1)
        if whole.sum() >= LEAST_WHOLE * n_answers:  # The others were placed by a filled value.
            scaled, labels = scaled[whole], labels[whole]
        member = labels[:, None] == np.arange(n_answers)
        known = (~np.isnan(scaled)).astype(np.float64)
        values = np.where(known > 0, scaled, 0.0)
        weight = member.T.astype(np.float64)
        counts = weight @ known
        everyone = values.sum(axis=0) / np.maximum(known.sum(axis=0), 1.0)
        means = np.where(counts > 0, weight @ values / np.maximum(counts, 1.0), everyone)
        squares = weight @ values**2 - counts * means**2
        own = np.maximum(squares, 0.0) / np.maximum(counts, 1.0)
        common = np.maximum(squares, 0.0).sum(axis=0) / np.maximum(counts.sum(axis=0), 1.0)
        variance = np.where(counts > 1, (own + common) / 2.0, common)
        return cls(
            shares=member.mean(axis=0) if len(labels) else np.full(n_answers, 1.0 / n_answers),
            means=means,
            deviations=np.maximum(np.sqrt(variance), LEAST_DEVIATION),
        )

    @classmethod
    def around(cls, centres: Floats, shares: Floats, typical: Floats) -> Spreads:
        """Guess from what an older model says: the centres, and how far customers usually are.

        Parameters
        ----------
        centres : ndarray of float, shape (n_answers, n_features)
        shares, typical : ndarray of float, shape (n_answers,)
            Median distance of a group's customers to its centre; 0 where it is not known, for
            which a wide spread is taken.
        """
        # The median of chi-squared over its degrees of freedom (Wilson and Hilferty 1931).
        n = centres.shape[1]
        usual = np.sqrt(n * (1.0 - 2.0 / (9.0 * n)) ** 3)
        each = np.where(typical > 0, typical / usual, 1.0)
        deviations = np.broadcast_to(np.maximum(each, LEAST_DEVIATION)[:, None], centres.shape)
        return cls(shares, centres, deviations)

    def memberships(self, scaled: Floats) -> Floats:
        """Return how likely each answer is, given only the values that are known.

        What is not known is averaged out: each answer's likelihood is that of the known values
        under its own normal spread, times its share of the customers. Where nothing is known
        that share is what remains.

        Parameters
        ----------
        scaled : ndarray of float, shape (n, n_features)
            NaN where a value is not known.

        Returns
        -------
        ndarray of float64, shape (n, n_answers)
            Rows sum to 1.

        Examples
        --------
        >>> two = Spreads(np.array([0.8, 0.2]), np.array([[-1.0], [1.0]]), np.ones((2, 1)))
        >>> two.memberships(np.array([[np.nan], [1.0]])).round(2).tolist()
        [[0.8, 0.2], [0.35, 0.65]]
        """
        found = np.empty((len(scaled), len(self.shares)))
        with np.errstate(divide="ignore"):
            log_shares = np.log(self.shares)
        log_width = np.log(self.deviations)
        for begin in range(0, len(scaled), _CHUNK_ROWS):
            rows = scaled[begin : begin + _CHUNK_ROWS, None, :]
            away = (rows - self.means) / self.deviations
            each = np.where(np.isnan(away), 0.0, log_width + 0.5 * away**2)
            logs = log_shares - each.sum(axis=2)
            weights = np.exp(logs - logs.max(axis=1, keepdims=True))
            found[begin : begin + _CHUNK_ROWS] = weights / weights.sum(axis=1, keepdims=True)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain values and arrays."""
        return {"shares": self.shares, "means": self.means, "deviations": self.deviations}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Spreads:
        """Build from `to_dict`'s result; raises ValueError where the shapes do not fit."""
        shares, means, deviations = (
            np.asarray(plain[name], dtype=np.float64) for name in ("shares", "means", "deviations")
        )
        if means.shape != deviations.shape or means.shape[:1] != shares.shape or means.ndim != 2:
            raise ValueError("spreads of groups need one shape")
        return cls(shares, means, deviations)
