"""Charts of how the number of segments was chosen: elbow, criteria, silhouettes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coterie.figures.chart import MOST_POINTS, Chart, column
from coterie.figures.words import say_number

Row = Mapping[str, Any]


class Criterion(NamedTuple):
    """One figure of the quality table, and how it is read."""

    field: str
    title: str
    tells: str
    better: str
    mark: float | None = None


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "silhouette",
        "Silhouette",
        "How much nearer customers are to their own group than to the next.",
        "highest",
    ),
    Criterion(
        "prediction_strength",
        "Prediction strength",
        "How well groups found in one half of the customers hold in the other; 0.8 is the bar.",
        "last above",
        0.8,
    ),
    Criterion(
        "stability",
        "Stability",
        "How alike the groups stay when customers are drawn again; 0.75 is stable.",
        "highest",
        0.75,
    ),
    Criterion(
        "gap",
        "Gap",
        "How much tighter the groups are than in data spread evenly; bars are one standard error.",
        "highest",
    ),
    Criterion(
        "calinski_harabasz",
        "Calinski-Harabasz",
        "Spread between groups over spread within them.",
        "highest",
    ),
    Criterion(
        "davies_bouldin",
        "Davies-Bouldin",
        "How much neighbouring groups run into each other; lower is better.",
        "lowest",
    ),
)


def elbow(table: Sequence[Row], *, elbow: int | None, chosen: int | None) -> Chart:
    """Draw the within-cluster sum of squares (WCSS) at each k.

    Parameters
    ----------
    table : sequence of mapping
        Each with ``k`` and ``inertia`` (squared scaled units; lower is tighter).
    elbow : int or None
        Where the curve bends most; it never decides.
    chosen : int or None
        The k in use.

    Returns
    -------
    Chart
        kind ``"elbow"``; data: ``k``, ``inertia``.
    """
    bend = f"it bends most at {elbow}" if elbow else "it has no clear bend"
    taken = f"; {chosen} segments are in use" if chosen else ""
    return Chart(
        kind="elbow",
        title="Elbow",
        subtitle="Spread left within the segments (WCSS) at each number of segments.",
        data={"k": column(table, "k"), "inertia": column(table, "inertia")},
        encoding={
            "x": "k",
            "y": "inertia",
            "x_label": "Number of segments (k)",
            "y_label": "Spread within segments (WCSS)",
            "elbow": elbow,
            "chosen": chosen,
            "range": _range(table),
        },
        note="The elbow is looked for first and weighs least: any data bends somewhere.",
        alt=f"A falling curve of the spread within segments against their number: {bend}{taken}.",
    )


def criteria(
    table: Sequence[Row], *, chosen: int | None, best: Mapping[str, int | None] | None = None
) -> Chart:
    """Draw one small chart a criterion, all over the same k.

    Parameters
    ----------
    table : sequence of mapping
        A row for each k. Fields that are absent or None throughout are left out. A criterion
        ``c`` may have ``c_null`` and ``c_null_sd``: what data without groups gives.
    chosen : int or None
    best : mapping of str to int or None, optional
        What each criterion would choose; where absent, its highest (or lowest) value.

    Returns
    -------
    Chart
        kind ``"criteria"``; a panel of kind ``"criterion"`` each, with ``k``, ``value`` and,
        where there is one, ``null``, ``null_low``, ``null_high`` (mean and 2 standard
        deviations either side) or ``error``.
    """
    panels = tuple(
        _criterion(table, criterion, chosen, (best or {}).get(criterion.field))
        for criterion in CRITERIA
        if any(value is not None for value in column(table, criterion.field))
    )
    said = "; ".join(f"{p.title} {p.encoding['best'] or 'abstains'}" for p in panels)
    return Chart(
        kind="criteria",
        title="Every criterion at each number of segments",
        subtitle="Grey is what look-alike data without groups gives. Each criterion's best is "
        "ringed; the line is the number in use.",
        panels=panels,
        encoding={"columns": 3, "chosen": chosen},
        alt=f"Small charts over the number of segments. Best by criterion: {said}.",
    )


def _criterion(
    table: Sequence[Row], criterion: Criterion, chosen: int | None, best: int | None
) -> Chart:
    """Draw one criterion over k."""
    name = criterion.field
    ks, values = column(table, "k"), column(table, name)
    data: dict[str, tuple[Any, ...]] = {"k": ks, "value": values}
    null = column(table, f"{name}_null")
    if any(value is not None for value in null):
        spread = column(table, f"{name}_null_sd")
        data["null"] = null
        if any(value is not None for value in spread):
            pairs = list(zip(null, spread, strict=True))
            data["null_low"] = tuple(None if None in p else p[0] - 2 * p[1] for p in pairs)
            data["null_high"] = tuple(None if None in p else p[0] + 2 * p[1] for p in pairs)
    error = column(table, f"{name}_error")
    if any(value is not None for value in error):
        data["error"] = error
    if name == "stability" and any(v is not None for v in column(table, "weakest_stability")):
        data["weakest"] = column(table, "weakest_stability")
    top = best if best is not None else _best(ks, values, criterion)
    at = dict(zip(ks, values, strict=True))
    said = (
        f"{criterion.title} is best at {top} ({say_number(at.get(top))})"
        if top
        else (f"{criterion.title} prefers no number")
    )
    weak = " The thin line is the weakest segment." if "weakest" in data else ""
    return Chart(
        kind="criterion",
        title=criterion.title,
        subtitle=criterion.tells + weak,
        data=data,
        encoding={
            "x": "k",
            "y": "value",
            "x_label": "Number of segments (k)",
            "y_label": "",
            "chosen": chosen,
            "range": _range(table),
            "best": top,
            "better": criterion.better,
            "threshold": criterion.mark,
        },
        alt=f"{said}.",
    )


def _range(table: Sequence[Row]) -> tuple[int, int]:
    """Return the least and the largest k, so that all charts share an axis."""
    ks = [int(row["k"]) for row in table]
    return min(ks, default=1), max(ks, default=2)


def _best(ks: Sequence[int], values: Sequence[float | None], criterion: Criterion) -> int | None:
    """Return the k that the criterion by itself likes best; None where none passes."""
    known = [(k, v) for k, v in zip(ks, values, strict=True) if v is not None]
    if criterion.better == "last above":
        return max((k for k, v in known if v > (criterion.mark or 0.0)), default=None)
    sign = -1.0 if criterion.better == "lowest" else 1.0
    return max(known, key=lambda pair: (sign * pair[1], -pair[0]))[0] if known else None


def silhouettes(
    values: ArrayLike,
    segment_ids: ArrayLike,
    *,
    names: Mapping[int, str],
    limit: int = MOST_POINTS,
) -> Chart:
    """Draw every customer's silhouette, sorted within the segments.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        From -1 (nearer to another segment) to 1.
    segment_ids : array-like of int, shape (n,)
    names : mapping of int to str
        In the order drawn, from the top.
    limit : int
        Rows drawn at most; more are thinned evenly within each segment.

    Returns
    -------
    Chart
        kind ``"silhouettes"``; data: ``segment_id``, ``rank`` (0 to 1 within the segment, best
        first), ``silhouette``. Encoding ``sizes``, ``means`` and ``below``, by segment.
    """
    figures, ids = np.asarray(values, dtype=np.float64), np.asarray(segment_ids)
    keep = np.isfinite(figures)
    figures, ids = figures[keep], ids[keep]
    drawn: list[tuple[int, float, float]] = []
    sizes, means, below = {}, {}, {}
    for number in names:
        own = np.sort(figures[ids == number])[::-1]
        if not len(own):
            continue
        sizes[number], means[number] = len(own), float(own.mean())
        below[number] = float((own < 0).mean())
        share = max(2, round(limit * len(own) / max(len(figures), 1)))
        index = np.unique(np.linspace(0, len(own) - 1, min(len(own), share)).round().astype(int))
        ranks = (index + 0.5) / len(own)
        drawn += [(number, float(r), float(v)) for r, v in zip(ranks, own[index], strict=True)]
    overall = float(figures.mean()) if len(figures) else None
    return Chart(
        kind="silhouettes",
        title="How well each customer fits",
        subtitle="Silhouette of every customer, sorted within the segments; below zero, another "
        "segment is nearer.",
        data={
            "segment_id": tuple(row[0] for row in drawn),
            "rank": tuple(row[1] for row in drawn),
            "silhouette": tuple(row[2] for row in drawn),
        },
        encoding={
            "names": {number: names[number] for number in sizes},
            "sizes": sizes,
            "means": means,
            "below": below,
            "overall": overall,
            "x_label": "Silhouette",
        },
        note=f"Judged on {len(figures):,} customers." if len(figures) else "",
        alt="; ".join(f"{names[n]}: mean silhouette {say_number(means[n])}" for n in sizes) + ".",
    )
