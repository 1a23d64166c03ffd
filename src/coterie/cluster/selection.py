"""How many clusters: the votes, the choice with its reason, and the verdict on it."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coterie.cluster.base import Clustering, Floats
from coterie.cluster.deciding import decide, judge_choice, overruled
from coterie.cluster.engines import Engine
from coterie.cluster.outlying import isolated_rows
from coterie.cluster.structure import Verdict, judge
from coterie.cluster.sweep import KQuality, Progress, Sweep, sweep
from coterie.cluster.threads import one_thread
from coterie.cluster.valleys import spread_ties
from coterie.cluster.votes import Vote, cast_votes, find_elbow

__all__ = ["KChoice", "KQuality", "Vote", "choose_k", "find_elbow"]

# Mixtures and density are estimated on at most so many rows.
_COUNTED_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class KChoice:
    """The chosen number of clusters and all that was seen on the way.

    Attributes
    ----------
    k : int
        The number to use.
    recommended_k : int
        What the evidence says, also where `k` was given.
    reason : str
        Two plain sentences.
    verdict : Verdict
        How real the `k` groups are.
    elbow : int or None
        Where the inertia curve bends most. It never decides.
    votes : tuple of Vote
    table : tuple of KQuality
        One entry for each k tried, ascending.
    clusterings : dict of int to Clustering
        The fit at each k tried.
    sample_index : int64 array, shape (n_used,)
        Rows of the points that the choice looked at, ascending.
    n_used : int
    """

    k: int
    recommended_k: int
    reason: str
    verdict: Verdict
    elbow: int | None
    votes: tuple[Vote, ...]
    table: tuple[KQuality, ...]
    clusterings: dict[int, Clustering]
    sample_index: NDArray[np.int64]
    n_used: int


def choose_k(
    points: ArrayLike,
    *,
    k_min: int = 2,
    k_max: int = 12,
    k: int | None = None,
    seed: int = 0,
    max_sample: int = 5000,
    min_share: float = 0.01,
    sampled: bool = False,
    helper: Executor | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
    counts: bool = True,
) -> KChoice:
    """Choose the number of clusters from all the evidence, and judge how real they are.

    Groups are counted as the humps of a Gaussian mixture that have a valley between them, and
    as regions that empty space separates; where both fail, the most segments that resampling
    finds again are used. The other criteria are reported as votes, and break ties.

    Parameters
    ----------
    points : array-like of float, shape (n, n_features)
        Imputed, capped and scaled.
    k_min, k_max : int
        Range to choose from. Shrunk, with a note among the votes, where there are too few
        distinct points to fill it.
    k : int, optional
        Overrules the choice; may lie outside the range. The verdict then speaks of it.
    seed : int
    max_sample : int
        At most so many rows are looked at.
    min_share : float
        A cluster with a smaller share of the rows is never recommended, and rows so far from
        all others that they would make one are left out of the fits.
    sampled : bool
        Whether the points are a sample, on whose rest the centres will be refined: the fits
        then look less far for the very last drop of inertia.
    helper : concurrent.futures.Executor, optional
        A second process, which then sees to the look-alike data; the answer is the same.
    progress : callable, optional
        Called with what is being done and the share of it done, 0 to 1.
    engine : Engine, optional
        What divides the customers; k-means if None. The counts of groups are the same for all:
        they look at the customers, not at an engine's partition of them.
    counts : bool
        Whether humps and empty space are counted. Not where categories stand as columns: they
        leave gaps between customers that divide nothing. Then resampling decides, and no verdict
        is natural.

    Returns
    -------
    KChoice

    Raises
    ------
    ValueError
        If the points are not a table of finite numbers, the range is empty, or `k` is below
        1 or above the number of distinct points.
    """
    table = _checked(points, k_min, k_max)
    rng = np.random.default_rng(seed)
    index = _sampled_rows(table, max_sample, rng)
    index = index[~isolated_rows(table[index], min_share)]
    sample = table[index]
    n_distinct = len(np.unique(sample, axis=0))
    if k is not None and not 1 <= k <= n_distinct:
        raise ValueError(f"n_distinct_points={n_distinct} should be >= k={k} >= 1.")
    top = max(min(k_max, n_distinct - 1, len(sample) // 2), 1)
    tried = sorted({1, *range(2, top + 1), *([k] if k else [])})
    smooth = spread_ties(_thinned(sample, rng), rng)
    # One thread: the fits are many and small, and sums must not depend on the cores.
    with one_thread():
        seen = sweep(
            sample,
            tried,
            seed,
            progress or _say_nothing,
            sampled=sampled or len(sample) < 0.9 * len(table),
            helper=helper,
            engine=engine,
        )
        votes = cast_votes(seen, smooth, top, k_min, k_max, rng)
        if not counts:
            votes = tuple(vote for vote in votes if not vote.counts)
    held = engine is not None
    best, why = decide(seen, votes, min(k_min, top), top, min_share, smooth, rng, held=held)
    chosen = best if k is None else k
    verdict, separated = judge_choice(chosen, best, seen, votes, smooth, rng)
    if verdict.kind == "natural" and not counts:
        verdict = judge(seen.standing(chosen, smooth, rng, counted=False))
    if chosen != best:
        why = overruled(chosen, best, separated, verdict)
    shown = tuple(row for row in seen.table if row.k == 1 or row.k >= k_min or row.k == chosen)
    return KChoice(
        k=chosen,
        recommended_k=best,
        reason=why,
        verdict=verdict,
        elbow=_elbow(seen),
        votes=votes,
        table=shown,
        clusterings={row.k: seen.clusterings[row.k] for row in shown},
        sample_index=np.sort(index).astype(np.int64),
        n_used=len(sample),
    )


def _say_nothing(_stage: str, _share: float) -> None:
    """Stand in for a progress callback."""


def _checked(points: ArrayLike, k_min: int, k_max: int) -> Floats:
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"points must have shape (n, n_features), not empty; got {table.shape}.")
    if not np.isfinite(table).all():
        raise ValueError("points must be finite numbers; got NaN or infinity.")
    if not 1 <= k_min <= k_max:
        raise ValueError(f"k_min={k_min} should be from 1 to k_max={k_max}.")
    return table


def _sampled_rows(table: Floats, max_sample: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return rows in the order of their values, at most `max_sample` of them.

    In that order the same customers give the same answer however the file was sorted.
    """
    order = np.lexsort(table.T[::-1])
    if len(order) > max_sample:
        order = order[np.sort(rng.choice(len(order), max_sample, replace=False))]
    return order.astype(np.int64)


def _thinned(sample: Floats, rng: np.random.Generator) -> Floats:
    if len(sample) <= _COUNTED_ROWS:
        return sample
    return sample[np.sort(rng.choice(len(sample), _COUNTED_ROWS, replace=False))]


def _elbow(seen: Sweep) -> int | None:
    if len(seen.table) < 3:
        return None
    return find_elbow([row.k for row in seen.table], [row.inertia for row in seen.table])
