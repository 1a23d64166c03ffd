"""A study's report, written again under the names that its segments have now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coterie.figures.plain import chart_from_plain, chart_to_plain
from coterie.report.plain import view_from_plain, view_to_plain
from coterie.stores.shelf.renaming import renamed_chart, renamed_words

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.report.view import CampaignsView, ReportView
    from coterie.stores.shelf import StoredStudy

__all__ = ["report_to_plain", "rewrite_report", "view_from_plain", "view_to_plain"]

MORE = "more_charts"
"""Charts that the report alone shows, such as those of campaigns."""


def report_to_plain(view: ReportView, kept: Collection[str]) -> dict[str, Any]:
    """Return all of a report that is not kept elsewhere; `kept` names the charts that are."""
    more = {name: chart_to_plain(one) for name, one in view.charts.items() if name not in kept}
    return {**view_to_plain(view), MORE: more}


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
    plain = dict(plain)
    more = plain.pop(MORE, {})
    view = view_from_plain(plain)
    given = {one.name: names[one.id] for one in view.segments if names[one.id] != one.name}
    charts = {name: study.chart(name) for name in study.charts}
    charts |= {name: renamed_chart(chart_from_plain(one), given) for name, one in more.items()}
    pictures = paint_all(charts)
    renamed = replace(
        view,
        segments=[replace(one, name=names[one.id]) for one in view.segments],
        campaigns=_renamed_campaigns(view.campaigns, given),
        charts=charts,
        stills=pictures,
    )
    folder: Path = study.folder
    write_pictures({name: pictures[name] for name in study.charts}, folder / "figures")
    write_content(render_report(renamed).encode(), folder / "report.html")


def _renamed_campaigns(
    view: CampaignsView | None, given: Mapping[str, str]
) -> CampaignsView | None:
    """Return the part on campaigns under the names that segments have now."""
    if view is None:
        return None
    return replace(
        view,
        says=[renamed_words(sentence, given) for sentence in view.says],
        rows=[(number, given.get(name, name), cells) for number, name, cells in view.rows],
        amounts=[(number, given.get(name, name), cells) for number, name, cells in view.amounts],
    )
