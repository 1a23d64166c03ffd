"""Scaling as it is replayed: features filled, transformed, capped, scaled and mixed, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.config import Scaler
from coterie.schema.notes import Note

Transform = Literal["none", "log1p"]
Floats = NDArray[np.float64]

LARGEST = 1e100
"""Numbers beyond are cut to it: their squares could not be added up."""


@dataclass(frozen=True)
class ScaledFeature:
    """How one feature is made ready.

    Attributes
    ----------
    name : str
        The raw column.
    impute : float
        Stands for a missing value, in raw units: the median.
    transform : {"none", "log1p"}
    low, high : float
        Values are capped to these, in transformed units.
    centre, scale : float
        Subtracted and divided by, in transformed units.
    """

    name: str
    impute: float
    transform: Transform
    low: float
    high: float
    centre: float
    scale: float

    def expression(self, *, capped: bool = True) -> nw.Expr:
        """Raw column -> filled, transformed, capped (or not) and scaled."""
        column = nw.col(self.name).cast(nw.Float64).fill_null(self.impute)
        if self.transform == "log1p":
            column = (column.clip(lower_bound=0.0, upper_bound=LARGEST) + 1.0).log()
        bounds = (self.low, self.high) if capped else (-LARGEST, LARGEST)
        cut = column.clip(lower_bound=bounds[0], upper_bound=bounds[1])
        return (cut - self.centre) / self.scale

    def scaled(self, raw: Floats, *, capped: bool = True) -> Floats:
        """Return the same for an array of raw values; NaN is missing."""
        filled = np.where(np.isnan(raw), self.impute, raw)
        if self.transform == "log1p":
            filled = np.log(np.clip(filled, 0.0, LARGEST) + 1.0)
        bounds = (self.low, self.high) if capped else (-LARGEST, LARGEST)
        result: Floats = (np.clip(filled, *bounds) - self.centre) / self.scale
        return result

    def inverted(self, scaled: Floats) -> Floats:
        """Return raw values for scaled ones."""
        value = scaled * self.scale + self.centre
        return np.exp(np.minimum(value, 230.0)) - 1.0 if self.transform == "log1p" else value


@dataclass(frozen=True, eq=False)
class Scaling:
    """Features to points: what was fitted, as plain numbers.

    Attributes
    ----------
    kind : {"standard", "minmax", "robust"}
    parts : tuple of ScaledFeature
    components : ndarray of float, shape (n_components, n_features), or None
        Directions of PCA over the scaled features; None without PCA.
    mean : ndarray of float, shape (n_features,), or None
        Of the scaled features, subtracted before PCA.
    notes : tuple of Note
        What was filled, transformed and capped. Not part of what is saved.
    """

    kind: Scaler
    parts: tuple[ScaledFeature, ...]
    components: Floats | None = None
    mean: Floats | None = None
    notes: tuple[Note, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The raw columns."""
        return tuple(part.name for part in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scaled columns that `expressions` adds."""
        count = len(self.parts) if self.components is None else len(self.components)
        return tuple(f"__s{i}" for i in range(count))

    def expressions(self, *, capped: bool = True) -> list[nw.Expr]:
        """Return the scaled columns as expressions over the raw ones, named as `names`."""
        single = [part.expression(capped=capped) for part in self.parts]
        if self.components is None or self.mean is None:
            return [e.alias(name) for e, name in zip(single, self.names, strict=True)]
        mean = [float(m) for m in self.mean]
        mixed = []
        for name, weights in zip(self.names, self.components, strict=True):
            total = (single[0] - mean[0]) * float(weights[0])
            for expression, m, weight in zip(single[1:], mean[1:], weights[1:], strict=True):
                total = total + (expression - m) * float(weight)
            mixed.append(total.alias(name))
        return mixed

    def matrix(self, raw: Floats, *, capped: bool = True) -> Floats:
        """Return points for raw values.

        Parameters
        ----------
        raw : ndarray of float, shape (n, n_features)
            In the customers' own units, in the order of `features`; NaN is missing.
        capped : bool
            False leaves extreme values where they are: to measure how unlike anyone a customer
            is.

        Returns
        -------
        ndarray of float64, shape (n, n_scaled)
        """
        values = np.asarray(raw, dtype=np.float64)
        scaled = np.column_stack(
            [part.scaled(values[:, j], capped=capped) for j, part in enumerate(self.parts)]
        )
        if not capped:  # Their squares must not overflow.
            scaled = np.clip(scaled, -LARGEST, LARGEST)
        if self.components is None or self.mean is None:
            return scaled
        return (scaled - self.mean) @ self.components.T

    def alone(self, raw: Floats) -> Floats:
        """Return each feature scaled by itself, before any mixing; what is missing stays NaN.

        Shape (n, n_features), as `raw`.
        """
        values = np.asarray(raw, dtype=np.float64)
        scaled = np.column_stack([p.scaled(values[:, j]) for j, p in enumerate(self.parts)])
        return np.where(np.isnan(values), np.nan, scaled)

    def filled(self, raw: Floats) -> Floats:
        """Return raw values with missing ones filled, shape (n, n_features)."""
        values = np.asarray(raw, dtype=np.float64)
        return np.where(np.isnan(values), [part.impute for part in self.parts], values)

    def invert(self, points: Floats) -> Floats:
        """Return raw values, shape (n, n_features), of points of shape (n, n_scaled).

        Exact without PCA for values inside the caps; with PCA the nearest that the kept
        components can say.
        """
        scaled = np.asarray(points, dtype=np.float64)
        if self.components is not None and self.mean is not None:
            scaled = scaled @ self.components + self.mean
        return np.column_stack([p.inverted(scaled[:, j]) for j, p in enumerate(self.parts)])

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, exact to the last bit."""
        return {
            "kind": self.kind,
            "parts": [
                {key: getattr(part, key) for key in ScaledFeature.__dataclass_fields__}
                for part in self.parts
            ],
            "components": None if self.components is None else self.components.tolist(),
            "mean": None if self.mean is None else self.mean.tolist(),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Scaling:
        """Build from `to_dict`'s result."""
        components, mean = plain["components"], plain["mean"]
        return cls(
            kind=plain["kind"],
            parts=tuple(ScaledFeature(**part) for part in plain["parts"]),
            components=None if components is None else np.array(components, dtype=np.float64),
            mean=None if mean is None else np.array(mean, dtype=np.float64),
        )
