"""How often customers will buy again, and whether they still will: the BG/NBD model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.errors import TooFewCustomersError

Floats = NDArray[np.float64]

FEWEST_REPEATERS = 10
"""With fewer customers who came back nothing can be learnt about coming back."""

_START = ((0.5, 1.0, 0.7, 2.5), (2.0, 2.0, 1.0, 1.0), (0.2, 0.3, 0.2, 3.0))
_LOWEST, _HIGHEST = -12.0, 12.0
_NEAR_ONE = 1e-5


@dataclass(frozen=True)
class BgNbd:
    """A fitted BG/NBD model: how often customers buy, and how many have left for good.

    While alive a customer buys at random at a rate of their own, gamma distributed over the
    customers; after each purchase they leave with a probability of their own, beta distributed
    [1]_.

    Attributes
    ----------
    r, alpha : float
        Shape, and rate in `unit`, of the gamma distribution of purchase rates.
    a, b : float
        Of the beta distribution of the probability to leave.
    unit : str
        What time is told in: ``"day"``, ``"week"`` or ``"calendar-week"``.
    log_likelihood : float
        Of the customers it was fitted to.
    n_customers : int

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee, "'Counting Your Customers' the Easy Way: An
       Alternative to the Pareto/NBD Model", Marketing Science 24:275, 2005.
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: str = "day"
    log_likelihood: float = float("nan")
    n_customers: int = 0

    def probability_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Return how probable it is that each customer has not left for good.

        In this model nobody leaves before a first repeat purchase, so it is 1 for them.

        Parameters
        ----------
        x, t_x, T : array-like, shape (n,)
            Repeat purchases, age at the last of them, and age, in `unit`.

        Returns
        -------
        ndarray of float, shape (n,)
        """
        return 1.0 / (1.0 + np.exp(np.minimum(self._log_odds_gone(x, t_x, T), 700.0)))

    def expected_purchases(
        self, horizon: float, x: ArrayLike, t_x: ArrayLike, T: ArrayLike
    ) -> Floats:
        """Return how many purchases each customer is expected to make in the time to come.

        Equation 10 of [1]_, with Euler's transformation of the hypergeometric function, so that
        no factor overflows however often a customer bought.

        Parameters
        ----------
        horizon : float
            The time to come, in `unit`; 0 or more.
        x, t_x, T : array-like, shape (n,)

        Returns
        -------
        ndarray of float, shape (n,)
        """
        count, age = np.asarray(x, np.float64), np.asarray(T, np.float64)
        if abs(self.a - 1.0) < _NEAR_ONE:
            # At a = 1 the formula is 0/0; it is smooth there, so both sides give its value.
            sides = [1.0 - 2 * _NEAR_ONE, 1.0 + 2 * _NEAR_ONE]
            if_alive = np.mean(
                [replace(self, a=a)._if_alive(horizon, count, age) for a in sides], 0
            )
        else:
            if_alive = self._if_alive(horizon, count, age)
        return np.asarray(np.maximum(if_alive, 0.0) * self.probability_alive(x, t_x, T))

    def _if_alive(self, horizon: float, x: Floats, T: Floats) -> Floats:
        """Return the purchases expected of customers who are still there; `a` is not 1."""
        from scipy.special import hyp2f1

        r, a, b = self.r, self.a, self.b
        rest = (self.alpha + T) / (self.alpha + T + horizon)
        third = a + b + x - 1.0
        with np.errstate(all="ignore"):
            lost = rest ** (a - 1.0) * hyp2f1(a + b - 1.0 - r, a - 1.0, third, 1.0 - rest)
            found = np.asarray(third / (a - 1.0) * (1.0 - lost), np.float64)
            # Nobody can be expected to buy more than if nobody ever left.
            most = (r + x) / (self.alpha + T) * horizon
            wrong = ~((found >= 0) & (found <= most * (1 + 1e-9)))
        for j in np.flatnonzero(wrong):
            found[j] = self._by_chances_to_leave(horizon, float(x[j]), float(T[j]))
        return found

    def _by_chances_to_leave(self, horizon: float, x: float, T: float) -> float:
        """Return the same for one customer, averaged over 4,000 chances to leave.

        Slower and good to about four digits, but safe where the series leaves the range of
        floats. A customer with rate l and chance p makes (1 - exp(-l p t)) / p purchases in t.
        """
        from scipy.special import betaincinv

        middles = (np.arange(4_000) + 0.5) / 4_000
        chances = np.maximum(betaincinv(self.a, self.b + x, middles), 1e-300)
        # Averaged over the gamma distribution of the rate.
        grown = -np.expm1(-(self.r + x) * np.log1p(chances * horizon / (self.alpha + T)))
        return float(np.mean(grown / chances))

    def _log_odds_gone(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Return the log odds of having left; minus infinity before a repeat purchase."""
        count = np.asarray(x, np.float64)
        last, age = np.asarray(t_x, np.float64), np.asarray(T, np.float64)
        again = np.maximum(count, 1.0)
        odds = (
            np.log(self.a)
            - np.log(self.b + again - 1.0)
            + (self.r + count) * (np.log(self.alpha + age) - np.log(self.alpha + last))
        )
        return np.where(count > 0, odds, -np.inf)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b, "unit": self.unit,
            "log_likelihood": self.log_likelihood, "n_customers": self.n_customers,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> BgNbd:
        """Build from `to_dict`'s result."""
        return cls(**plain)


def fit_bg_nbd(x: ArrayLike, t_x: ArrayLike, T: ArrayLike, *, unit: str = "day") -> BgNbd:
    """Fit a BG/NBD model by maximum likelihood, from three starts, with the gradient [1]_.

    Parameters
    ----------
    x, t_x, T : array-like, shape (n,)
        Repeat purchases, age at the last of them (0 without one), and age, of each customer.
    unit : str
        What `t_x` and `T` are told in; only carried along.

    Returns
    -------
    BgNbd

    Raises
    ------
    ValueError
        If a purchase is later than the age, or a number is negative or missing.
    TooFewCustomersError
        If fewer than 10 customers bought again.

    References
    ----------
    .. [1] P. S. Fader, B. G. S. Hardie, K. L. Lee, "'Counting Your Customers' the Easy Way: An
       Alternative to the Pareto/NBD Model", Marketing Science 24:275, 2005; equation 6.

    Examples
    --------
    >>> x, t_x, T = [2, 1, 0] * 20, [30.4, 1.7, 0.0] * 20, [38.9] * 60
    >>> model = fit_bg_nbd(x, t_x, T, unit="week")
    >>> regular, gone = model.probability_alive([2, 2], [30.4, 3.0], [38.9, 38.9])
    >>> bool(regular > gone)
    True
    """
    table = np.column_stack([np.asarray(each, np.float64) for each in (x, t_x, T)])
    if not (np.isfinite(table).all() and (table >= 0).all() and (table[:, 1] <= table[:, 2]).all()):
        raise ValueError("x, t_x and T must be numbers from 0 on, and t_x no larger than T.")
    check_repeaters(table[:, 0])
    distinct, counts = np.unique(table, axis=0, return_counts=True)
    scale = max(float(np.average(distinct[:, 2], weights=counts)), 1e-9)
    data = distinct / [1.0, scale, scale]
    weights = counts.astype(np.float64)

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, slope = _log_likelihood(np.exp(logs), data, weights)
        return -value / len(table), -slope * np.exp(logs) / len(table)

    logs, least = minimise(loss, np.log(_START))
    r, alpha, a, b = map(float, np.exp(logs))
    # Time was scaled to the mean age: each purchase has a density, in the inverse of that unit.
    shift = float(table[:, 0].sum()) * float(np.log(scale))
    return BgNbd(r, alpha * scale, a, b, unit, -least * len(table) - shift, len(table))


def check_repeaters(x: Floats) -> None:
    """Raise TooFewCustomersError if too few customers bought again to learn from."""
    again = int((x > 0).sum())
    if again < FEWEST_REPEATERS:
        raise TooFewCustomersError(
            f"{again} of {len(x):,} customers bought again, too few to expect orders from: "
            f"at least {FEWEST_REPEATERS} are needed. Leave the expectation out, or give orders "
            "over a longer time."
        )


def minimise(loss: Any, starts: Floats) -> tuple[Floats, float]:
    """Return the lowest point that descents from some starts reach, and its height."""
    from scipy.optimize import minimize

    best: tuple[Floats, float] | None = None
    for start in starts:
        found = minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(_LOWEST, _HIGHEST)] * len(start),
            options={"maxiter": 1_000, "ftol": 1e-14, "gtol": 1e-9},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best[1]):
            best = (np.asarray(found.x, np.float64), float(found.fun))
    if best is None:
        raise TooFewCustomersError(
            "No model of repeat purchases fits these orders. Leave the expectation out."
        )
    return best


def _log_likelihood(parameters: Floats, data: Floats, weights: Floats) -> tuple[float, Floats]:
    """Return the log-likelihood of equation 6, and its slope in (r, alpha, a, b)."""
    from scipy.special import gammaln, psi

    r, alpha, a, b = parameters
    x, t_x, T = data.T
    bought = x > 0
    again = np.maximum(x, 1.0)
    shared = (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    )  # fmt: skip
    alive = -(r + x) * np.log(alpha + T)
    gone = np.where(
        bought,
        np.log(a) - np.log(b + again - 1.0) - (r + x) * np.log(alpha + t_x),
        -np.inf,
    )
    either = np.logaddexp(alive, gone)
    p_alive, p_gone = np.exp(alive - either), np.exp(gone - either)
    slope_r = (
        psi(r + x) - psi(r) + np.log(alpha)
        - p_alive * np.log(alpha + T) - p_gone * np.log(alpha + t_x)
    )  # fmt: skip
    slope_alpha = r / alpha - (r + x) * (p_alive / (alpha + T) + p_gone / (alpha + t_x))
    slope_a = psi(a + b) - psi(a + b + x) + p_gone / a
    slope_b = (
        psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x) - p_gone / (b + again - 1.0)
    )  # fmt: skip
    slopes = np.array([slope_r, slope_alpha, slope_a, slope_b])
    return float(weights @ (shared + either)), np.asarray(slopes @ weights, np.float64)
