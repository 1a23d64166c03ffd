"""Which method looks for the groups, and how its number of groups is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import CentreClustering, Clustering
from coterie.cluster.confidence import Refits, refit_on_others
from coterie.cluster.dense_choice import choose_dense, stability_of_dense
from coterie.cluster.dense_fits import DenseMethod
from coterie.cluster.engines import engine_for
from coterie.cluster.matching import label_agreement
from coterie.cluster.methods import METHODS
from coterie.cluster.selection import KChoice, choose_k
from coterie.cluster.sweep import Progress
from coterie.cluster.threads import one_thread
from coterie.cluster.trees import ward_labels
from coterie.config import COUNTING, RunConfig
from coterie.placement import NO_SEGMENT
from coterie.schema.notes import Note

# A mixture's costs are twice a negative logarithm: at this temperature shares are probabilities.
PROBABILITIES = 2.0
# Agreement with the method's own labels from which there is nothing to tell.
ALIKE = 0.99

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Found:
    """What a method found in a sample of customers.

    Attributes
    ----------
    quality : KChoice
    refit : callable
        ``refit(points, clustering)`` -> what refits to other customers say of it.
    notes : tuple of Note
    """

    quality: KChoice
    refit: Callable[[Points, Clustering], Refits]
    notes: tuple[Note, ...] = ()

    @property
    def clustering(self) -> Clustering:
        """The clusters to use."""
        return self.quality.clusterings[self.quality.k]


def find_groups(
    points: Points,
    config: RunConfig,
    *,
    sampled: bool = False,
    sizes: Sequence[int] = (),
    helper: Executor | None = None,
    progress: Progress | None = None,
) -> Found:
    """Look for groups by the method of the settings.

    Parameters
    ----------
    points : ndarray of float, shape (n, n_features)
        Scaled.
    config : RunConfig
        With a method that is not ``"auto"``.
    sampled : bool
        Whether the points are a sample, on whose rest the clusters will be refined.
    sizes : sequence of int
        How many columns each category has, at the end of the points.
    helper, progress : optional
        As in `selection.choose_k`.

    Returns
    -------
    Found
    """
    _load(config.method)
    with one_thread():
        if config.method in COUNTING:
            return _by_density(points, config, progress)
        return _by_number(points, config, sampled, sizes, helper, progress)


def _load(method: str) -> None:
    """Import the library of a method, before threads are counted."""
    if method not in ("kmeans", "famd", "kprototypes"):
        import sklearn.cluster
        import sklearn.mixture  # noqa: F401


def _by_density(points: Points, config: RunConfig, progress: Progress | None) -> Found:
    """Let a density method find the number itself."""
    method: DenseMethod = "dbscan" if config.method == "dbscan" else "hdbscan"
    found = choose_dense(
        points, method, seed=config.seed, max_sample=config.sample, progress=progress
    )
    refit = partial(stability_of_dense, settings=found.settings, seed=config.seed)
    notes = []
    if found.left_out:
        text = (
            f"{found.left_out:.1%} of the customers are like no segment. They have the segment "
            f"{NO_SEGMENT}, and take no part in the figures of quality."
        )
        notes.append(Note("segment", text))
    if found.agreement < ALIKE:
        notes.append(_differs(METHODS[config.method].name, "core", found.agreement))
    return Found(found.quality, refit, tuple(notes))


def _differs(name: str, by: str, agreement: float) -> Note:
    """Say how far placing by what is kept of a method agrees with the method itself."""
    text = (
        f"Customers are placed by the nearest {by}, which agrees with {name} itself on "
        f"{agreement:.0%} of them."
    )
    return Note("segment", text)


def _by_number(
    points: Points,
    config: RunConfig,
    sampled: bool,
    sizes: Sequence[int],
    helper: Executor | None,
    progress: Progress | None,
) -> Found:
    """Choose the number of groups for a method that is told it."""
    engine = engine_for(config.method, points, config.seed, sizes=sizes)
    quality = choose_k(
        points,
        k_min=config.k_min,
        k_max=config.k_max,
        k=config.k,
        seed=config.seed,
        max_sample=config.sample,
        sampled=sampled,
        helper=helper,
        progress=progress,
        engine=engine,
        counts=not METHODS[config.method].mixed,
    )
    if engine is None:
        quality = _called(quality, config.method)
        return Found(quality, partial(refit_on_others, seed=config.seed))
    temperature = PROBABILITIES if config.method == "mixture" else None
    refit = partial(refit_on_others, seed=config.seed, fit=engine.quick, temperature=temperature)
    if config.method == "ward":
        return Found(quality, refit, _ward_notes(points, quality))
    return Found(quality, refit)


def _ward_notes(points: Points, quality: KChoice) -> tuple[Note, ...]:
    """Say how far the nearest centre agrees with Ward's own tree, if not nearly everywhere."""
    sample = points[quality.sample_index]
    own = ward_labels(sample, [quality.k])[quality.k]
    agreement = label_agreement(own, quality.clusterings[quality.k].assign(sample).labels)
    return (_differs("Ward's tree", "centre", agreement),) if agreement < ALIKE else ()


def _called(quality: KChoice, method: str) -> KChoice:
    """Return the choice of k-means under the name of the method that it is a part of."""
    if method == "kmeans":
        return quality
    renamed = {
        k: replace(found, method=method) if isinstance(found, CentreClustering) else found
        for k, found in quality.clusterings.items()
    }
    return replace(quality, clusterings=renamed)
