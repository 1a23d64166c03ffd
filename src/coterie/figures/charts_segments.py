"""Charts of the segments: where they lie, how large they are, how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from coterie.figures.chart import LARGEST, Chart, plain, thin_points, thinned_note
from coterie.figures.words import Described, is_year, mid_sentence, say_share, with_unit

FEW_VALUES = 12
"""Whole numbers so few that their points would lie on each other."""


def scatter(
    x: ArrayLike,
    y: ArrayLike,
    segment_ids: ArrayLike,
    *,
    axes: tuple[Described, Described],
    names: Mapping[int, str],
    centres: Mapping[int, tuple[float, float]] | None = None,
    total: int | None = None,
    seed: int = 0,
) -> Chart:
    """Draw customers by two features in their own units, centres named.

    Parameters
    ----------
    x, y : array-like of float, shape (n,)
        Untransformed values; customers who lack one are left out.
    segment_ids : array-like of int, shape (n,)
        From 1; 0 for customers without a segment.
    axes : pair of columns
        What `x` and `y` are.
    names : mapping of int to str
    centres : mapping of int to (float, float), optional
        Where names stand; by default the mean of the points given.
    total : int, optional
        Customers there are, if `x` is already a sample of them.
    seed : int
        Of the thinning.

    Returns
    -------
    Chart
        kind ``"scatter"``; data: ``x``, ``y``, ``segment_id``.
    """
    return _scatter(
        (np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)),
        np.asarray(segment_ids),
        kind="scatter",
        title=f"{axes[0].label} and {mid_sentence(axes[1].label)}",
        subtitle="A point is a customer; names stand at the centres.",
        labels=(with_unit(axes[0]), with_unit(axes[1])),
        units=(axes[0].unit, axes[1].unit),
        years=_years(axes),
        columns=tuple(axis.name for axis in axes),
        names=names,
        centres=centres,
        total=total,
        seed=seed,
    )


def scatter_3d(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    segment_ids: ArrayLike,
    *,
    axes: tuple[Described, Described, Described],
    names: Mapping[int, str],
    total: int | None = None,
    seed: int = 0,
) -> Chart:
    """Draw customers by three features in their own units; arguments as `scatter`.

    Returns
    -------
    Chart
        kind ``"scatter_3d"``; data: ``x``, ``y``, ``z``, ``segment_id``.
    """
    return _scatter(
        tuple(np.asarray(values, dtype=np.float64) for values in (x, y, z)),
        np.asarray(segment_ids),
        kind="scatter_3d",
        title=f"{axes[0].label}, {mid_sentence(axes[1].label)} and {mid_sentence(axes[2].label)}",
        subtitle="Three features at once.",
        labels=tuple(with_unit(axis) for axis in axes),
        units=tuple(axis.unit for axis in axes),
        years=_years(axes),
        columns=tuple(axis.name for axis in axes),
        names=names,
        centres=None,
        total=total,
        seed=seed,
    )


def pca_2d(
    x: ArrayLike,
    y: ArrayLike,
    segment_ids: ArrayLike,
    *,
    names: Mapping[int, str],
    explained: tuple[float, float],
    leans: tuple[str, str] = ("", ""),
    total: int | None = None,
    seed: int = 0,
) -> Chart:
    """Draw customers along the two directions in which they differ most (PCA).

    Parameters
    ----------
    x, y : array-like of float, shape (n,)
        Coordinates along the first and second direction.
    explained : pair of float
        Share of all differences that each direction holds, 0 to 1.
    leans : pair of str
        What each direction is mostly made of, such as ``"income, spending"``.

    Returns
    -------
    Chart
        kind ``"pca"``; data as `scatter`. The axes carry no numbers that mean anything, so
        painters draw none.
    """
    labels = tuple(
        f"Direction {i}" + (f": {lean}" if lean else "") + f" ({say_share(share)} of differences)"
        for i, (share, lean) in enumerate(zip(explained, leans, strict=True), start=1)
    )
    return _scatter(
        (np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)),
        np.asarray(segment_ids),
        kind="pca",
        title="All features at once",
        subtitle=f"Two directions (PCA) that hold {say_share(sum(explained))} of all differences "
        "between customers.",
        labels=labels,
        units=("", ""),
        names=names,
        centres=None,
        total=total,
        seed=seed,
    )


def _scatter(
    values: tuple[np.ndarray, ...],
    ids: np.ndarray,
    *,
    kind: str,
    title: str,
    subtitle: str,
    labels: tuple[str, ...],
    units: tuple[str, ...],
    names: Mapping[int, str],
    centres: Mapping[int, tuple[float, ...]] | None,
    total: int | None,
    seed: int,
    years: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
) -> Chart:
    """Thin the points, place the names, and build the chart."""
    usable = (np.abs(np.stack(values)) <= LARGEST).all(axis=0)  # False for NaN too
    missing = int((~usable).sum())
    near = _near(np.stack(values)[:, usable])
    usable[usable] = near
    kept = tuple(v[usable] for v in values)
    ids = ids[usable]
    there = [number for number in names if (ids == number).any()]
    if centres is None:
        centres = {n: tuple(float(v[ids == n].mean()) for v in kept) for n in there}
    rows = thin_points(kept[0], kept[1], seed=seed)
    everyone = len(ids) + max(0, int(total or 0) - len(values[0]))
    keys = "xyz"[: len(values)]
    data: dict[str, tuple[Any, ...]] = {
        key: plain(v[rows]) for key, v in zip(keys, kept, strict=True)
    }
    data["segment_id"] = plain(ids[rows].astype(np.int64))
    notes = [thinned_note(len(rows), everyone)]
    for key, v in zip(keys, kept, strict=True):
        if kind != "pca" and (apart := _step(v)):
            spread = np.random.default_rng([seed, ord(key)]).uniform(-0.28, 0.28, len(v))
            data[f"{key}_drawn"] = plain((v + apart * spread)[rows].round(6))
    if any(name.endswith("_drawn") for name in data):
        notes.append("Points of equal whole numbers are spread a little, so that all are seen.")
    if missing:
        notes.append(f"{missing:,} without one of these values cannot be drawn.")
    if far := int((~near).sum()):
        notes.append(
            f"{far:,} far beyond all others would shrink the picture and {_be(far)} left out."
        )
    return Chart(
        kind=kind,
        title=title,
        subtitle=subtitle,
        data=data,
        encoding={
            **{f"{key}_label": label for key, label in zip(keys, labels, strict=True)},
            "years": years,
            "columns": columns,
            "names": dict(names),
            "centres": {n: tuple(float(c) for c in centres[n]) for n in there if n in centres},
        },
        units=dict(zip(keys, units, strict=True)),
        note=" ".join(note for note in notes if note),
        alt=f"Customers by {' and '.join(labels)}, coloured by segment: "
        f"{', '.join(names[n] for n in there)}.",
    )


def _years(axes: Sequence[Described]) -> tuple[str, ...]:
    """Return which axes count years of the calendar."""
    return tuple(key for key, axis in zip("xyz", axes, strict=False) if is_year(axis))


def _near(values: np.ndarray) -> np.ndarray:
    """Tell which points do not stretch the picture: shape (n_axes, n) -> bool, shape (n,).

    Far is beyond the middle 99 % by more than its whole width again.
    """
    near = np.ones(values.shape[1], dtype=bool)
    for axis in values if values.shape[1] else ():
        low, high = np.quantile(axis, [0.005, 0.995])
        near &= (axis >= low - (high - low)) & (axis <= high + (high - low)) | (low == high)
    return near


def _be(count: int) -> str:
    """Return the verb for so many."""
    return "is" if count == 1 else "are"


def _step(values: np.ndarray) -> float:
    """Return the step between values where they are a few whole numbers; else 0."""
    distinct = np.unique(values)
    if (
        not 1 < len(distinct) <= min(FEW_VALUES, len(values) / 8)
        or (distinct != distinct.round()).any()
    ):
        return 0.0
    return float(np.diff(distinct).min())
