"""What a grid of fixed breaks is worth: the usual figures, and how far other customers move it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from coterie.cluster.base import Floats
from coterie.cluster.confidence import Refits, fit_temperature
from coterie.cluster.grid import GridClustering
from coterie.cluster.lookalikes import NULLS
from coterie.cluster.one_number import Three, least_kept, only_row, some_of, usual_figures
from coterie.cluster.selection import KChoice
from coterie.cluster.structure import Evidence, Verdict, in_words
from coterie.cluster.sweep import KQuality

Progress = Callable[[str, float], None]

# Rows that look-alikes are made of, how many of each kind, and resamples.
_SMALL, _DRAWS, _REFITS, _SPLITS = 600, 2, 10, 4
# Of breaks that nobody else's customers move, every placement is sure.
_CERTAIN = 1e-15

_MEANING = (
    "A grid is a rule and looks for no groups: use its cells to sort, to budget and to follow "
    "customers from month to month, not as kinds of people. Whether there are groups in the same "
    "columns, k-means says."
)


def choose_grid(
    points: Floats,
    clustering: GridClustering,
    *,
    moves: bool,
    seed: int = 0,
    max_sample: int = 5_000,
    progress: Progress | None = None,
) -> KChoice:
    """Return the figures of a grid's cells, with the verdict that a rule can have.

    It is constructed, whatever the figures: a grid divides a continuum as readily as groups.

    Parameters
    ----------
    points : float64 array, shape (n, 3)
        Scaled.
    clustering : GridClustering
    moves : bool
        Whether its breaks were put at quantiles of the customers, and so would lie elsewhere for
        others; else they were given.
    seed, max_sample : int
    progress : callable, optional

    Returns
    -------
    KChoice
        With one number: of the cells that hold customers.
    """
    rng = np.random.default_rng([seed, 53])
    order = np.lexsort(points.T[::-1])
    if len(order) > max_sample:
        order = order[np.sort(rng.choice(len(order), max_sample, replace=False))]
    sample = points[order]
    say = progress or (lambda _words, _share: None)
    labels = clustering.cell_of(sample)
    k = len(np.unique(labels))
    say("resampling", 0.2)
    held = refit_grid(sample, clustering, moves=moves, seed=seed).stability[np.unique(labels)]
    strength = _strength(sample, clustering, rng, moves=moves)
    say("comparing with look-alike data", 0.6)
    counts = np.bincount(labels)
    row = only_row(
        sample,
        labels,
        counts[counts > 0].tolist(),
        stability=held,
        strength=strength,
        nulls=_look_alikes(sample, clustering, rng, moves=moves),
    )
    return KChoice(
        k=k,
        recommended_k=k,
        reason=_reason(clustering, k, moves=moves),
        verdict=_verdict(row, moves=moves),
        elbow=None,
        votes=(),
        table=(row,),
        clusterings={k: clustering},
        sample_index=np.sort(order).astype(np.int64),
        n_used=len(sample),
    )


def refit_grid(
    points: Floats, clustering: GridClustering, *, moves: bool, seed: int, largest: int = 2_000
) -> Refits:
    """Put the breaks at the same quantiles of bootstrap samples, and see who changes cells.

    Returns
    -------
    Refits
        The temperature under which the shares of membership fit the refits' answers best, and the
        mean Jaccard overlap of each cell with the same cell of the refits. Given breaks do not
        move: every placement is sure, and every cell the same.
    """
    k = clustering.n_clusters
    if not moves or k == 1:
        return Refits(_CERTAIN, np.ones(k))
    rng = np.random.default_rng([seed, 773])
    if len(points) > largest:
        points = points[np.sort(rng.choice(len(points), largest, replace=False))]
    own = clustering.cell_of(points)
    votes, overlaps = np.zeros((len(points), k)), np.zeros(k)
    for _ in range(_REFITS):
        drawn = points[rng.integers(0, len(points), len(points))]
        again = _placed_anew(drawn, clustering).cell_of(points)
        votes[np.arange(len(points)), again] += 1.0
        for cell in range(k):
            either = int(((own == cell) | (again == cell)).sum())
            overlaps[cell] += ((own == cell) & (again == cell)).sum() / either if either else 1.0
    costs = clustering.costs(points)
    others = np.sort(costs, axis=1)[:, 1]
    near = float(np.log(max(float(others.mean()), 1e-12)))
    return Refits(fit_temperature(costs, votes, around=near), overlaps / _REFITS)


def _placed_anew(points: Floats, clustering: GridClustering) -> GridClustering:
    """Return the same cells with breaks at the quantiles of other points."""
    shares = np.arange(1, clustering.n_scores) / clustering.n_scores
    breaks = np.quantile(points, shares, axis=0).T
    return replace(clustering, breaks=breaks, edges=breaks)


def _strength(
    points: Floats, clustering: GridClustering, rng: np.random.Generator, *, moves: bool
) -> float:
    """Return the prediction strength of the cells (Tibshirani and Walther 2005)."""
    if not moves or clustering.n_clusters == 1:
        return 1.0
    half, scores = len(points) // 2, []
    for _ in range(_SPLITS):
        order = rng.permutation(len(points))
        halves = points[order[:half]], points[order[half:]]
        fits = [_placed_anew(part, clustering) for part in halves]
        for train, test in ((0, 1), (1, 0)):
            own, theirs = (fits[j].cell_of(halves[test]) for j in (test, train))
            scores.append(least_kept(own, theirs))
    return float(np.mean(scores))


def _look_alikes(
    sample: Floats, clustering: GridClustering, rng: np.random.Generator, *, moves: bool
) -> list[Three]:
    """Return the figures of the same grid over data that looks like the customers'."""
    small = some_of(sample, _SMALL, rng)
    found = []
    for make in NULLS.values():
        for _ in range(_DRAWS):
            null = make(small, rng)
            grid = _placed_anew(null, clustering) if moves else clustering
            figures = usual_figures(null, grid.cell_of(null))
            if figures is not None:
                found.append(figures)
    return found


def _reason(clustering: GridClustering, k: int, *, moves: bool) -> str:
    """Say in two sentences where the cells come from."""
    total, n = clustering.n_clusters, clustering.n_scores
    held = "and all hold customers" if k == total else f"of which {in_words(k)} hold customers"
    where = (
        f"breaks that give each of the scores 1 to {n} as nearly an equal share of these customers "
        "as ties allow"
        if moves
        else "the breaks that were given"
    )
    return (
        f"The RFM grid has {in_words(total)} cells, {held}. They lie between "
        f"{where}, and stay there for every customer who comes later."
    )


def _verdict(row: KQuality, *, moves: bool) -> Verdict:
    """Say what a rule is, with the figures beside it."""
    count = in_words(row.k)
    sentence = (
        f"These {count} segments are cells of a grid: a rule on recency, frequency and monetary "
        "value drew the lines, not a search for groups"
    )
    if row.silhouette is None or row.silhouette_null is None:
        return Verdict("constructed", f"{sentence}.", _MEANING, ())
    sentence += (
        f"; its silhouette is {_told(row.silhouette)}, and look-alike data without groups gives "
        f"{_told(row.silhouette_null)}."
    )
    again = (
        f"With breaks at the quantiles of other customers the least stable cell keeps "
        f"{row.weakest_stability:.0%} of its customers."
        if moves
        else "The breaks were given, so that no other customers move them."
    )
    return Verdict(
        "constructed",
        sentence,
        _MEANING,
        (
            Evidence(
                "silhouette",
                row.silhouette,
                row.silhouette_null,
                row.silhouette_null_sd,
                f"The silhouette is {_told(row.silhouette)}; the same grid over look-alike data "
                f"gives {_told(row.silhouette_null)}.",
            ),
            Evidence("stability of the weakest group", row.weakest_stability, None, None, again),
        ),
    )


def _told(figure: float) -> str:
    """Return a figure with two places, and no minus before nothing."""
    return f"{round(figure, 2) + 0.0:.2f}"
