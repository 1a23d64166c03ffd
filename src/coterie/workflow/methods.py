"""Every method on the same customers: a table of what each finds, and which one to use."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.base import Clustering, Labels
from coterie.cluster.kmeans import fit_kmeans
from coterie.cluster.matching import adjusted_rand
from coterie.cluster.methods import METHODS
from coterie.cluster.neighbours import links_cut, nearest_neighbours
from coterie.cluster.sweep import Progress as Told
from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.schema import Schema
from coterie.schema.notes import Note
from coterie.workflow.grouping import find_groups
from coterie.workflow.preparing import Prepared, prepare
from coterie.workflow.progress import Clock, Progress
from coterie.workflow.recommending import recommend

# Customers that the methods are compared on.
COMPARED_ROWS = 1_500


@dataclass(frozen=True)
class Row:
    """One method at its best setting.

    Attributes
    ----------
    method, name : str
    k : int
        Number of groups.
    verdict : str
        How real they are: natural, reproducible or constructed.
    silhouette, calinski_harabasz, davies_bouldin : float or None
        In the space that the method works in, without customers in no group; None for one group.
    silhouette_null : float or None
        Of look-alike data without groups.
    prediction_strength, stability, weakest_stability : float or None
    links_cut : float
        Share of the links between each customer and the ten nearest that run between groups.
        Lower is better for groups of any shape; 0 for one group.
    links_cut_plain, like_plain : float
        The same of as many groups of k-means, and the adjusted Rand index with those.
    smallest : float
        Share of the customers in the smallest group.
    left_out : float
        Share of the customers in no group.
    seconds : float
        For all numbers of groups that were tried, with resampling and look-alike data.
    agreement : mapping of str to float
        Method -> adjusted Rand index with it over all customers compared, those in no group
        counted as one more: 1 the same groups, 0 as chance would agree.
    setting : str
        How the number of groups came about.
    fault : str
        Why the method could not be tried; empty where it was.
    """

    method: str
    name: str
    k: int = 0
    verdict: str = ""
    silhouette: float | None = None
    silhouette_null: float | None = None
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    prediction_strength: float | None = None
    stability: float | None = None
    weakest_stability: float | None = None
    links_cut: float = 0.0
    links_cut_plain: float = 0.0
    like_plain: float = 1.0
    smallest: float = 0.0
    left_out: float = 0.0
    seconds: float = 0.0
    agreement: Mapping[str, float] = field(default_factory=dict)
    setting: str = ""
    fault: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {key: getattr(self, key) for key in self.__dataclass_fields__} | {
            "agreement": dict(self.agreement)
        }


@dataclass(frozen=True)
class Comparison:
    """What every method finds among the same customers.

    Attributes
    ----------
    rows : tuple of Row
        In the order of `cluster.methods.METHODS`.
    recommended : Row
    reason : str
        One or two sentences.
    customers : int
        How many the methods were compared on.
    features : tuple of str
        The numbers that groups were looked for in.
    """

    rows: tuple[Row, ...]
    recommended: Row
    reason: str
    customers: int
    features: tuple[str, ...]

    def __getitem__(self, method: str) -> Row:
        """Return the row of a method."""
        return next(row for row in self.rows if row.method == method)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a Study tells of the comparison."""
        tried = sum(not row.fault for row in self.rows)
        text = f"{tried} methods were compared. {self.reason}"
        return (Note("segment", text),)

    def rows_plain(self) -> list[dict[str, Any]]:
        """Return a row for each method, as for a table; agreements as ``like_METHOD``."""
        methods = [row.method for row in self.rows]
        return [
            {key: value for key, value in row.to_dict().items() if key != "agreement"}
            | {f"like_{other}": row.agreement.get(other) for other in methods}
            for row in self.rows
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "recommended": self.recommended.method,
            "reason": self.reason,
            "customers": self.customers,
            "features": list(self.features),
            "methods": [row.to_dict() for row in self.rows],
        }


def compare_methods(
    source: Any,
    config: RunConfig | None = None,
    *,
    methods: Sequence[str] = (),
    schema: Schema | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Look for groups by every method, and recommend one.

    Parameters
    ----------
    source : path or frame
        What `tables.open_table` takes.
    config : RunConfig, optional
        Its method does not matter.
    methods : sequence of str
        Some of `config.METHODS`; all if empty. k-means is always among them.
    schema : Schema, optional
    progress : callable, optional

    Returns
    -------
    Comparison

    Raises
    ------
    ConfigError
        If there is no such method.
    InputError
        As `train`.
    """
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        known = ", ".join(METHODS)
        raise ConfigError(
            [f"There is no method {method}. Choose some of: {known}." for method in unknown]
        )
    config = replace(config or RunConfig(), method="auto")
    clock = Clock(progress)
    ready = prepare(source, config, schema, clock)
    with clock.stage("choose"):
        return compare_prepared(ready, config, clock.within, methods)


def compare_prepared(
    ready: Prepared, config: RunConfig, say: Told, methods: Sequence[str] = ()
) -> Comparison:
    """Compare on customers that are ready; see `compare_methods`."""
    chosen = [m for m in METHODS if not methods or m in methods or m == "kmeans"]
    rng = np.random.default_rng([config.seed, 9])
    n = len(ready.points)
    index = np.sort(rng.choice(n, min(n, COMPARED_ROWS), replace=False))
    links = nearest_neighbours(ready.points[index])
    labels: dict[str, Labels] = {}
    fits: Mapping[int, Clustering] | None = None
    rows = []
    for number, method in enumerate(chosen):
        say(f"trying {METHODS[method].name}", number / len(chosen))
        row, found, own = _try(ready, config, method, index, links, fits)
        rows.append(row)
        fits = fits if fits is not None else own  # k-means is the first.
        if found is not None:
            labels[method] = found
    told = tuple(_with_agreement(row, labels) for row in rows)
    best, reason = recommend(told, asked_for_categories=bool(ready.categories))
    return Comparison(told, best, reason, len(index), ready.choice.chosen)


def _try(
    ready: Prepared,
    config: RunConfig,
    method: str,
    index: NDArray[np.int64],
    links: NDArray[np.int64],
    plain_fits: Mapping[int, Clustering] | None,
) -> tuple[Row, Labels | None, Mapping[int, Clustering] | None]:
    """Look for groups by one method; return its row, labels of the rows compared, and its fits."""
    begun = time.perf_counter()
    empty = Row(method, METHODS[method].name)
    if config.k is not None and not METHODS[method].takes_k:
        why = "It finds the number of groups itself."
        if METHODS[method].ruled:
            why = "Its cells are fixed."
        return replace(empty, fault=why), None, None
    try:
        one = _as_taken(config, method)
        mixed = ready.suited(one)
    except ConfigError as fault:
        return replace(empty, fault=" ".join(fault.faults)), None, None
    points = mixed.points[index]
    if mixed.cells is not None:
        found = mixed.cells.look(points, one)
    else:
        found = find_groups(points, one, sizes=mixed.sizes)
    clustering, quality = found.clustering, found.quality
    labels = clustering.assign(points).labels
    figures = next(row for row in quality.table if row.k == quality.k)
    plain = (
        labels if plain_fits is None else _plain_labels(ready.points[index], quality.k, plain_fits)
    )
    row = replace(
        empty,
        k=quality.k,
        verdict=quality.verdict.kind,
        silhouette=figures.silhouette,
        silhouette_null=figures.silhouette_null,
        calinski_harabasz=figures.calinski_harabasz,
        davies_bouldin=figures.davies_bouldin,
        prediction_strength=figures.prediction_strength,
        stability=figures.stability,
        weakest_stability=figures.weakest_stability,
        links_cut=links_cut(links, labels),
        links_cut_plain=links_cut(links, plain),
        like_plain=adjusted_rand(labels, plain),
        smallest=figures.smallest,
        left_out=float((labels < 0).mean()),
        seconds=time.perf_counter() - begun,
        setting=quality.reason,
    )
    return row, labels, quality.clusterings


def _as_taken(config: RunConfig, method: str) -> RunConfig:
    """Return the settings without those that a method does not take."""
    if METHODS[method].ruled:
        # Its three columns are known by sight, unless just three are asked for.
        features = config.features if len(config.features) == 3 else ()
        return replace(config, method=method, pca=None, names={}, features=features)
    # The factors of numbers, if they were asked for, are not those of numbers and categories.
    return replace(config, method=method, pca=None if method == "kprototypes" else config.pca)


def _plain_labels(points: NDArray[np.float64], k: int, fits: Mapping[int, Clustering]) -> Labels:
    """Return the labels of as many groups of k-means."""
    found = fits.get(k) or fit_kmeans(points, k, seed=0)
    return found.assign(points).labels


def _with_agreement(row: Row, labels: Mapping[str, Labels]) -> Row:
    """Return the row with its agreement with every other method that was tried."""
    if row.method not in labels:
        return row
    own = labels[row.method]
    agreement = {
        method: adjusted_rand(own, other)
        for method, other in labels.items()
        if method != row.method
    }
    return replace(row, agreement=agreement)
