"""Find the customers of a table who are least like any segment of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.cluster.density import DensityClustering
from coterie.errors import ConfigError
from coterie.insight.outliers import Outlier, explain_distance, usual_values
from coterie.schema import ROW, DateOrder
from coterie.scoring import matched
from coterie.segmentation import Segmentation
from coterie.tables import open_table
from coterie.workflow.explaining import feature_values


@dataclass(frozen=True, eq=False)
class Outliers:
    """The customers least like any segment.

    Attributes
    ----------
    customers : int
        Rows looked at.
    unusual : int
        Those farther from the nearest segment than 99 in 100 of its customers in training (of
        dense groups: beyond their reach).
    found : tuple of Outlier
        The farthest first.
    """

    customers: int
    unusual: int
    found: tuple[Outlier, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "customers": self.customers,
            "unusual": self.unusual,
            "outliers": [one.to_dict() for one in self.found],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each customer found, as for a table."""
        return [
            {
                "row": one.row,
                "customer": one.customer,
                "nearest": one.nearest,
                "segment_id": one.segment_id,
                "farness": round(one.farness, 3),
                "why": "; ".join(reason.sentence for reason in one.reasons),
            }
            for one in self.found
        ]


def find_outliers(
    model: Segmentation, source: Any, *, most: int = 20, dates: DateOrder | None = None
) -> Outliers:
    """Find the customers least like any segment, with the features in which they are.

    Distances are measured without the caps that keep extreme values from bending a fit; what is
    usual in a segment is learnt from the customers of this table.

    Parameters
    ----------
    model : Segmentation
    source : path or frame
        With the columns that placing needs.
    most : int
        At most so many are returned.
    dates : {"dmy", "mdy", "ymd"}, optional

    Returns
    -------
    Outliers

    Raises
    ------
    ConfigError
        If `most` is below 1.
    TableError, MissingColumnsError, SchemaError
        As `Segmentation.score`.
    """
    if most < 1:
        raise ConfigError([f"The number of customers to show must be 1 or more; it is {most}."])
    orders = {c.name: c.date_order for c in model.schema if c.date_order is not None}
    table = open_table(source, dates=dates, orders=orders or None)
    frame, _added = matched(table.frame, model.inputs)
    held = model.prepared(frame).sort(ROW).collect("polars")
    raw = model.scaling.filled(feature_values(held.lazy(), model.features))
    if not len(raw):
        return Outliers(0, 0, ())
    nearest, placed, farness = _far(model, raw)
    parts = model.scaling.parts
    scaled = np.column_stack([p.scaled(raw[:, j], capped=False) for j, p in enumerate(parts)])
    # Whoever is in no segment says nothing of what is usual in one.
    inside = placed > 0 if (placed > 0).any() else np.ones(len(raw), dtype=bool)
    usual = usual_values(raw[inside], scaled[inside], nearest[inside], len(model.segments))
    columns = [model.described[name] for name in model.features]
    ids = next((c.name for c in model.schema if c.kind == "id" and c.name in held.columns), None)
    farthest = np.argsort(-farness, kind="stable")[:most]
    found = []
    for index in farthest.tolist():
        name = model.segments[nearest[index]].name
        found.append(
            Outlier(
                row=int(held.get_column(ROW)[index]) + 1,
                customer="" if ids is None else str(held.get_column(ids)[index]),
                segment_id=int(placed[index]),
                nearest=name,
                farness=float(farness[index]),
                reasons=explain_distance(
                    raw[index], scaled[index], usual, int(nearest[index]), columns, name
                ),
            )
        )
    return Outliers(len(raw), int((farness > 1.0).sum()), tuple(found))


def _far(
    model: Segmentation, raw: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return each row's nearest segment (its index), the id it is placed in, and how far it is."""
    k = len(model.segments)
    costs = model.clustering.costs(model.scaling.matrix(raw))
    best = costs.argmin(axis=1)
    nearest = costs[:, :k].argmin(axis=1).astype(np.int64)
    free = model.scaling.matrix(raw, capped=False)
    away = model.clustering.distances(free)[np.arange(len(raw)), nearest]
    if isinstance(model.clustering, DensityClustering):
        return nearest, np.where(best < k, best + 1, 0), away
    usual = np.array([max(s.distances[2], 1e-12) for s in model.segments])
    return nearest, (best + 1).astype(np.int64), away / usual[nearest]
