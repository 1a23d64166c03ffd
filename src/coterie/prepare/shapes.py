"""The shape of one column's values, and whether a log scale is of help to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coterie.schema import Column

Floats = NDArray[np.float64]

SKEWED = 1.0
"""Beyond this skewness a distribution is called highly skewed (Bulmer 1979)."""

TAIL, WIDER = 0.08, 1.25

NEVER_LOGGED = frozenset(
    {"age", "birth_year", "spending_score", "recency", "tenure", "kids", "teens", "children",
     "household_size"}
)  # fmt: skip
_NOT_AMOUNTS = frozenset({"%", "points", "years", "share", "score"})


def log_helps(values: Floats, column: Column) -> bool:
    """Return whether a log scale helps a column, by a sample of its values.

    It does for money and counts with a long right tail (lognormal-like): without it the few
    largest customers outweigh all others. It harms where the skew comes from a far group, or
    from many zeros: there a log scale would move groups together or make one up. So all of
    these must hold:

    1. the column may hold amounts (no age, score or share), with no value below zero and
       at least 20 different ones;
    2. inside Tukey's far-out fences (or the outermost 1 %), the skewness exceeds 1;
    3. on the log scale the skewness is at most half of that, and at most 0.75;
    4. the density has one peak: on the log scale, on the way there (cube roots), and on the plain
       scale, where only groups of 8 % count, as the few values of a long tail look like peaks.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        NaN is missing.
    column : Column
    """
    if column.kind != "number" or column.meaning in NEVER_LOGGED or column.unit in _NOT_AMOUNTS:
        return False
    known = values[np.isfinite(values)]
    if len(known) < 30 or known.min() < 0 or len(np.unique(known)) < 20:
        return False
    raw = _trimmed(known)
    before = skewness(raw)
    if before <= SKEWED:
        return False
    logged = _trimmed(np.log1p(known))
    after = abs(skewness(logged))
    if after > 0.5 * before or after > 0.75:
        return False
    return (
        count_peaks(raw, TAIL, WIDER) == 1
        and count_peaks(np.cbrt(raw)) == 1
        and count_peaks(logged) == 1
    )


def skewness(values: Floats) -> float:
    """Return the third standardised moment; 0 where nothing varies.

    Examples
    --------
    >>> skewness(np.array([0.0, 0.0, 0.0, 1.0])) > 1
    True
    """
    away = values - values.mean()
    spread = float(np.sqrt(np.mean(away**2)))
    return float(np.mean((away / spread) ** 3)) if spread > 0 else 0.0


def count_peaks(values: Floats, share: float = 0.01, width: float = 1.0) -> int:
    """Return how many separate peaks the density of the values has.

    A Gaussian kernel estimate on 256 points; bandwidth by Silverman's rule (1986, eq. 3.31), times
    `width`. Peaks count as separate where the density between them falls below 70 % of the smaller
    one and at least `share` of the values (and 5 of them) lie on either side of that valley.
    """
    spread = _spread(values)
    if not spread > 0:
        return 1
    bandwidth = width * 0.9 * spread * len(values) ** -0.2
    low, high = float(values.min()), float(values.max())
    step = max((high - low) / 255, bandwidth / 4)
    bins = min(int((high - low) / step) + 1, 4096)
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    step = float(edges[1] - edges[0])
    reach = int(4 * bandwidth / step) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / bandwidth) ** 2)
    density = np.convolve(np.pad(counts.astype(float), reach), kernel, mode="same")
    mass = np.cumsum(np.pad(counts, reach))
    return _separate(density, mass, share)


def _separate(density: Floats, mass: NDArray[np.int64], share: float) -> int:
    """Count the peaks of a density that a deep valley with enough values on each side parts."""
    least = max(5.0, share * int(mass[-1]))
    inner = density[1:-1]
    rising = (inner > density[:-2]) & (inner >= density[2:])
    tops = [int(i) + 1 for i in np.flatnonzero(rising)]
    count, top, begin = 1, -1, 0
    for place in tops:
        if top < 0:
            top = place
            continue
        valley = top + int(np.argmin(density[top : place + 1]))
        deep = density[valley] < 0.7 * min(density[top], density[place])
        enough = min(mass[valley] - begin, mass[-1] - mass[valley]) >= least
        if deep and enough:
            count, begin, top = count + 1, int(mass[valley]), place
        elif density[place] > density[top]:
            top = place
    return count


def _spread(values: Floats) -> float:
    """Return the smaller of standard deviation and scaled interquartile range, if not zero."""
    deviation = float(values.std())
    low, high = np.quantile(values, [0.25, 0.75])
    quartiles = float(high - low) / 1.34
    return min(deviation, quartiles) if quartiles > 0 else deviation


def _trimmed(values: Floats) -> Floats:
    """Return the values without what lies far out, or without the outermost 1 %."""
    low, q25, q75, high = np.quantile(values, [0.005, 0.25, 0.75, 0.995])
    reach = 3.0 * (q75 - q25)
    inside = (values >= min(low, q25 - reach)) & (values <= max(high, q75 + reach))
    kept: Floats = values[inside]
    return kept
