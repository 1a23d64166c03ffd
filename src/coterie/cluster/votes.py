"""What each criterion by itself would choose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coterie.cluster.base import Floats
from coterie.cluster.counting import count_by_density, count_by_mixture
from coterie.cluster.structure import PREDICTS
from coterie.cluster.sweep import Sweep


class Vote(NamedTuple):
    """What one criterion would choose.

    Attributes
    ----------
    criterion : str
    k : int or None
        None where it sees no groups, or cannot tell.
    note : str
        What it went by.
    """

    criterion: str
    k: int | None
    note: str

    @property
    def counts(self) -> bool:
        """Whether it counts groups, rather than judging a partition."""
        return self.criterion.startswith("mixture") or self.criterion == "density"


def find_elbow(ks: ArrayLike, inertia: ArrayLike) -> int | None:
    """Return the number of clusters after which more clusters stop paying.

    Both axes are scaled to [0, 1]; the elbow is the k whose point lies farthest below
    the straight line that joins the two ends of the curve [1]_.

    Parameters
    ----------
    ks : array-like of int, shape (n_ks,)
        Numbers of clusters tried, strictly increasing. At least 3 of them.
    inertia : array-like of float, shape (n_ks,)
        Within-cluster sum of squares at each k, in squared units of the scaled
        features. Lower is tighter.

    Returns
    -------
    int or None
        One of `ks`; None where the curve never bends below that line.

    Raises
    ------
    ValueError
        If `ks` has fewer than 3 values or is not strictly increasing.

    References
    ----------
    .. [1] V. Satopää et al., "Finding a 'Kneedle' in a Haystack", ICDCS Workshops, 2011.

    Examples
    --------
    >>> find_elbow([1, 2, 3, 4, 5], [100.0, 40.0, 12.0, 10.0, 9.0])
    3
    """
    numbers = np.asarray(ks)
    curve = np.asarray(inertia, dtype=np.float64)
    if numbers.ndim != 1 or len(numbers) < 3 or (np.diff(numbers) <= 0).any():
        raise ValueError(f"ks must be at least 3 strictly increasing numbers; got {ks!r}.")
    if curve.shape != numbers.shape:
        raise ValueError(f"n_inertia={curve.size} should be n_ks={numbers.size}.")
    drop = curve[0] - curve[-1]
    if not drop > 0:
        return None
    along = (numbers - numbers[0]) / (numbers[-1] - numbers[0])
    below = (curve[0] - curve) / drop - along
    best = int(np.argmax(below))
    return int(numbers[best]) if below[best] > 1e-12 else None


def cast_votes(
    seen: Sweep, smooth: Floats, top: int, k_min: int, k_max: int, rng: np.random.Generator
) -> tuple[Vote, ...]:
    """Return what each criterion would choose, the two that decide first."""
    rows = [row for row in seen.table if 2 <= row.k <= top and row.silhouette is not None]
    if not rows:
        note = f"Too few distinct customers to try {k_min} to {k_max} groups."
        return (Vote("range", None, note),)
    starts = {row.k: seen.clusterings[row.k].centres for row in seen.table if row.k <= top}
    humps = count_by_mixture(smooth, starts, rng)
    dense = count_by_density(smooth)
    if dense is not None and dense < humps.certain:
        dense = None  # One of the dense regions holds several humps.
    strong = [row.k for row in rows if row.prediction_strength > PREDICTS]
    votes = [
        Vote(
            "mixture",
            humps.groups if humps.groups > 1 else None,
            "Humps of a Gaussian mixture with a valley between them.",
        ),
        Vote(
            "mixture, valleys alone",
            humps.clear if humps.clear > 1 else None,
            "Humps with a significant valley between them.",
        ),
        Vote(
            "mixture beyond doubt",
            humps.certain if humps.certain > 1 else None,
            "Humps that hardly a customer lies between.",
        ),
        Vote("density", dense, "Regions that empty space separates."),
        Vote(
            "prediction strength",
            max(strong, default=None),
            f"The largest k above {PREDICTS}.",
        ),
        Vote("silhouette", max(rows, key=lambda row: row.silhouette or -1.0).k, "The highest."),
        Vote(
            "Calinski-Harabasz",
            max(rows, key=lambda row: row.calinski_harabasz or 0.0).k,
            "The highest.",
        ),
        Vote(
            "Davies-Bouldin",
            min(rows, key=lambda row: row.davies_bouldin or 0.0).k,
            "The lowest.",
        ),
        Vote("gap", _gap_vote(seen), "The smallest k within one error of the next one's gap."),
    ]
    if top < k_max:
        votes.append(
            Vote("range", None, f"Tried up to {top}, not {k_max}: too few distinct customers.")
        )
    return tuple(votes)


def _gap_vote(seen: Sweep) -> int | None:
    """Return Tibshirani's choice (2001, section 3); None where that is one group."""
    for row, following in zip(seen.table, seen.table[1:], strict=False):
        if row.gap >= following.gap - following.gap_error:
            return row.k if row.k > 1 else None
    return seen.table[-1].k
