"""Compare two studies: settings, figures, who went where, and which segment became which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from coterie.cluster.matching import adjusted_rand
from coterie.errors import CoterieError, InputError
from coterie.schema import ROW
from coterie.segmentation import NO_SEGMENT, Segmentation
from coterie.tables import open_table
from coterie.workflow.comparison import Became, Comparison, Flow, Kind, Pair
from coterie.workflow.study import Study, quality_rows

if TYPE_CHECKING:
    import polars as pl

MOST_COMPARED = 20_000
"""Customers that both studies place; more are drawn evenly from the table."""

TOGETHER = 0.8
"""A segment stays together, and is another, where four in five of its customers are."""

WORTH_TELLING = 0.1
"""A smaller part of a segment is not told of."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of two studies: what comparing needs to know of it.

    Attributes
    ----------
    name : str
    segmentation : Segmentation
    figures : mapping of str to float
        Of the segments in use; see `model_figures` for those a bundle tells by itself.
    rows : path or frame, optional
        Customers of it, to be placed by both.
    """

    name: str
    segmentation: Segmentation
    figures: Mapping[str, float | None] = field(default_factory=dict)
    rows: Any = None

    @classmethod
    def of(cls, model: Study | Segmentation | Side) -> Side:
        """Return a study, or a model by itself, as a side."""
        if isinstance(model, Side):
            return model
        if isinstance(model, Segmentation):
            return cls(str(model.provenance.get("data", {}).get("name", "")), model)
        chosen = next(r for r in quality_rows(model.quality, with_one=True) if r["k"] == model.k)
        figures = {key: value for key, value in chosen.items() if key != "k"}
        return cls(model.name, model.segmentation, figures, model.labelled)

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked for and what was used, by a plain name."""
        model = self.segmentation
        data = model.provenance.get("data", {})
        settings = dict(model.provenance.get("settings", {}))
        labels = [model.described[name].label for name in model.features]
        return {
            "data": data.get("name"),
            "fingerprint": data.get("fingerprint"),
            "rows": data.get("rows"),
            "as_of": model.provenance.get("as_of"),
            "features used": ", ".join(labels),
            "method used": model.clustering.method,
            "verdict": model.verdict["kind"],
            **{key: value for key, value in settings.items() if key not in ("as_of", "k")},
            "k": settings.get("k") or "auto",
            "coterie": model.provenance.get("versions", {}).get("coterie"),
        }

    @property
    def all_figures(self) -> dict[str, float | None]:
        """Figures that any bundle tells, then those that came with the study."""
        return {**model_figures(self.segmentation), **self.figures}


def compare(
    left: Study | Segmentation | Side,
    right: Study | Segmentation | Side,
    *,
    on: Any = None,
    most: int = MOST_COMPARED,
) -> Comparison:
    """Compare two studies: their settings, figures, and the same customers placed by both.

    Parameters
    ----------
    left, right : Study, Segmentation or Side
    on : path or frame, optional
        Customers to place by both; by default those of the left, or else of the right.
    most : int
        At most so many customers are placed, drawn evenly.

    Returns
    -------
    Comparison
        Without a flow, and with the reason in `why_not`, where no customers are at hand that
        both can place.

    Raises
    ------
    InputError
        If `on` is given and cannot be read or placed.

    Examples
    --------
    >>> import coterie as ct
    >>> from coterie.tables.synthetic import make_customers
    >>> customers, _ = make_customers(300, segments=3, seed=1)
    >>> study = ct.segment(customers)
    >>> compare(study, study).adjusted_rand
    1.0
    """
    one, other = Side.of(left), Side.of(right)
    found = Comparison(
        left=one.name,
        right=other.name,
        settings=_pairs(one.settings, other.settings),
        figures=_figures(one, other),
    )
    why = "No customers are at hand to place by both. Give a table that both can place."
    sources = [on] if on is not None else [s.rows for s in (one, other) if s.rows is not None]
    for source in sources:
        try:
            rows = _drawn(source, one.segmentation, most)
            labels = [_placed(side.segmentation, rows) for side in (one, other)]
        except CoterieError as fault:
            if on is not None:
                raise
            why = f"The same customers cannot be placed by both: {fault}"
            continue
        return replace(found, **_flowing(one, other, *labels))
    return replace(found, why_not=why)


def model_figures(model: Segmentation) -> dict[str, float | None]:
    """Return the figures that a bundle tells by itself."""
    stable = [one.stability for one in model.segments if one.stability is not None]
    return {
        "segments": len(model.segments),
        "customers": sum(one.size for one in model.segments),
        "smallest segment": min((one.share for one in model.segments), default=None),
        "weakest segment's stability": min(stable, default=None),
        "rules agree with segments": model.rules.fidelity,
    }


def _pairs(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[Pair, ...]:
    """Return the values of both by name, in the order of the left."""
    return tuple(Pair(name, left.get(name), right.get(name)) for name in {**left, **right})


def _figures(left: Side, right: Side) -> tuple[Pair, ...]:
    """Return the figures of both, without those that only describe look-alike data."""
    pairs = _pairs(left.all_figures, right.all_figures)
    return tuple(
        pair
        for pair in pairs
        if not pair.name.endswith(("_null", "_null_sd"))
        and not (pair.left is None and pair.right is None)
    )


def _drawn(source: Any, model: Segmentation, most: int) -> pl.DataFrame:
    """Return at most so many rows of a table, drawn evenly, as training read them."""
    orders = {
        name: column.date_order
        for column in model.schema
        if column.date_order is not None
        for name in (column.name, column.source)
        if name
    }
    if isinstance(source, nw.LazyFrame):
        source = source.drop(ROW, strict=False).collect("polars").to_native()
    frame = open_table(source, orders=orders or None).frame
    count = int(frame.select(nw.col(ROW).count()).collect().item())
    if not count:
        raise InputError("The table has no customers.")
    step = -(-count // most)
    kept = frame.filter(nw.col(ROW) % step == 0) if step > 1 else frame
    rows: pl.DataFrame = kept.drop(ROW).collect("polars").to_native()
    return rows


def _placed(model: Segmentation, rows: pl.DataFrame) -> NDArray[np.int64]:
    """Return the segment id of each row."""
    labels: NDArray[np.int64] = model.score(rows).get_column("segment_id").to_numpy()
    return labels


def _flowing(
    left: Side, right: Side, first: NDArray[np.int64], second: NDArray[np.int64]
) -> dict[str, Any]:
    """Return what two placements of the same customers say of each other."""
    names = [
        {0: NO_SEGMENT, **{one.id: one.name for one in side.segmentation.segments}}
        for side in (left, right)
    ]
    counts = np.zeros((len(names[0]), len(names[1])), dtype=np.int64)
    np.add.at(counts, (first, second), 1)
    flow = tuple(
        Flow(int(i), names[0][i], int(j), names[1][j], int(counts[i, j]))
        for i, j in np.argwhere(counts)
    )
    became = tuple(
        _became(number, name, counts, names[1])
        for number, name in names[0].items()
        if number > 0 and counts[number].sum()
    )
    chief = {one.parts[0][0] for one in became}
    return {
        "customers": len(first),
        "flow": flow,
        "adjusted_rand": adjusted_rand(first.astype(np.int32), second.astype(np.int32)),
        "became": became,
        "new": tuple((n, name) for n, name in names[1].items() if n > 0 and n not in chief),
    }


def _became(number: int, name: str, counts: NDArray[np.int64], others: Mapping[int, str]) -> Became:
    """Say where the customers of one segment went."""
    own = counts[number]
    size = int(own.sum())
    order = sorted(others, key=lambda j: (-own[j], j))
    parts = tuple(
        (j, others[j], float(own[j] / size), float(own[j] / counts[:, j].sum()))
        for j in order
        if own[j] >= WORTH_TELLING * size
    ) or ((order[0], others[order[0]], float(own[order[0]] / size), 0.0),)
    out, back = parts[0][2:]
    kind: Kind = "splits" if out < TOGETHER else "same" if back >= TOGETHER else "joins"
    return Became(number, name, size, kind, parts)
