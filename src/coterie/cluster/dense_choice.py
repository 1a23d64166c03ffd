"""How real dense groups are: found again, unlike look-alikes, and how many belong to none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from coterie.cluster.base import Clustering, Floats, Labels
from coterie.cluster.confidence import Refits, fit_temperature
from coterie.cluster.dense_fits import DenseFit, DenseMethod, Settings, fit_dense, refit_dense
from coterie.cluster.density import DensityClustering
from coterie.cluster.lookalikes import NULLS
from coterie.cluster.matching import label_agreement
from coterie.cluster.one_number import Three, least_kept, only_row, some_of, usual_figures
from coterie.cluster.resampling import contingency
from coterie.cluster.selection import KChoice
from coterie.cluster.structure import (
    MEANINGS,
    PREDICTS,
    STABLE,
    Evidence,
    Kind,
    Verdict,
    in_words,
)
from coterie.cluster.sweep import KQuality

Progress = Callable[[str, float], None]

_NAMES: dict[DenseMethod, str] = {"dbscan": "DBSCAN", "hdbscan": "HDBSCAN"}
# Rows that resamples and look-alikes are made of, and how many of each.
_SMALL, _DRAWS, _REFITS = 600, 2, 10
_PART = 0.8
# Left out more than this, the groups are the exception.
_MOST_LEFT_OUT = 0.25


@dataclass(frozen=True, eq=False)
class DenseChoice:
    """What a density method found, judged.

    Attributes
    ----------
    quality : KChoice
        With one number of groups, the method's own; figures without those in no group.
    settings : Settings
    left_out : float
        Share of the points that are placed in no group.
    agreement : float
        Share of the points that are placed as the method itself labelled them.
    """

    quality: KChoice
    settings: Settings
    left_out: float
    agreement: float


def choose_dense(
    points: ArrayLike,
    method: DenseMethod,
    *,
    seed: int = 0,
    max_sample: int = 5_000,
    progress: Progress | None = None,
) -> DenseChoice:
    """Find dense groups and judge how real they are.

    Natural: apart better than in any look-alike data, found again in other customers, and few
    customers in no group. Reproducible: found again. Constructed: anything else.

    Parameters
    ----------
    points : array-like of float, shape (n, n_features)
    method : {"dbscan", "hdbscan"}
    seed : int
    max_sample : int
    progress : callable, optional

    Returns
    -------
    DenseChoice
    """
    table = np.asarray(points, dtype=np.float64)
    rng = np.random.default_rng([seed, 41])
    # In the order of their values, so that how the file is sorted cannot matter.
    order = np.lexsort(table.T[::-1])
    if len(order) > max_sample:
        order = order[np.sort(rng.choice(len(order), max_sample, replace=False))]
    sample = table[order]
    say = progress or (lambda _words, _share: None)
    say("looking for dense groups", 0.0)
    own = fit_dense(sample, method)
    # What is told is told of the customers as they are placed.
    fit = replace(own, labels=own.clustering.assign(sample).labels)
    say("resampling", 0.4)
    held = stability_of_dense(sample, fit.clustering, fit.settings, seed).stability
    strength = predict_halves(sample, fit, rng)
    say("comparing with look-alike data", 0.7)
    nulls = _look_alikes(sample, method, rng) if fit.clustering.n_clusters > 1 else []
    row = only_row(
        sample,
        fit.labels,
        np.bincount(fit.labels[fit.labels >= 0], minlength=fit.clustering.n_clusters).tolist(),
        stability=held,
        strength=strength,
        nulls=[null.figures for null in nulls],
    )
    left_out = float((fit.labels < 0).mean())
    return DenseChoice(
        KChoice(
            k=row.k,
            recommended_k=row.k,
            reason=_reason(fit, left_out),
            verdict=_judge(fit, row, nulls, left_out),
            elbow=None,
            votes=(),
            table=(row,),
            clusterings={row.k: fit.clustering},
            sample_index=np.sort(order).astype(np.int64),
            n_used=len(sample),
        ),
        fit.settings,
        left_out,
        label_agreement(own.labels, fit.labels),
    )


@dataclass(frozen=True)
class _Null:
    """What the same search finds in a table that only looks like the customers'."""

    apart: float
    figures: Three


def _look_alikes(sample: Floats, method: DenseMethod, rng: np.random.Generator) -> list[_Null]:
    """Run the same search on data that looks like the customers' but has no groups."""
    small = some_of(sample, _SMALL, rng)
    found = []
    for make in NULLS.values():
        for _ in range(_DRAWS):
            null = make(small, rng)
            fit = fit_dense(null, method)
            found.append(_Null(fit.apart, usual_figures(null, fit.labels) or (0.0, 0.0, 0.0)))
    return found


def stability_of_dense(
    points: Floats, clustering: Clustering, settings: Settings, seed: int
) -> Refits:
    """Fit again on 80 % of the points, ten times, and see how far the answers agree.

    Not on bootstrap samples: points drawn twice would make dense what is not.

    Returns
    -------
    Refits
        The temperature under which the shares of membership fit the refits' answers best, and the
        mean Jaccard overlap of each cluster with the refits' most like one (Hennig 2007).
    """
    rng = np.random.default_rng([seed, 772])
    k, n = clustering.n_clusters, len(points)
    costs = clustering.costs(points)
    own = costs.argmin(axis=1)
    votes, overlaps = np.zeros((n, k + 1)), np.zeros(k)
    for _ in range(_REFITS):
        rows = np.sort(rng.choice(n, max(round(_PART * n), 2), replace=False))
        again = refit_dense(points[rows], settings, _PART)
        labels = np.full(n, k) if again is None else _as_ours(again.assign(points).labels, own, k)
        votes[np.arange(n), labels] += 1.0
        shared = contingency(own.astype(np.int32), labels.astype(np.int32), k + 1)[:k, :k]
        union = np.bincount(own, minlength=k + 1)[:k] + np.bincount(labels, minlength=k + 1)[:k]
        met = np.diagonal(shared)
        overlaps += met / np.maximum(union - met, 1)
    return Refits(fit_temperature(costs, votes), overlaps / _REFITS)


def _as_ours(other: Labels, own: Labels, k: int) -> Labels:
    """Return another fit's labels as the cluster of ours that each has most in common with.

    Two of its clusters may not both be the same one of ours: the one with more in common is. `k`
    stands for none.
    """
    count = int(other.max(initial=-1)) + 1
    shared = np.zeros((count + 1, k + 1))
    np.add.at(shared, (np.where(other < 0, count, other), own), 1.0)
    place = np.full(count + 1, k)
    for theirs, ours in sorted(
        ((i, j) for i in range(count) for j in range(k)), key=lambda pair: -shared[pair]
    ):
        if shared[theirs, ours] > 0 and place[theirs] == k and ours not in place[:count]:
            place[theirs] = ours
    return np.asarray(place[np.where(other < 0, count, other)], dtype=np.int32)


def predict_halves(points: Floats, fit: DenseFit, rng: np.random.Generator) -> float:
    """Return prediction strength (Tibshirani and Walther 2005): see `resampling`."""
    if fit.clustering.n_clusters == 1:
        return 1.0
    half, scores = len(points) // 2, []
    for _ in range(2):
        order = rng.permutation(len(points))
        halves = [points[np.sort(part)] for part in (order[:half], order[half:])]
        fits = [refit_dense(part, fit.settings, 0.5) for part in halves]
        for train, test in ((0, 1), (1, 0)):
            scores.append(_kept_together(halves[test], fits[train], fits[test]))
    return float(np.mean(scores))


def _kept_together(
    points: Floats, train: DensityClustering | None, test: DensityClustering | None
) -> float:
    """Return the least share of a group's pairs that the other half's model keeps together."""
    if train is None or test is None:
        return 0.0
    return least_kept(test.assign(points).labels, train.assign(points).labels)


def _reason(fit: DenseFit, left_out: float) -> str:
    """Say in two sentences how the number came about."""
    settings, count = fit.settings, fit.clustering.n_clusters
    name = _NAMES[settings.method]
    none = f"{left_out:.0%} of the customers are in none of them"
    if settings.single:
        return (
            f"{name} finds no groups that empty space separates, at any setting tried: all that "
            f"is dense is one region. {left_out:.0%} of the customers lie outside it."
        )
    groups = f"{in_words(count)} dense groups" if count > 1 else "one dense group"
    how = (
        f"within {settings.near:.2g} scaled units, the distance about the knee at which groups "
        "are best apart"
        if settings.method == "dbscan"
        else f"of at least {settings.smallest} customers, the size at which groups are best apart"
    )
    return f"{name} finds {groups} {how}. {none[0].upper()}{none[1:]}."


def _judge(fit: DenseFit, row: KQuality, nulls: list[_Null], left_out: float) -> Verdict:
    """Say how real the dense groups are."""
    if row.k < 2:
        sentence = "All your customers but the outlying ones lie in one dense region."
        meaning = (
            "No line was drawn: there is nothing to tell customers apart by. For working segments "
            "of a continuum, use k-means."
        )
        return Verdict("constructed", sentence, meaning, ())
    most = max((null.apart for null in nulls), default=0.0)
    held = row.weakest_stability >= STABLE
    kind: Kind = "constructed"
    if fit.apart > most and held and left_out <= _MOST_LEFT_OUT:
        kind = "natural"
    elif held and row.prediction_strength >= PREDICTS:
        kind = "reproducible"
    count = in_words(row.k)
    sentence = {
        "natural": f"Your customers fall into {count} dense groups with emptier space between.",
        "reproducible": f"Your customers lie in {count} dense regions that are found again, but "
        "hardly emptier space between.",
        "constructed": f"The {count} dense regions are not found again reliably, or too many "
        "customers lie outside them.",
    }[kind]
    return Verdict(kind, sentence, MEANINGS[kind], _evidence(fit, row, nulls, left_out))


def _evidence(
    fit: DenseFit, row: KQuality, nulls: list[_Null], left_out: float
) -> tuple[Evidence, ...]:
    apart = [null.apart for null in nulls]
    mean, spread = (float(np.mean(apart)), float(np.std(apart))) if apart else (None, None)
    beaten = sum(value >= fit.apart for value in apart)
    return (
        Evidence(
            "separation of dense groups",
            fit.apart,
            mean,
            spread,
            f"Of {len(apart)} look-alike tables without groups, {beaten} show dense groups as far "
            "apart.",
        ),
        Evidence(
            "prediction strength",
            row.prediction_strength,
            None,
            None,
            "Of any two customers whom one half of the data puts together, the other half puts "
            f"{row.prediction_strength:.0%} together too, in the worst group.",
        ),
        Evidence(
            "stability of the weakest group",
            row.weakest_stability,
            None,
            None,
            f"In four fifths of the data the least stable group keeps {row.weakest_stability:.0%} "
            "of its customers.",
        ),
        Evidence(
            "customers in no group",
            left_out,
            None,
            None,
            f"{left_out:.0%} of the customers are in no group and take no part in the figures.",
        ),
    )
