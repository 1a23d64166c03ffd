"""Results -> one self-contained HTML file that needs no network."""

from __future__ import annotations

from coterie.report.render import render_exploration, render_report
from coterie.report.view import (
    ColumnView,
    EvidenceView,
    ExplorationView,
    ReportView,
    SegmentView,
)

__all__ = [
    "ColumnView",
    "EvidenceView",
    "ExplorationView",
    "ReportView",
    "SegmentView",
    "render_exploration",
    "render_report",
]
