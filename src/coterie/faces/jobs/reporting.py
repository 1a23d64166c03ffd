"""The words of a report as plain values, so that it can be written again under other names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from coterie.report.view import ColumnView, EvidenceView, ReportView, SegmentView
from coterie.schema.notes import Note
from coterie.stores.shelf.keeping import finite

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.stores.shelf import StoredStudy

APART = ("charts", "stills")
"""Parts of the view that are kept by themselves."""


def view_to_plain(view: ReportView) -> dict[str, Any]:
    """Return the view without its pictures, as values that JSON takes."""
    return {
        one.name: _plain(getattr(view, one.name)) for one in fields(view) if one.name not in APART
    }


def view_from_plain(plain: Mapping[str, Any]) -> ReportView:
    """Build the view that `view_to_plain` was given, without its pictures."""
    return ReportView(
        **{
            **plain,
            "segments": [SegmentView(**one) for one in plain["segments"]],
            "columns": [ColumnView(**one) for one in plain["columns"]],
            "evidence": [EvidenceView(**one) for one in plain["evidence"]],
            "reading": [Note(**one) for one in plain["reading"]],
            "cleaning": [Note(**one) for one in plain["cleaning"]],
        }
    )


def rewrite_report(study: StoredStudy, plain: Mapping[str, Any]) -> None:
    """Paint a study's pictures and write its report again, with the names segments have now.

    Each file is replaced whole.

    Raises
    ------
    OutputError
    """
    from coterie.figures.painting import paint_all
    from coterie.report.render import render_report
    from coterie.stores.outputs import write_pictures
    from coterie.tables.writing import write_content

    names = {segment["id"]: segment["name"] for segment in study.summary["segments"]}
    view = view_from_plain(plain)
    charts = {name: study.chart(name) for name in study.charts}
    pictures = paint_all(charts)
    renamed = replace(
        view,
        segments=[replace(one, name=names[one.id]) for one in view.segments],
        charts=charts,
        stills=pictures,
    )
    folder: Path = study.folder
    write_pictures(pictures, folder / "figures")
    write_content(render_report(renamed).encode(), folder / "report.html")


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return finite(value)
