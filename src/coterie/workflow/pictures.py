"""Every picture of a Study, from its values; each is made once, when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.confidence import squared_distances
from coterie.figures import charts
from coterie.figures.chart import Chart
from coterie.placement import NO_SEGMENT
from coterie.schema import Column
from coterie.workflow.study import quality_rows

if TYPE_CHECKING:
    from coterie.cluster.selection import KChoice
    from coterie.workflow.exploring import Overview
    from coterie.workflow.study import Study

MOST_PROFILE_COLUMNS = 14
SILHOUETTE_ROWS = 1_500
FEWEST_EACH = 2
FEW_VALUES = 15
MOST_DISTRIBUTIONS = 60


class Figures(Mapping[str, Chart]):
    """The charts of a Study by name; `study.figures["elbow"].plot()` paints one with Plotly.

    Names: ``elbow``, ``criteria``, ``flow_4`` and ``flow_6`` (what changes with one segment fewer
    or more than 5), ``silhouettes``, ``clusters_2d``, ``clusters_3d``,
    ``clusters_pca``, ``sizes``, ``profile_heatmap``, ``comparison``; those that need two
    segments, or two or three features, are absent where there are fewer.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._made: dict[str, Chart] = {}

    @cached_property
    def _makers(self) -> dict[str, Callable[[], Chart]]:
        """Name -> what makes the chart, in the order of a report."""
        dimensions = self._study.sample.points.shape[1]
        features = len(self._study.sample.raw)
        makers: dict[str, Callable[[], Chart]] = {}
        if len(self._study.quality.table) > 1:
            makers |= {"elbow": self._elbow, "criteria": self._criteria}
        makers |= {f"flow_{one.k}": partial(getattr, one, "chart") for one in self._study.others}
        if self._study.k > 1:
            makers["silhouettes"] = self._silhouettes
        if features >= 2:
            makers["clusters_2d"] = self._clusters_2d
        if features >= 3:
            makers["clusters_3d"] = self._clusters_3d
        if dimensions >= 3:
            makers["clusters_pca"] = self._clusters_pca
        return makers | {
            "sizes": self._sizes,
            "profile_heatmap": self._profile_heatmap,
            "comparison": self._comparison,
        }

    def __getitem__(self, name: str) -> Chart:
        """Return a chart by name."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Return the names in the order of a report."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many charts there are."""
        return len(self._makers)

    def __getattr__(self, name: str) -> Chart:
        """Return a chart by name, as in `study.figures.elbow`."""
        if name.startswith("_") or name not in self._makers:
            raise AttributeError(f"no figure {name}; there are {', '.join(self._makers)}")
        return self[name]

    @cached_property
    def _names(self) -> dict[int, str]:
        names = {segment.id: segment.name for segment in self._study.segments}
        return names | {0: NO_SEGMENT} if self._study.left_out else names

    @cached_property
    def _real_names(self) -> dict[int, str]:
        """Names of the segments alone, for what compares segments."""
        return {segment.id: segment.name for segment in self._study.segments}

    @cached_property
    def _by_separation(self) -> list[str]:
        """Features, best separated first: the share of variance that lies between segments."""
        study = self._study
        parts = study.segmentation.scaling.parts
        scaled = np.column_stack([part.scaled(study.sample.raw[part.name]) for part in parts])
        apart = _between_share(scaled, study.sample.labels)
        names = list(study.sample.raw)
        # A column of few values draws lines of points over each other: others are seen better.
        few = [len(np.unique(study.sample.raw[name])) < FEW_VALUES for name in names]
        apart = np.where(few, apart - 1.0, apart)
        return [names[j] for j in np.argsort(-apart, kind="stable")]

    def _columns(self, count: int) -> tuple[Column, ...]:
        described = self._study.segmentation.described
        return tuple(described[name] for name in self._by_separation[:count])

    def _centres(self, columns: tuple[Column, ...]) -> dict[int, tuple[float, ...]]:
        """Return each segment's mean in the units of `columns`, over all its customers.

        A segment of which no value of a column is known has none.
        """
        return {
            segment.id: tuple(segment.profile[column.name] for column in columns)
            for segment in self._study.segments
            if all(column.name in segment.profile for column in columns)
        }

    def _elbow(self) -> Chart:
        return choice_charts(self._study.quality)["elbow"]

    def _criteria(self) -> Chart:
        return choice_charts(self._study.quality)["criteria"]

    def _silhouettes(self) -> Chart:
        sample = self._study.sample
        inside = np.flatnonzero(sample.labels > 0)
        rows = np.linspace(0, len(inside) - 1, min(len(inside), SILHOUETTE_ROWS))
        kept = inside[np.unique(rows.round().astype(np.int64))]
        if len(np.unique(sample.labels[kept])) < FEWEST_EACH:
            kept = inside
        labels = sample.labels[kept]
        values = silhouette_values(sample.points[kept], labels)
        return charts.silhouettes(values, labels, names=self._real_names)

    def _clusters_2d(self) -> Chart:
        x, y = self._columns(2)
        sample = self._study.sample
        return charts.scatter(
            sample.raw[x.name],
            sample.raw[y.name],
            sample.labels,
            axes=(x, y),
            names=self._names,
            centres={key: (c[0], c[1]) for key, c in self._centres((x, y)).items()},
            total=self._study.kept,
        )

    def _clusters_3d(self) -> Chart:
        x, y, z = self._columns(3)
        raw = self._study.sample.raw
        return charts.scatter_3d(
            raw[x.name],
            raw[y.name],
            raw[z.name],
            self._study.sample.labels,
            axes=(x, y, z),
            names=self._names,
            total=self._study.kept,
        )

    def _clusters_pca(self) -> Chart:
        points = self._study.sample.points
        places, explained, directions = principal_plane(points)
        named = len(self._study.segmentation.scaling.names) == len(self._study.sample.raw)
        leans = [self._lean(direction) if named else "" for direction in directions]
        return charts.pca_2d(
            places[:, 0],
            places[:, 1],
            self._study.sample.labels,
            names=self._names,
            explained=(float(explained[0]), float(explained[1])),
            leans=(leans[0], leans[1]),
            total=self._study.kept,
        )

    def _lean(self, direction: NDArray[np.float64]) -> str:
        """Name the two features that a direction is mostly made of."""
        described = self._study.segmentation.described
        names = list(self._study.sample.raw)
        strongest = np.argsort(-np.abs(direction), kind="stable")[:2]
        return ", ".join(described[names[j]].label.lower() for j in strongest)

    def _sizes(self) -> Chart:
        counts = {s.id: s.size for s in self._study.segments} | {0: self._study.left_out}
        return charts.sizes(self._names, counts)

    def _profile_columns(self) -> tuple[Column, ...]:
        """Return the features first, then the other numbers, as many as a picture can show."""
        described = self._study.segmentation.described
        profiles = self._study.profiles
        names = dict.fromkeys((*profiles.features, *profiles.overall.numbers))
        known = [n for n in names if n in profiles.overall.numbers and n in described]
        return tuple(described[name] for name in known[:MOST_PROFILE_COLUMNS])

    def _profile_heatmap(self) -> Chart:
        profiles, columns = self._study.profiles, self._profile_columns()
        everyone = profiles.overall.numbers
        return charts.profile_heatmap(
            columns,
            self._real_names,
            {c.name: {s.id: s.numbers[c.name].mean for s in profiles} for c in columns},
            average={c.name: everyone[c.name].mean for c in columns},
            spread={c.name: everyone[c.name].std for c in columns},
        )

    def _comparison(self) -> Chart:
        profiles, columns = self._study.profiles, self._profile_columns()
        return charts.comparison(
            columns,
            self._real_names,
            {
                c.name: {
                    s.id: {
                        "mean": s.numbers[c.name].mean,
                        "low": s.numbers[c.name].q10,
                        "high": s.numbers[c.name].q90,
                    }
                    for s in profiles
                }
                for c in columns
            },
            average={c.name: profiles.overall.numbers[c.name].mean for c in columns},
        )


def choice_charts(quality: KChoice) -> dict[str, Chart]:
    """Return the charts of the choice of k, which are ready before all others."""
    every = quality_rows(quality, with_one=True)
    return {
        "elbow": charts.elbow(every, elbow=quality.elbow, chosen=quality.k),
        "criteria": charts.criteria(
            quality_rows(quality, with_one=quality.k == 1), chosen=quality.k
        ),
    }


def _between_share(points: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of each column's variance that lies between the groups, 0 to 1."""
    middle = points.mean(axis=0)
    between = np.zeros(points.shape[1])
    for label in np.unique(labels):
        own = points[labels == label]
        between += len(own) * (own.mean(axis=0) - middle) ** 2
    total = ((points - middle) ** 2).sum(axis=0)
    return between / np.where(total > 0, total, 1.0)


def silhouette_values(
    points: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return each point's silhouette (Rousseeuw 1987), shape (n,); 0 where it is alone.

    Examples
    --------
    >>> silhouette_values(np.array([[0.0], [1.0], [9.0]]), np.array([1, 1, 2])).round(3).tolist()
    [0.889, 0.875, 0.0]
    """
    groups, own = np.unique(labels, return_inverse=True)
    member = own[:, None] == np.arange(len(groups))
    sizes = member.sum(axis=0)
    total = np.sqrt(squared_distances(points, points)) @ member
    rows = np.arange(len(points))
    inside = total[rows, own] / np.maximum(sizes[own] - 1, 1)
    total[rows, own] = np.inf
    outside = (total / sizes).min(axis=1)
    larger = np.maximum(inside, outside)
    values = (outside - inside) / np.where(larger > 0, larger, 1.0)
    return np.where(sizes[own] > 1, values, 0.0)


def principal_plane(
    points: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places along the first two principal directions, their shares, and the directions.

    Each direction's sign is that of its largest weight, so that a picture never flips.
    """
    centred = points - points.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False))
    directions = vectors[:, np.argsort(-values, kind="stable")[:2]].T
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(2), largest])[:, None]
    shares = np.sort(values)[::-1][:2] / max(values.sum(), 1e-300)
    return centred @ directions.T, shares, directions


def exploration_charts(overview: Overview) -> dict[str, Chart]:
    """Return the pictures of a table before any group is looked for, by file name."""
    found, schema = overview.exploration, overview.schema
    rows = {row.column: row for row in found.statistics}
    made: dict[str, Chart] = {}
    panels = []
    for name, histogram in found.histograms.items():
        row = rows[name]
        panel = charts.distribution(
            schema[name],
            histogram.edges,
            histogram.counts,
            median=row.median,
            mean=row.mean,
            beyond=found.beyond.get(name, 0),
        )
        panels.append(panel)
        if len(made) < MOST_DISTRIBUTIONS:
            made[f"distribution_{name}"] = panel
    if len(found.correlations.names) > 1:
        labels = [schema[name].label for name in found.correlations.names]
        made["correlation_matrix"] = charts.correlations(labels, found.correlations.matrix)
    if panels:
        made["distributions"] = charts.distributions(panels)
        made["outliers"] = _outliers(overview)
    made["missing"] = _missing(overview)
    return made


def _outliers(overview: Overview) -> Chart:
    """Draw the usual range of each numeric column and what lies beyond."""
    found, schema = overview.exploration, overview.schema
    rows = {row.column: row for row in found.statistics}
    columns, boxes = [], []
    for beyond in found.outliers:
        row = rows[beyond.column]
        if row.min is None or row.max is None:
            continue
        columns.append(schema[beyond.column])
        boxes.append(
            {
                "q1": row.q25,
                "median": row.median,
                "q3": row.q75,
                "min": row.min,
                "max": row.max,
                "low": max(row.min, beyond.lower),
                "high": min(row.max, beyond.upper),
                "outside": beyond.mild,
                "values": beyond.values,
            }
        )
    return charts.outliers(columns, boxes)


def _missing(overview: Overview) -> Chart:
    """Draw where values are missing, over the rows of the table."""
    found, schema = overview.exploration, overview.schema
    rows = {row.column: row for row in found.statistics}
    names = [name for name in found.missing_map.columns if name in schema]
    counts = [
        rows[name].missing if name in rows else round(found.missing[name] * found.rows)
        for name in names
    ]
    shares = dict(zip(found.missing_map.columns, found.missing_map.shares, strict=True))
    return charts.missing_map(
        [schema[name].label for name in names],
        counts,
        found.rows,
        blocks=[shares[name] for name in names],
    )
