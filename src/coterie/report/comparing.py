"""Two studies beside each other as one self-contained HTML file, in the report's look."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.figures.palette import segment_colour, text_on
from coterie.report.render import pictures_of, render_page
from coterie.tables.writing import write_content

if TYPE_CHECKING:
    from coterie.workflow.comparison import Comparison, Flow

FIGURES = {
    "segments": "Segments",
    "customers": "Customers",
    "smallest segment": "Smallest segment",
    "weakest segment's stability": "Stability of the weakest segment",
    "rules agree with segments": "Rules agree with the segments",
    "inertia": "Spread within (WCSS)",
    "silhouette": "Silhouette",
    "calinski_harabasz": "Calinski-Harabasz",
    "davies_bouldin": "Davies-Bouldin",
    "gap": "Gap",
    "gap_error": "Error of the gap",
    "prediction_strength": "Prediction strength",
    "stability": "Stability",
    "weakest_stability": "Weakest stability",
    "smallest": "Share of the smallest",
}
"""Figures as people call them."""


@dataclass(frozen=True)
class Part:
    """One segment of one of the two, by the customers that both placed.

    Attributes
    ----------
    id : int
        0 for no segment.
    name : str
    customers : int
    share : float
        Of those placed by both, 0 to 1.
    """

    id: int
    name: str
    customers: int
    share: float

    @property
    def colour(self) -> str:
        """The segment's colour, as everywhere; grey for none."""
        return segment_colour(self.id)

    @property
    def on_colour(self) -> str:
        """The colour of text that stands on it."""
        return text_on(self.colour)


def write_comparison(found: Comparison, path: Path) -> Path:
    """Write a comparison as a page, whole or not at all.

    Parameters
    ----------
    found : Comparison
    path : Path

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_content(render_comparison(found).encode(), path)
    return path


def render_comparison(found: Comparison) -> str:
    """Return the page of a comparison: it fetches nothing, and the same gives the same text."""
    pictures = pictures_of({"flow": found.chart} if found.chart is not None else {}, {})
    differing = [pair for pair in found.settings if not pair.same]
    return render_page(
        "comparison.html",
        found=found,
        sides=[(found.left, _parts(found, "left")), (found.right, _parts(found, "right"))],
        colour={one.id: Part(one.id, one.name, 0, 0.0) for one in found.became},
        pictures=pictures,
        differing=[(_plain(p.name), _said(p.left), _said(p.right)) for p in differing],
        alike=[(_plain(p.name), _said(p.left)) for p in found.settings if p.same],
        figures=[
            (FIGURES.get(p.name, _plain(p.name)), _said(p.left), _said(p.right))
            for p in found.figures
        ],
    )


def _parts(found: Comparison, side: str) -> list[Part]:
    """Return the segments of one side by the customers that both placed; none comes last."""
    held: dict[tuple[int, str], int] = defaultdict(int)
    for one in found.flow:
        held[_of(one, side)] += one.customers
    total = max(sum(held.values()), 1)
    order = sorted(held, key=lambda key: (key[0] <= 0, key[0]))
    return [Part(*key, held[key], held[key] / total) for key in order]


def _of(one: Flow, side: str) -> tuple[int, str]:
    return (one.left_id, one.left) if side == "left" else (one.right_id, one.right)


def _plain(name: str) -> str:
    """Return a setting's name as it begins a line."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _said(value: Any) -> str:
    """Return a setting or a figure as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
    if value is None or value in ([], {}, ""):
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)
