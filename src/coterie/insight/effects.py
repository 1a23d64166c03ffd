"""Effect sizes and intervals: how far a segment is from the rest."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054


def hedges_g(
    mean: float, std: float, n: int, other_mean: float, other_std: float, other_n: int
) -> float:
    """Return the standardised difference of two means, corrected for small samples [1]_.

    Parameters
    ----------
    mean, std, n
        Of the segment; the standard deviation with n - 1.
    other_mean, other_std, other_n
        Of the rest.

    Returns
    -------
    float
        In pooled standard deviations; 0 where nothing varies and the means agree, infinite
        (with its sign) where nothing varies and they differ.

    References
    ----------
    .. [1] L. V. Hedges, "Distribution Theory for Glass's Estimator of Effect Size and Related
       Estimators", Journal of Educational Statistics 6:107, 1981.

    Examples
    --------
    >>> round(hedges_g(3.0, 1.0, 10, 2.0, 1.0, 10), 4)
    0.9577
    """
    freedom = n + other_n - 2
    if freedom < 1:
        return 0.0
    pooled = math.sqrt(((n - 1) * std**2 + (other_n - 1) * other_std**2) / freedom)
    difference = mean - other_mean
    if pooled <= 0.0:
        return 0.0 if difference == 0.0 else math.copysign(math.inf, difference)
    return difference / pooled * (1.0 - 3.0 / (4.0 * freedom - 1.0))


def cohens_h(share: float, other: float) -> float:
    """Return the difference of two proportions on the arcsine scale [1]_.

    References
    ----------
    .. [1] J. Cohen, "Statistical Power Analysis for the Behavioral Sciences", 2nd ed. 1988,
       chapter 6.

    Examples
    --------
    >>> round(cohens_h(0.5, 0.25), 4)
    0.5236
    """
    return 2.0 * math.asin(math.sqrt(share)) - 2.0 * math.asin(math.sqrt(other))


def wilson_interval(yes: int, n: int, *, z: float = Z_95) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion [1]_; (0, 1) where nothing was counted.

    References
    ----------
    .. [1] E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical
       Inference", JASA 22:209, 1927.

    Examples
    --------
    >>> tuple(round(end, 4) for end in wilson_interval(10, 20))
    (0.2993, 0.7007)
    """
    if n == 0:
        return 0.0, 1.0
    share, spread = yes / n, z * z / n
    middle = (share + spread / 2.0) / (1.0 + spread)
    half = z * math.sqrt(share * (1.0 - share) / n + spread / (4.0 * n)) / (1.0 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def two_means_z(
    mean: float, std: float, n: int, other_mean: float, other_std: float, other_n: int
) -> float:
    """Return Welch's statistic of two means; 0 where it cannot be had."""
    if n < 2 or other_n < 2:
        return 0.0
    error = math.sqrt(std**2 / n + other_std**2 / other_n)
    return (mean - other_mean) / error if error > 0.0 else 0.0


def two_shares_z(yes: int, n: int, other_yes: int, other_n: int) -> float:
    """Return the pooled statistic of two proportions; 0 where it cannot be had."""
    if n == 0 or other_n == 0:
        return 0.0
    pooled = (yes + other_yes) / (n + other_n)
    error = math.sqrt(pooled * (1.0 - pooled) * (1.0 / n + 1.0 / other_n))
    return (yes / n - other_yes / other_n) / error if error > 0.0 else 0.0


def corrected_z(n_comparisons: int, *, level: float = 0.05) -> float:
    """Return the |z| a difference must exceed when so many are looked at (Bonferroni).

    Examples
    --------
    >>> round(corrected_z(1), 3), round(corrected_z(20), 3)
    (1.96, 3.023)
    """
    from statistics import NormalDist

    return NormalDist().inv_cdf(1.0 - level / (2.0 * max(n_comparisons, 1)))
