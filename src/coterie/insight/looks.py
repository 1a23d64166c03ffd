"""Many looks at once: the chance of a difference, and which differences survive them all."""

from __future__ import annotations

import math
from collections.abc import Sequence

from coterie.insight.effects import two_shares_z, wilson_interval

ENOUGH = 5.0
"""Expected answers a cell from which the normal approximation serves (Cochran 1954)."""


def newcombe_interval(yes: int, n: int, other_yes: int, other_n: int) -> tuple[float, float]:
    """Return the 95 % interval of the difference of two proportions [1]_; (-1, 1) without data.

    References
    ----------
    .. [1] R. G. Newcombe, "Interval Estimation for the Difference Between Independent
       Proportions: Comparison of Eleven Methods", Statistics in Medicine 17:873, 1998,
       method 10 (its example: 56 of 70 against 48 of 80).

    Examples
    --------
    >>> tuple(round(end, 4) for end in newcombe_interval(56, 70, 48, 80))
    (0.0524, 0.3339)
    """
    if n == 0 or other_n == 0:
        return -1.0, 1.0
    share, other = yes / n, other_yes / other_n
    low, high = wilson_interval(yes, n)
    other_low, other_high = wilson_interval(other_yes, other_n)
    difference = share - other
    down = math.hypot(share - low, other_high - other)
    up = math.hypot(high - share, other - other_low)
    return max(-1.0, difference - down), min(1.0, difference + up)


def chance_of(yes: int, n: int, other_yes: int, other_n: int) -> float:
    """Return how likely two proportions differ so much, or more, if they are the same.

    Two-sided: Fisher's exact test where a cell expects fewer than 5 answers, the pooled normal
    test elsewhere. 1 where nothing can be compared.

    Examples
    --------
    >>> round(chance_of(3, 4, 1, 4), 4)  # the lady tasting tea, both sides
    0.4857
    >>> round(chance_of(60, 200, 40, 200), 4)
    0.0209
    """
    whole, answers = n + other_n, yes + other_yes
    if n == 0 or other_n == 0 or answers in (0, whole):
        return 1.0
    least = min(n, other_n) * min(answers, whole - answers) / whole
    if least >= ENOUGH:
        return math.erfc(abs(two_shares_z(yes, n, other_yes, other_n)) / math.sqrt(2.0))
    return _fisher(yes, n, answers, whole)


def _fisher(yes: int, n: int, answers: int, whole: int) -> float:
    """Return the two-sided exact chance: of all tables with these margins, the unlikelier ones."""
    first, last = max(0, n + answers - whole), min(n, answers)
    fixed = _choose(whole, n)
    here = _choose(answers, yes) + _choose(whole - answers, n - yes) - fixed
    total = 0.0
    for count in range(first, last + 1):
        there = _choose(answers, count) + _choose(whole - answers, n - count) - fixed
        if there <= here + 1e-9:
            total += math.exp(there)
        elif total and there < -745.0:
            break
    return min(1.0, total)


def _choose(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def correct_for_looks(chances: Sequence[float]) -> list[float]:
    """Return Holm's adjusted chances [1]_: at 0.05, one look in all is wrong once in twenty times.

    Holm's, because it holds however the looks hang together (a segment's gain is the others'
    loss, and the same customers answer every campaign), and because one difference is picked
    and acted on: a rate of false finds over all of them (Benjamini-Hochberg) says nothing of
    the one that is picked.

    References
    ----------
    .. [1] S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian
       Journal of Statistics 6:65, 1979.

    Examples
    --------
    >>> [round(p, 3) for p in correct_for_looks([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    adjusted, worst = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        worst = max(worst, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = worst
    return adjusted
