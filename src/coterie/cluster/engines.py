"""What divides points into a given number of clusters: each engine but the default, k-means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from coterie.cluster.base import Clustering, Floats, Labels
from coterie.cluster.resampling import Fitter, labels_of


@dataclass(frozen=True)
class Engine:
    """One way to divide points into k clusters.

    Attributes
    ----------
    method : str
    fit : callable
        ``fit(points, ks, seed)`` -> a clustering for each k.
    quick : callable
        ``quick(points, k, rng)`` -> a clustering, with less care: for resamples.
    all_at_once : callable or None
        ``all_at_once(points, ks)`` -> labels for each k, where one piece of work serves all.
    """

    method: str
    fit: Callable[[Floats, Sequence[int], int], dict[int, Clustering]]
    quick: Fitter
    all_at_once: Callable[[Floats, Sequence[int]], dict[int, Labels]] | None = None

    def quick_labels(
        self, points: Floats, ks: Sequence[int], rng: np.random.Generator
    ) -> dict[int, Labels]:
        """Return labels at every k, fitted with less care."""
        if self.all_at_once is not None:
            return self.all_at_once(points, ks)
        return {k: labels_of(self.quick(points, k, rng), points) for k in ks}


def _each(fit: Callable[[Floats, int, int], Clustering]) -> Callable[..., dict[int, Clustering]]:
    """Return what fits every k by itself."""
    return partial(_fit_each, fit)


def _fit_each(
    fit: Callable[[Floats, int, int], Clustering], points: Floats, ks: Sequence[int], seed: int
) -> dict[int, Clustering]:
    return {k: fit(points, k, seed) for k in ks}


def engine_for(method: str, points: Floats, seed: int, **settings: Any) -> Engine | None:
    """Return the engine of a method that is given the number of clusters; None for k-means.

    Parameters
    ----------
    method : str
        A key of `methods.METHODS` with ``takes_k``.
    points : float64 array, shape (n, n_features)
        That it will be asked to divide: a mixture's shape is chosen by them.
    seed : int
    settings : dict
        ``sizes`` for k-prototypes: how many columns each category has, at the end of the points.
    """
    maker = _MAKERS.get(method)
    return maker(points, seed, settings) if maker is not None else None


def _mixture(points: Floats, seed: int, settings: Mapping[str, Any]) -> Engine:
    from coterie.cluster.mixture import choose_shape, fit_mixtures, quick_mixture

    del settings
    shape = choose_shape(points, seed)
    return Engine(
        "mixture", partial(fit_mixtures, shape=shape), partial(quick_mixture, shape=shape)
    )


def _ward(points: Floats, seed: int, settings: Mapping[str, Any]) -> Engine:
    from coterie.cluster.trees import fit_ward, quick_ward, ward_labels

    del points, seed, settings
    return Engine("ward", fit_ward, quick_ward, ward_labels)


def _minibatch(points: Floats, seed: int, settings: Mapping[str, Any]) -> Engine:
    from coterie.cluster.halving import fit_minibatch, quick_minibatch

    del points, seed, settings
    return Engine("minibatch", _each(fit_minibatch), quick_minibatch)


def _bisecting(points: Floats, seed: int, settings: Mapping[str, Any]) -> Engine:
    from coterie.cluster.halving import fit_bisecting, quick_bisecting

    del points, seed, settings
    return Engine("bisecting", _each(fit_bisecting), quick_bisecting)


def _prototypes(points: Floats, seed: int, settings: Mapping[str, Any]) -> Engine:
    from coterie.cluster.prototypes import fit_prototypes, quick_prototypes

    del points, seed
    sizes = tuple(settings["sizes"])
    return Engine(
        "kprototypes",
        _each(partial(fit_prototypes, sizes=sizes)),
        partial(quick_prototypes, sizes=sizes),
    )


_MAKERS: dict[str, Callable[[Floats, int, Mapping[str, Any]], Engine]] = {
    "mixture": _mixture,
    "ward": _ward,
    "minibatch": _minibatch,
    "bisecting": _bisecting,
    "kprototypes": _prototypes,
}
