"""Clusterings as plain values and arrays, by their kind: what a bundle holds of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coterie.cluster.base import CentreClustering, Clustering
from coterie.cluster.density import DensityClustering
from coterie.cluster.grid import GridClustering
from coterie.cluster.mixture import MixtureClustering

_KINDS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "centres": (CentreClustering, ("centres",)),
    "mixture": (MixtureClustering, ("weights", "centres", "covariances")),
    "density": (DensityClustering, ("cores", "owners", "reach", "centres")),
    "grid": (GridClustering, ("breaks", "edges", "cells", "centres", "both")),
}
"""Kind -> what it is built from: arrays and plain values, and its method besides."""


def clustering_to_dict(clustering: Clustering) -> dict[str, Any]:
    """Return a clustering as its kind, its method and its parts.

    Raises
    ------
    TypeError
        If it is of no kind that is known.
    """
    for kind, (made, parts) in _KINDS.items():
        if isinstance(clustering, made):
            arrays = {part: getattr(clustering, part) for part in parts}
            return {"kind": kind, "method": clustering.method, **arrays}
    raise TypeError(f"A {type(clustering).__name__} cannot be kept: its kind is not known.")


def clustering_from_dict(plain: Mapping[str, Any]) -> Clustering:
    """Build from `clustering_to_dict`'s result.

    Raises
    ------
    ValueError
        If the kind is not known, or the arrays do not fit together.
    """
    if plain["kind"] not in _KINDS:
        raise ValueError(f"There is no kind of clustering {plain['kind']}.")
    made, parts = _KINDS[plain["kind"]]
    found: Clustering = made(**{part: plain[part] for part in parts}, method=plain["method"])
    return found
