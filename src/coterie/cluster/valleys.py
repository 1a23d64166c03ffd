"""Is there a valley between two clusters? Hartigan's dip test along the line that joins them.

A cut through one hump leaves no valley at the border, however compact the halves; two real
groups do. That is what tells groups from a convenient cut, so the verdict rests on it.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Floats
from coterie.cluster.dip import dip_p_value

# A window keeps at most so many points: beyond that the test has all the power it needs.
_WINDOW = 500
# A heap with a larger share of the rows is a kind of customer, not a cap.
_MOST_CAPPED = 0.1


class Border(NamedTuple):
    """What lies between two neighbouring clusters.

    Attributes
    ----------
    p_value : float
        How often one hump would look so much like two. Low means a valley.
    depth : float
        How many within-cluster standard deviations the two lie apart: 2.7 where a Gaussian is
        cut in halves, 3.5 where a uniform bar is, whatever the sizes of the clusters.
    """

    p_value: float
    depth: float


def spread_ties(points: Floats, rng: np.random.Generator) -> Floats:
    """Return the points with rounded and capped columns made smooth.

    Scores from 1 to 5 have empty space between the answers that is no valley between
    customers, and a cap heaps up customers who are no group. A column in which most values
    repeat gets uniform noise, up to half way to the next value on either side and never wider
    than one and a half usual steps; the heap at either end of any other column is drawn out
    into an exponential tail that continues the column's own.
    """
    spread = points.copy()
    for column in range(points.shape[1]):
        values, place = np.unique(points[:, column], return_inverse=True)
        if len(values) <= 2:
            continue
        if len(values) >= len(points) / 2:
            spread[:, column] += _tail(points[:, column], rng) - _tail(-points[:, column], rng)
            continue
        steps = np.diff(values)
        steps = np.minimum(steps, 3 * np.median(steps))
        down = np.append(steps[0], steps)[place.reshape(-1)] / 2
        up = np.append(steps, steps[-1])[place.reshape(-1)] / 2
        spread[:, column] += rng.random(len(points)) * (down + up) - down
    return spread


def _tail(column: Floats, rng: np.random.Generator) -> Floats:
    """Return what to add to the values heaped up at the top so that the tail goes on.

    If the heap holds a share s, as many as 2 s lie between it and the quantile 1 - 3 s: an
    exponential tail falls to a third over that distance.
    """
    capped = column == column.max()
    share = float(capped.mean())
    added = np.zeros(len(column))
    if capped.sum() >= 3 and share <= _MOST_CAPPED:
        scale = (column.max() - np.quantile(column, 1 - 3 * share)) / np.log(3)
        added[capped] = rng.exponential(scale, int(capped.sum()))
    return added


def neighbouring_pairs(centres: Floats) -> list[tuple[int, int]]:
    """Return the pairs with no third centre nearer to the middle between them than they are."""
    pairs = []
    for first, second in combinations(range(len(centres)), 2):
        middle = (centres[first] + centres[second]) / 2
        squared = np.square(centres - middle).sum(axis=1)
        if squared.min() >= 0.999 * squared[first]:
            pairs.append((first, second))
    return pairs


def find_valleys(
    points: Floats, labels: NDArray[np.int32], centres: Floats, rng: np.random.Generator
) -> dict[tuple[int, int], Border]:
    """Test for a valley between each two neighbouring clusters.

    Both clusters are projected on the line that tells them apart best (Fisher's discriminant
    without correlations, which few rows would exaggerate), and the larger is cut down to the
    points nearest the border, at most twice as many as the smaller has: part of one hump is
    still one hump, so the test stays valid, and small clusters count.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        Without ties; see `spread_ties`.
    labels : int array, shape (n,)
    centres : float64 array, shape (n_clusters, n_features)
    rng : numpy.random.Generator
        Thins very large windows.

    Returns
    -------
    dict of (int, int) to Border
        For each pair of neighbours.
    """
    members = [points[labels == cluster] for cluster in range(len(centres))]
    found = {}
    for first, second in neighbouring_pairs(centres):
        sides = [members[first], members[second]]
        if min(len(side) for side in sides) < 2:
            found[first, second] = Border(1.0, 0.0)
            continue
        varied = np.average(
            [side.var(axis=0) for side in sides], axis=0, weights=[len(side) for side in sides]
        )
        direction = (centres[second] - centres[first]) / (varied + 1e-3)
        border = float((centres[first] + centres[second]) @ direction) / 2
        found[first, second] = look_across(
            sides[0] @ direction - border, sides[1] @ direction - border, rng
        )
    return found


def look_across(first: Floats, second: Floats, rng: np.random.Generator) -> Border:
    """Return what lies around 0, the border between two sets of positions."""
    kept = max(2 * min(len(first), len(second)), 10)
    sides = []
    for side in (first, second):
        near = side[np.argsort(np.abs(side), kind="stable")[:kept]]
        thinned = rng.choice(near, _WINDOW, replace=False) if len(near) > _WINDOW else near
        sides.append(thinned)
    window = np.concatenate(sides)
    spread = np.sqrt((first.var() + second.var()) / 2)
    apart = abs(first.mean() - second.mean()) / spread if spread > 0 else np.inf
    return Border(dip_p_value(window), float(apart))
