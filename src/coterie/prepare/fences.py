"""Where values begin to be far out."""

from __future__ import annotations

from statistics import NormalDist

TUKEY = 3.0
"""Interquartile ranges beyond the quartiles from where Tukey (1977) calls a value far out."""

CHANCE = 0.05


def reach_of(rows: int) -> float:
    """Return how many interquartile ranges beyond the quartiles values are far out.

    Tukey's three, or more in a long table, so that a normal distribution has a value beyond in
    one table of twenty only (Hoaglin, Iglewicz and Tukey 1986 on fences that grow with n).

    Examples
    --------
    >>> reach_of(200), round(reach_of(1_000_000), 2)
    (3.0, 3.54)
    """
    normal = NormalDist()
    tail = normal.inv_cdf(1.0 - CHANCE / (2.0 * max(rows, 1)))
    quartile = normal.inv_cdf(0.75)
    return max(TUKEY, (tail - quartile) / (2.0 * quartile))
