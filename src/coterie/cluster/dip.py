"""Hartigan's dip: how far a sample is from having one peak, and how often chance goes so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import Floats

# Quantiles of sqrt(n) * dip of n uniform draws (40,000 simulations for each n, seed 0): rows
# are n, columns the probability of a smaller dip. Between rows interpolated in log n.
_DIP_SIZES = (8, 12, 20, 35, 60, 120, 300, 1000)
_DIP_LEVELS = (0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_DIP_TABLE = (
    (
        0.1768,
        0.2322,
        0.2816,
        0.3138,
        0.3407,
        0.3535,
        0.3997,
        0.4342,
        0.4687,
        0.4875,
        0.5053,
        0.5556,
    ),
    (
        0.2047,
        0.2510,
        0.2821,
        0.3156,
        0.3566,
        0.3813,
        0.4162,
        0.4510,
        0.4910,
        0.5142,
        0.5384,
        0.5819,
    ),
    (
        0.2116,
        0.2540,
        0.2954,
        0.3281,
        0.3685,
        0.3954,
        0.4340,
        0.4691,
        0.5114,
        0.5399,
        0.5672,
        0.6213,
    ),
    (
        0.2183,
        0.2612,
        0.3032,
        0.3384,
        0.3801,
        0.4079,
        0.4502,
        0.4861,
        0.5316,
        0.5621,
        0.5895,
        0.6448,
    ),
    (
        0.2245,
        0.2692,
        0.3114,
        0.3478,
        0.3903,
        0.4184,
        0.4613,
        0.5002,
        0.5470,
        0.5775,
        0.6061,
        0.6649,
    ),
    (
        0.2294,
        0.2762,
        0.3203,
        0.3577,
        0.4009,
        0.4295,
        0.4743,
        0.5132,
        0.5629,
        0.5967,
        0.6279,
        0.6970,
    ),
    (
        0.2359,
        0.2823,
        0.3273,
        0.3654,
        0.4095,
        0.4393,
        0.4861,
        0.5261,
        0.5751,
        0.6083,
        0.6387,
        0.7057,
    ),
    (
        0.2393,
        0.2868,
        0.3334,
        0.3715,
        0.4165,
        0.4473,
        0.4938,
        0.5339,
        0.5801,
        0.6149,
        0.6499,
        0.7218,
    ),
)


def dip_statistic(values: ArrayLike) -> float:
    """Return how far a sample is from having one peak [1]_.

    The largest distance between the empirical distribution and the nearest unimodal one.

    Parameters
    ----------
    values : array-like of float, shape (n,)

    Returns
    -------
    float
        From ``1 / (2 n)`` (one peak) to 0.25 (two far spikes).

    References
    ----------
    .. [1] J. A. Hartigan, P. M. Hartigan, "The dip test of unimodality", Annals of
       Statistics 13:70-84, 1985; the algorithm is AS 217 of P. M. Hartigan, Applied
       Statistics 34:320-325, 1985.

    Examples
    --------
    >>> dip_statistic([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    0.25
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    n = len(x)
    if n < 2 or x[0] == x[-1]:
        return 0.5 / max(n, 1)
    low, high, dip = 0, n - 1, 1.0
    while True:
        minorant, majorant = _hull(x, low, high, 1.0), _hull(x, low, high, -1.0)
        gap, left, right = _widest_gap(x, minorant, majorant)
        if gap <= dip:
            break
        here = np.arange(low, left + 1)
        dip = max(dip, float((here + 1 - _height(x, minorant, here)).max()))
        here = np.arange(right, high + 1)
        dip = max(dip, float((_height(x, majorant, here) + 1 - here).max()))
        if (left, right) == (low, high):
            break
        low, high = left, right
    return dip / (2 * n)


def _hull(x: Floats, low: int, high: int, sign: float) -> NDArray[np.int64]:
    """Return where the greatest convex minorant (sign 1) or least concave majorant touches."""
    spots = x[low : high + 1].tolist()
    stack = [0]
    for here in range(1, high - low + 1):
        while len(stack) >= 2:
            before, last = stack[-2], stack[-1]
            rise = (here - last) * (spots[last] - spots[before])
            if sign * (rise - (last - before) * (spots[here] - spots[last])) > 0:
                break
            stack.pop()
        stack.append(here)
    return np.array(stack) + low


def _height(x: Floats, hull: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
    """Return the height of a hull, in counts, over the given order statistics."""
    if len(hull) < 2:
        return rows.astype(np.float64)
    piece = np.clip(np.searchsorted(hull, rows, side="right") - 1, 0, len(hull) - 2)
    begin, end = hull[piece], hull[piece + 1]
    width = x[end] - x[begin]
    share = np.divide(x[rows] - x[begin], width, out=np.zeros(len(rows)), where=width > 0)
    return np.where(width > 0, begin + share * (end - begin), rows)


def _widest_gap(
    x: Floats, minorant: NDArray[np.int64], majorant: NDArray[np.int64]
) -> tuple[float, int, int]:
    """Return the widest distance between the hulls, and the modal interval it leaves."""
    above = majorant + 1 - _height(x, minorant, majorant)
    below = _height(x, majorant, minorant) + 1 - minorant
    if above.max() > below.max():
        right = int(majorant[above.argmax()])
        return float(above.max()), int(minorant[minorant <= right].max()), right
    left = int(minorant[below.argmax()])
    return float(below.max()), left, int(majorant[majorant >= left].min())


def dip_p_value(values: ArrayLike) -> float:
    """Return how often a sample of uniform draws has at least such a dip.

    Uniform draws are the least favourable of all one-peaked distributions, so for any other
    the p-value is too large rather than too small. Read from a table of simulations: not
    below 0.001, and 1 for fewer than 8 values.
    """
    sample = np.asarray(values, dtype=np.float64)
    n = len(sample)
    if n < _DIP_SIZES[0]:
        return 1.0
    at = np.log(min(n, _DIP_SIZES[-1]))
    quantiles = [
        np.interp(at, np.log(_DIP_SIZES), column) for column in zip(*_DIP_TABLE, strict=True)
    ]
    scaled = dip_statistic(sample) * np.sqrt(n)
    return float(1 - np.interp(scaled, quantiles, _DIP_LEVELS, left=0.0))
