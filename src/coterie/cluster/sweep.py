"""Every figure at every number of clusters: the customers' own, and those of look-alike data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coterie.cluster import quality, resampling, structure
from coterie.cluster.base import Clustering, Floats, Labels
from coterie.cluster.descent import grown_by_one, nearest_centres
from coterie.cluster.engines import Engine
from coterie.cluster.kmeans import fit_kmeans
from coterie.cluster.valleys import find_valleys

Progress = Callable[[str, float], None]

# Random starts of each fit: more is tighter and slower. The points may be all there are, or a
# sample whose centres will be refined on the rest.
_EFFORT_ALL, _EFFORT_SAMPLE = 8, 2
# Rows that random data and bootstrap samples are made of.
_SMALL = 600
# Rows that are halved: of fewer, chance decides whether a cut of a continuum is found again.
_HALVED = 1_500
# Random halvings that prediction strength is the mean of: a small table needs more.
_SPLITS_ALL, _SPLITS_SAMPLE = 8, 4
# Draws of each kind of look-alike data; the uniform box also serves the gap statistic.
_DRAWS = {"shuffled columns": 2, "Gaussian copula": 2, "one Gaussian": 2, "uniform box": 5}


class KQuality(NamedTuple):
    """Every figure at one number of clusters; None where it is not defined.

    Attributes
    ----------
    k : int
    inertia : float
        Within-cluster sum of squares, in squared units of the scaled features.
    silhouette, calinski_harabasz, davies_bouldin : float or None
        Of the points used. Higher, higher and lower is better. None at k = 1.
    silhouette_null, calinski_harabasz_null, davies_bouldin_null : float or None
        Mean of the same over look-alike data of all kinds, at most 600 rows each.
    silhouette_null_sd, calinski_harabasz_null_sd, davies_bouldin_null_sd : float or None
        Standard deviation over look-alike data of all kinds.
    gap, gap_error : float
        Gap statistic and its standard error, on at most 600 rows.
    prediction_strength : float
        0 to 1.
    stability, weakest_stability : float
        Mean Jaccard overlap with bootstrap clusters, over all clusters and of the worst.
    smallest : float
        Share of the points in the smallest cluster.
    """

    k: int
    inertia: float
    silhouette: float | None
    silhouette_null: float | None
    silhouette_null_sd: float | None
    calinski_harabasz: float | None
    calinski_harabasz_null: float | None
    calinski_harabasz_null_sd: float | None
    davies_bouldin: float | None
    davies_bouldin_null: float | None
    davies_bouldin_null_sd: float | None
    gap: float
    gap_error: float
    prediction_strength: float
    stability: float
    weakest_stability: float
    smallest: float


class Figures(NamedTuple):
    """Figures of a partition that look-alike data has too."""

    log_inertia: float
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep over k found.

    Attributes
    ----------
    table : tuple of KQuality
        Ascending in k.
    clusterings : dict of int to Clustering
    silhouette_nulls : dict of int to dict of str to (mean, sd)
        For each k, the silhouette of each kind of look-alike data.
    """

    table: tuple[KQuality, ...]
    clusterings: dict[int, Clustering]
    silhouette_nulls: dict[int, dict[str, tuple[float, float]]]

    def row(self, k: int) -> KQuality:
        """Return the figures at k."""
        return next(row for row in self.table if row.k == k)

    def standing(
        self, k: int, smooth_points: Floats, rng: np.random.Generator, *, counted: bool
    ) -> structure.Standing:
        """Return what the verdict on k groups needs; `smooth_points` have their ties spread."""
        row, found = self.row(k), self.clusterings[k]
        labels = found.assign(smooth_points).labels
        borders = find_valleys(smooth_points, labels, found.centres, rng)
        return structure.Standing(
            k=k,
            silhouette=row.silhouette,
            nulls=self.silhouette_nulls.get(k, {}),
            valleys=tuple(border.p_value for border in borders.values()),
            depths=tuple(border.depth for border in borders.values()),
            prediction_strength=row.prediction_strength,
            stability=row.stability,
            weakest_stability=row.weakest_stability,
            counted=counted,
        )


def sweep(
    points: Floats,
    ks: Sequence[int],
    seed: int,
    say: Progress,
    *,
    sampled: bool = False,
    helper: Executor | None = None,
    engine: Engine | None = None,
) -> Sweep:
    """Fit every k and compute every figure.

    Parameters
    ----------
    points : float64 array, shape (n, n_features)
        Not more than a few thousand: all pairwise distances are computed once.
    ks : sequence of int
        Ascending, at most as many as there are distinct points.
    seed : int
    say : callable
        Told the stage and the share done.
    sampled : bool
        Whether there are more rows, on which the chosen centres will be refined.
    helper : concurrent.futures.Executor, optional
        Another process, which then sees to the look-alike data. The answer is the same.
    engine : Engine, optional
        What fits the customers, their resamples and look-alikes alike; k-means if None.

    Returns
    -------
    Sweep
    """
    rng = np.random.default_rng(seed)
    small, halved = _some(points, _SMALL, rng), _some(points, _HALVED, rng)
    splits = _SPLITS_SAMPLE if sampled else _SPLITS_ALL
    asked = (small, halved, tuple(ks), seed, splits, engine)
    pending = helper.submit(look_aside, *asked) if helper else None
    found = _fits(points, ks, seed, say, sampled=sampled, engine=engine)
    labels = {k: found[k].assign(points).labels for k in ks}
    own = _figures(points, labels)
    stable = {}
    for number, k in enumerate(ks):
        say("resampling", number / len(ks))
        stable[k] = resampling.stability(small, found[k], rng, fit=_fitter(engine))
    say("comparing with look-alike data", 0.9)
    aside = pending.result() if pending else look_aside(*asked)
    nulls = aside.nulls
    table = []
    for k in ks:
        row = _row(
            k, points, labels[k], own.get(k), [part for kind in nulls.values() for part in kind]
        )
        references = np.array([draw[k].log_inertia for draw in nulls["uniform box"]])
        gap, error = resampling.gap_statistic(aside.log_inertia[k], references)
        table.append(
            row._replace(
                gap=gap,
                gap_error=error,
                prediction_strength=aside.prediction_strength[k],
                stability=float(stable[k].mean()),
                weakest_stability=float(stable[k].min()),
            )
        )
    means = {
        k: {kind: _mean_sd([draw[k].silhouette for draw in draws]) for kind, draws in nulls.items()}
        for k in ks
        if k > 1
    }
    return Sweep(tuple(table), found, means)


def _fits(
    points: Floats,
    ks: Sequence[int],
    seed: int,
    say: Progress,
    *,
    sampled: bool,
    engine: Engine | None,
) -> dict[int, Clustering]:
    """Fit every k; k-means also from the centres before it and one more."""
    if engine is not None:
        say("trying numbers of groups", 0.0)
        return engine.fit(points, ks, seed)
    found: dict[int, Clustering] = {}
    effort = _EFFORT_SAMPLE if sampled else _EFFORT_ALL
    for number, k in enumerate(ks):
        say("trying numbers of groups", number / len(ks))
        start = grown_by_one(points, found[k - 1].centres) if k - 1 in found else None
        found[k] = fit_kmeans(points, k, seed=seed, start=start, effort=effort)
    return found


def _fitter(engine: Engine | None) -> resampling.Fitter:
    return resampling.quick_fit if engine is None else engine.quick


class Aside(NamedTuple):
    """What can be computed without the fits: by k, and for look-alike data by its kind too."""

    nulls: dict[str, list[dict[int, Figures]]]
    log_inertia: dict[int, float]
    prediction_strength: dict[int, float]


def _some(points: Floats, most: int, rng: np.random.Generator) -> Floats:
    """Return at most so many of the rows, in their order."""
    if len(points) <= most:
        return points
    return points[np.sort(rng.choice(len(points), most, replace=False))]


def look_aside(
    points: Floats,
    halved: Floats,
    ks: tuple[int, ...],
    seed: int,
    splits: int,
    engine: Engine | None = None,
) -> Aside:
    """Return the figures of data that looks like `points`, and of halves of `halved`, at every k.

    A function of its arguments alone, so that another process may compute it.
    """
    rng = np.random.default_rng([seed, 1])
    return Aside(
        {
            kind: [
                _null_figures(structure.NULLS[kind](points, rng), ks, rng, engine)
                for _ in range(draws)
            ]
            for kind, draws in _DRAWS.items()
        },
        {k: _log_inertia(points, labels) for k, labels in _quick(points, ks, rng, engine).items()},
        {k: _strength(halved, k, rng, splits, engine) for k in ks},
    )


def _strength(
    points: Floats, k: int, rng: np.random.Generator, splits: int, engine: Engine | None
) -> float:
    if engine is None:
        return resampling.prediction_strength(points, k, rng, splits)
    return resampling.prediction_strength(points, k, rng, splits, engine.quick)


def _row(
    k: int, points: Floats, labels: Labels, own: Figures | None, nulls: list[dict[int, Figures]]
) -> KQuality:
    """Return the figures at k that need no resampling."""
    smallest = float(np.bincount(labels, minlength=k).min() / len(labels))
    inertia = quality.inertia(points, labels)
    if own is None:
        return _undefined(k, inertia, smallest)
    null, null_sd = _mean_sd([draw[k].silhouette for draw in nulls])
    ratio, ratio_sd = _mean_sd([draw[k].calinski_harabasz for draw in nulls])
    overlap, overlap_sd = _mean_sd([draw[k].davies_bouldin for draw in nulls])
    return KQuality(
        k=k,
        inertia=inertia,
        silhouette=own.silhouette,
        silhouette_null=null,
        silhouette_null_sd=null_sd,
        calinski_harabasz=own.calinski_harabasz,
        calinski_harabasz_null=ratio,
        calinski_harabasz_null_sd=ratio_sd,
        davies_bouldin=own.davies_bouldin,
        davies_bouldin_null=overlap,
        davies_bouldin_null_sd=overlap_sd,
        gap=0.0,
        gap_error=0.0,
        prediction_strength=1.0,
        stability=1.0,
        weakest_stability=1.0,
        smallest=smallest,
    )


def _undefined(k: int, inertia: float, smallest: float) -> KQuality:
    """Return the row of a k at which neither silhouettes nor ratios are defined."""
    return KQuality(
        k=k,
        inertia=inertia,
        silhouette=None,
        silhouette_null=None,
        silhouette_null_sd=None,
        calinski_harabasz=None,
        calinski_harabasz_null=None,
        calinski_harabasz_null_sd=None,
        davies_bouldin=None,
        davies_bouldin_null=None,
        davies_bouldin_null_sd=None,
        gap=0.0,
        gap_error=0.0,
        prediction_strength=1.0,
        stability=1.0,
        weakest_stability=1.0,
        smallest=smallest,
    )


def _figures(points: Floats, labels: dict[int, Labels]) -> dict[int, Figures]:
    """Return the figures at every k where they are defined: from 2 to n - 1 clusters."""
    counts = {k: len(np.unique(part)) for k, part in labels.items()}
    usable = [k for k, count in counts.items() if 2 <= count < len(points)]
    widths = quality.silhouettes(points, [labels[k] for k in usable])
    return {
        k: Figures(
            _log_inertia(points, labels[k]),
            width.mean,
            quality.calinski_harabasz(points, labels[k]),
            quality.davies_bouldin(points, labels[k]),
        )
        for k, width in zip(usable, widths, strict=True)
    }


def _null_figures(
    points: Floats, ks: Sequence[int], rng: np.random.Generator, engine: Engine | None
) -> dict[int, Figures]:
    """Return the figures of look-alike data at every k; zeros where they are not defined."""
    labels = _quick(points, ks, rng, engine)
    figures = _figures(points, labels)
    return {k: figures.get(k, Figures(_log_inertia(points, labels[k]), 0.0, 0.0, 0.0)) for k in ks}


def _quick(
    points: Floats, ks: Sequence[int], rng: np.random.Generator, engine: Engine | None
) -> dict[int, Labels]:
    """Return quick labels at every k."""
    if engine is not None:
        return engine.quick_labels(points, ks, rng)
    return {k: nearest_centres(points, resampling.quick_fit(points, k, rng).centres) for k in ks}


def _log_inertia(points: Floats, labels: Labels) -> float:
    return float(np.log(max(quality.inertia(points, labels), 1e-300)))


def _mean_sd(values: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.std(values))
