"""Chart: the data drawn, how it is encoded, and the words around it; painters only paint it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

LARGEST = 1e300
"""No axis goes further: the difference of two such values is still a number."""

MOST_POINTS = 4_000
"""A picture draws at most this many customers, and says so."""


@dataclass(frozen=True)
class Chart:
    """One picture before it is painted.

    Attributes
    ----------
    kind : str
        What is drawn: ``"elbow"``, ``"criterion"``, ``"scatter"`` ...; a painter each.
    title, subtitle : str
        What it shows, and how to read it.
    data : mapping of str to tuple
        The data drawn, tidy: columns of equal length.
    encoding : mapping of str to object
        Which column is which, what is marked, and the texts of marks. Plain values only.
    units : mapping of str to str
        Units of the columns of `data`; in people's own, never in standard deviations.
    note : str
        What a careful reader should know, such as that points were thinned.
    alt : str
        The picture in words, for those who cannot see it.
    panels : tuple of Chart
        The parts of a chart of small multiples; empty for a single one.
    """

    kind: str
    title: str
    subtitle: str = ""
    data: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    encoding: Mapping[str, Any] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    alt: str = ""
    panels: tuple[Chart, ...] = ()

    def __post_init__(self) -> None:
        lengths = {name: len(values) for name, values in self.data.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of a chart must be equally long; got {lengths}.")
        kept = {name: tuple(map(_within, values)) for name, values in self.data.items()}
        object.__setattr__(self, "data", kept)
        told = {key: _within(value) for key, value in self.encoding.items()}
        object.__setattr__(self, "encoding", told)

    def __len__(self) -> int:
        """Return the number of rows drawn, over all panels."""
        own = len(next(iter(self.data.values()), ()))
        return own + sum(len(panel) for panel in self.panels)

    def frame(self) -> pl.DataFrame:
        """Return the data drawn as a Polars frame; panels below each other, named in `panel`."""
        import polars as pl

        if not self.panels:
            return pl.DataFrame({name: list(values) for name, values in self.data.items()})
        parts = [
            panel.frame().select(pl.lit(panel.title).alias("panel"), pl.all())
            for panel in self.panels
        ]
        return pl.concat(parts, how="diagonal_relaxed")

    @cached_property
    def picture(self) -> bytes:
        """The chart as a PNG file; painted once, for the folder of figures and for the report."""
        from coterie.figures.static import png

        return png(self)

    def plot(self) -> go.Figure:
        """Paint it with Plotly."""
        from coterie.figures.interactive import to_plotly

        return to_plotly(self)


def _within(value: Any) -> Any:
    """Return a value that an axis can hold; arithmetic near the largest float overflows."""
    if isinstance(value, float) and abs(value) > LARGEST:
        return math.copysign(LARGEST, value)
    return value


def plain(values: ArrayLike) -> tuple[Any, ...]:
    """Return an array as a tuple of Python values; NaN and infinities become None."""
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return tuple(
            v if ok else None for v, ok in zip(array.tolist(), np.isfinite(array), strict=True)
        )
    return tuple(array.tolist())


def drawn(chart: Chart, key: str) -> NDArray[np.float64]:
    """Return where points stand: beside their value where many would cover each other."""
    return np.asarray(chart.data.get(f"{key}_drawn", chart.data[key]), dtype=np.float64)


def column(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[Any, ...]:
    """Return one field of each row, None where it is missing or not finite."""
    return tuple(
        None if (value := row.get(name)) is None or not np.isfinite(value) else value
        for row in rows
    )


def thin_points(
    x: ArrayLike, y: ArrayLike, *, limit: int = MOST_POINTS, seed: int = 0
) -> NDArray[np.int64]:
    """Choose which customers are drawn: all where they are few, fewer where they crowd.

    Parameters
    ----------
    x, y : array-like of float, shape (n,)
    limit : int
        At most so many.
    seed : int

    Returns
    -------
    int64 array
        Row numbers, ascending. A point's chance falls with the square root of the number of
        points in its cell of a 60 by 60 grid, so that thin places keep theirs.

    Examples
    --------
    >>> thin_points([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]).tolist()
    [0, 1, 2]
    """
    places = np.stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)], axis=1)
    usable = np.flatnonzero(np.isfinite(places).all(axis=1))
    if len(usable) <= limit:
        return usable.astype(np.int64)
    kept = places[usable]
    span = np.ptp(kept, axis=0)
    cells = np.minimum((kept - kept.min(axis=0)) / np.where(span > 0, span, 1.0) * 60, 59)
    number = cells[:, 0].astype(np.int64) * 60 + cells[:, 1].astype(np.int64)
    crowd = np.bincount(number, minlength=3600)[number]
    rng = np.random.default_rng(seed)
    keys = rng.exponential(size=len(usable)) * np.sqrt(crowd)  # exponential races: weight 1/sqrt
    return np.sort(usable[np.argpartition(keys, limit)[:limit]]).astype(np.int64)


def thinned_note(shown: int, total: int) -> str:
    """Say that points were thinned; empty if they were not.

    Examples
    --------
    >>> thinned_note(4000, 20000)
    '4,000 of 20,000 customers are drawn, fewer where they crowd.'
    """
    if shown >= total:
        return ""
    return f"{shown:,} of {total:,} customers are drawn, fewer where they crowd."
