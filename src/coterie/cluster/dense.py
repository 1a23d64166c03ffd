"""How many dense regions a few thousand points have: HDBSCAN's tree, without its labels.

Tested against scikit-learn's HDBSCAN, whose import takes longer than this whole count
(docs/decisions/0003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coterie.cluster.base import Floats


class Regions(NamedTuple):
    """How many dense regions there are, and the share of the points in none of them."""

    regions: int
    left_out: float


def distance_table(points: Floats) -> Floats:
    """Return the distance of each point to each, shape (n, n)."""
    squared = np.einsum("ij,ij->i", points, points)
    apart = points @ points.T
    apart *= -2.0
    apart += squared[:, None]
    apart += squared[None, :]
    np.maximum(apart, 0.0, out=apart)
    np.fill_diagonal(apart, 0.0)
    return np.sqrt(apart, out=apart)


def dense_regions(apart: Floats, smallest: int, neighbours: int) -> Regions:
    """Return what HDBSCAN [1]_ finds, with clusters by excess of mass.

    Parameters
    ----------
    apart : float64 array, shape (n, n)
        Distances.
    smallest : int
        Fewest points of a region.
    neighbours : int
        A point's density is by the distance to its n-th nearest, itself counted.

    Returns
    -------
    Regions
        ``(0, 1.0)`` where everything is one region.

    References
    ----------
    .. [1] R. J. G. B. Campello, D. Moulavi, J. Sander, "Density-based clustering based on
       hierarchical density estimates", PAKDD 2013.
    """
    core = np.partition(apart, neighbours - 1, axis=0)[neighbours - 1]
    found = _condense(_reach_in_order(apart, core), smallest)
    best = [0.0] * len(found)
    for number in range(len(found) - 1, 0, -1):  # Children have higher numbers.
        region = found[number]
        region.whole = region.mass >= best[number]
        best[number] = max(region.mass, best[number])
        best[region.parent] += best[number]
    count = held = 0
    for region in found[1:]:
        region.inside = found[region.parent].inside or found[region.parent].whole
        if region.whole and not region.inside:
            count, held = count + 1, held + region.size
    return Regions(count, 1 - held / len(apart))


def _reach_in_order(apart: Floats, core: Floats) -> Floats:
    """Walk the minimum spanning tree of mutual reachability by Prim's algorithm.

    Returns how far each next point was, shape (n - 1,). The groups of single linkage are runs of
    this walk, cut where it is farthest.
    """
    open_core, nearest = core.copy(), np.full(len(core), np.inf)
    steps = np.empty(len(core) - 1)
    at = 0
    for step in range(len(steps)):
        own = core[at]
        # A visited point is infinitely far from then on.
        open_core[at] = nearest[at] = np.inf
        np.minimum(nearest, np.maximum(np.maximum(apart[at], own), open_core), out=nearest)
        at = int(nearest.argmin())
        steps[step] = nearest[at]
    return steps


@dataclass
class _Region:
    """A run of points that lost no part as large as a region since it was born."""

    parent: int
    birth: float
    size: int
    mass: float = 0.0
    whole: bool = False
    inside: bool = False


def _condense(steps: Floats, smallest: int) -> list[_Region]:
    """Return the regions of the condensed tree, everything first, children after parents."""
    found = [_Region(0, 0.0, len(steps) + 1)]
    waiting = [(0, len(steps), 0)]
    while waiting:
        first, last, number = waiting.pop()
        region, size = found[number], last - first + 1
        if size == 1:
            continue
        cut = first + int(steps[first:last].argmax())
        density = 1.0 / max(float(steps[cut]), 1e-300)
        sides = ((first, cut), (cut + 1, last))
        large = [side for side in sides if side[1] - side[0] + 1 >= smallest]
        if len(large) == 1:
            kept = large[0][1] - large[0][0] + 1
            region.mass += (size - kept) * (density - region.birth)
            waiting.append((*large[0], number))
            continue
        region.mass += size * (density - region.birth)
        for side in large:
            found.append(_Region(number, density, side[1] - side[0] + 1))
            waiting.append((*side, len(found) - 1))
    return found
