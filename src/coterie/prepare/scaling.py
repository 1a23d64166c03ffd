"""Learn from all rows how features are filled, transformed, capped and scaled."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw
import numpy as np

from coterie.config import Scaler
from coterie.errors import ConfigError
from coterie.prepare.fences import reach_of
from coterie.prepare.sampling import draw_sample
from coterie.prepare.scaled import LARGEST, Floats, ScaledFeature, Scaling
from coterie.prepare.scaling_notes import Fit, scaling_notes
from coterie.prepare.shapes import log_helps
from coterie.schema import Schema
from coterie.schema.looking import finite, floats, one_group, one_row
from coterie.schema.notes import Note

__all__ = ["ScaledFeature", "Scaling", "fit_scaling"]

SHAPE_ROWS = 10_000
"""Rows that the shape of a column, and the directions of PCA, are judged on."""

FAR_SHARE = 0.01
"""A far group with at least this share of the rows keeps its place; fewer rows are capped."""


def fit_scaling(
    frame: nw.LazyFrame[Any],
    schema: Schema,
    features: Sequence[str],
    *,
    scaler: Scaler = "standard",
    pca: float | int | None = None,
    asked: bool = False,
) -> Scaling:
    """Learn from all rows how features are filled, transformed, capped and scaled.

    Missing values get the median. Skewed money and counts are log-scaled where `log_helps` says
    so. Capped are values beyond three interquartile ranges from the quartiles (see `reach_of`)
    if fewer than 1 % of the rows (or fewer than three) lie there; where more do, they are a heavy
    tail or a group of their own, which keeps its place: then only the last half per cent is drawn
    in. Caps serve the fit; what people see stays as it is.

    Parameters
    ----------
    frame : nw.LazyFrame
        Cleaned rows with the feature columns and ROW.
    schema : Schema
        With the derived columns.
    features : sequence of str
    scaler : {"standard", "minmax", "robust"}
        Mean and standard deviation (after capping); least and most; median and interquartile
        range, or standard deviation where that range is zero.
    pca : float, int or None
        Share of variance to keep (between 0 and 1), or number of components.
    asked : bool
        True if the user named the features: then one that does not vary is an error.

    Returns
    -------
    Scaling

    Raises
    ------
    ConfigError
        If no feature varies, or one that was asked for does not.
    """
    fits = [Fit(schema[name]) for name in features]
    rows = int(one_row(frame, [nw.len()])[0])
    _look(frame, fits, rows)
    sample = _sample(frame, rows, [fit.column.name for fit in fits])
    for j, fit in enumerate(fits):
        if fit.count and log_helps(sample[:, j], fit.column):
            _to_log(fit)
    _cap(frame, fits, rows)
    varied = [fit for fit in fits if fit.std > _nothing(fit)]
    flat = [fit.column.name for fit in fits if fit not in varied]
    if not varied or (asked and flat):
        raise ConfigError(
            [f"{', '.join(flat) or 'No feature'} has the same value for nearly every customer, so "
             "no groups can be found by it. Choose other features."]
        )  # fmt: skip
    parts = tuple(_part(fit, scaler) for fit in varied)
    scaling = Scaling(scaler, parts, notes=scaling_notes(fits, varied, rows))
    if pca is None:
        return scaling
    kept = [j for j, fit in enumerate(fits) if fit in varied]
    return _with_pca(scaling, sample[:, kept], pca)


def _look(frame: nw.LazyFrame[Any], fits: list[Fit], rows: int) -> None:
    """Fill in counts, extremes and quantiles, in two passes."""
    tail = max(0.005, 1.5 / max(rows, 1))
    shares = {"low_tail": tail, "q25": 0.25, "median": 0.5, "q75": 0.75, "high_tail": 1 - tail}
    columns = [nw.col(fit.column.name).cast(nw.Float64) for fit in fits]
    basic = one_row(
        frame, [e for c in columns for e in (c.count(), c.min(), c.max(), c.std(ddof=0))]
    )
    wanted = [
        c.quantile(share, interpolation="linear") for c in columns for share in shares.values()
    ]
    quantiles = one_group(frame, wanted)
    for j, fit in enumerate(fits):
        count, least, most, deviation = basic[4 * j : 4 * j + 4]
        fit.count, fit.raw_std = int(count), finite(deviation) or 0.0
        fit.least, fit.most = finite(least) or 0.0, finite(most) or 0.0
        for key, value in zip(shares, quantiles[len(shares) * j :], strict=False):
            setattr(fit, key, finite(value) or 0.0)


def _sample(frame: nw.LazyFrame[Any], rows: int, names: list[str]) -> Floats:
    """Return some rows of the features, shape (n, n_features), NaN where missing."""
    drawn = draw_sample(frame, rows, SHAPE_ROWS, 0, list(dict.fromkeys(names)))
    table = drawn.select(*(nw.col(n).cast(nw.Float64) for n in names)).collect()
    columns = [floats(table, n) for n in names]
    return np.column_stack(columns)


def _to_log(fit: Fit) -> None:
    """Move what was learnt of a feature to its log scale; quantiles move with it."""
    fit.transform = "log1p"
    for key in ("low_tail", "q25", "q75", "high_tail", "least", "most"):
        setattr(fit, key, math.log1p(max(0.0, getattr(fit, key))))


def _transformed(fit: Fit) -> nw.Expr:
    """Raw column -> float, filled and transformed."""
    column = nw.col(fit.column.name).cast(nw.Float64).fill_null(fit.median)
    if fit.transform == "log1p":
        column = (column.clip(lower_bound=0.0, upper_bound=LARGEST) + 1.0).log()
    return column


def _cap(frame: nw.LazyFrame[Any], fits: list[Fit], rows: int) -> None:
    """Set the caps, then learn mean and standard deviation inside them."""
    fences = [_fences(fit, reach_of(rows)) for fit in fits]
    wanted = []
    for fit, (low, high) in zip(fits, fences, strict=True):
        value = _transformed(fit)
        wanted.append((value < low).cast(nw.Int64).sum())
        wanted.append((value > high).cast(nw.Int64).sum())
    beyond = [int(count or 0) for count in one_row(frame, wanted)]
    for j, (fit, (low, high)) in enumerate(zip(fits, fences, strict=True)):
        fit.low = _cap_at(low, fit.low_tail, fit.least, beyond[2 * j], rows, min)
        fit.high = _cap_at(high, fit.high_tail, fit.most, beyond[2 * j + 1], rows, max)
    _moments(frame, fits)


def _fences(fit: Fit, ranges: float) -> tuple[float, float]:
    """Return where values begin to be far out, in transformed units."""
    if fit.column.kind == "flag":
        return -LARGEST, LARGEST
    reach = ranges * (fit.q75 - fit.q25)
    if reach == 0:
        reach = 10.0 * fit.raw_std  # half of the rows are equal: quartiles know no scale
    return max(fit.q25 - reach, -LARGEST), min(fit.q75 + reach, LARGEST)


def _cap_at(
    fence: float,
    tail: float,
    extreme: float,
    beyond: int,
    rows: int,
    outer: Callable[[float, float], float],
) -> float:
    """Return the cap on one side: the fence, or the tail where enough rows lie beyond."""
    if not beyond:
        return float(outer(extreme, fence)) if abs(fence) < LARGEST else fence
    if beyond < max(3, FAR_SHARE * rows):
        return fence
    return float(outer(fence, tail))


def _moments(frame: nw.LazyFrame[Any], fits: list[Fit]) -> None:
    """Fill in mean and standard deviation (of the population) of the capped values."""
    cut = [_transformed(fit).clip(lower_bound=fit.low, upper_bound=fit.high) for fit in fits]
    means = one_row(frame, [value.mean() for value in cut])
    for fit, mean in zip(fits, means, strict=True):
        fit.mean = finite(mean) or 0.0
    squares = [((value - fit.mean) ** 2).mean() for value, fit in zip(cut, fits, strict=True)]
    counts = []
    for fit in fits:
        value = _transformed(fit)
        counts.append(((value < fit.low) | (value > fit.high)).cast(nw.Int64).sum())
    answers = one_row(frame, squares + counts)
    for j, fit in enumerate(fits):
        fit.std = math.sqrt(max(0.0, finite(answers[j]) or 0.0))
        fit.capped = int(answers[len(fits) + j] or 0)


def _part(fit: Fit, scaler: Scaler) -> ScaledFeature:
    """Return what is kept of one feature."""
    log = fit.transform == "log1p"
    median = math.log1p(max(0.0, fit.median)) if log else fit.median
    if scaler == "minmax":
        low, high = max(fit.least, fit.low), min(fit.most, fit.high)
        centre, scale = low, high - low
    elif scaler == "robust":
        centre, scale = median, fit.q75 - fit.q25
    else:
        centre, scale = fit.mean, fit.std
    if not scale > _nothing(fit):
        scale = fit.std
    return ScaledFeature(
        fit.column.name, fit.median, fit.transform, fit.low, fit.high, centre, scale
    )


def _nothing(fit: Fit) -> float:
    """Return what counts as no spread at all beside the size of the values."""
    return 1e-12 * max(abs(max(fit.least, fit.low)), abs(min(fit.most, fit.high)), 1e-290)


def _with_pca(scaling: Scaling, raw: Floats, pca: float | int) -> Scaling:
    """Add the directions of most variance, found on a sample of the rows.

    Each direction's largest weight is positive, so that signs are the same everywhere.
    """
    points = scaling.matrix(raw)
    mean = points.mean(axis=0)
    covariance = np.atleast_2d(np.cov(points - mean, rowvar=False, ddof=0))
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = np.clip(values[::-1], 0.0, None), vectors[:, ::-1]
    if isinstance(pca, int):
        if pca > len(values):
            raise ConfigError(
                [f"PCA to {pca} components needs at least {pca} features; there are "
                 f"{len(values)}: {', '.join(scaling.features)}."]
            )  # fmt: skip
        count = pca
    else:
        shares = np.cumsum(values) / max(float(values.sum()), 1e-300)
        count = int(np.searchsorted(shares, pca - 1e-12) + 1)
    components = vectors[:, : min(count, len(values))].T
    largest = np.argmax(np.abs(components), axis=1)
    signs = np.sign(components[np.arange(len(components)), largest])
    share = float(values[: len(components)].sum() / max(float(values.sum()), 1e-300))
    note = Note(
        "pca",
        f"{len(scaling.parts)} features are condensed to {len(components)} principal components, "
        f"which hold {share:.0%} of their variance.",
    )
    return replace(
        scaling,
        components=np.ascontiguousarray(components * signs[:, None]),
        mean=mean,
        notes=(*scaling.notes, note),
    )
