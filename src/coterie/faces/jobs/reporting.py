"""A study's report, written again under the names that its segments have now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coterie.report.plain import view_from_plain, view_to_plain

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.stores.shelf import StoredStudy

__all__ = ["rewrite_report", "view_from_plain", "view_to_plain"]


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
