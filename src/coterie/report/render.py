"""View -> HTML: template, style, script, fonts and Plotly in one text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from coterie.figures import palette
from coterie.figures.chart import Chart
from coterie.figures.words import is_year, say, say_number, say_share, say_value
from coterie.report.view import ColumnView, ExplorationView, ReportView

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN_FIRST = (
    "clusters_2d",
    "clusters_3d",
    "clusters_pca",
    "sizes",
    "elbow",
    "criteria",
    "silhouettes",
    "profile_heatmap",
    "comparison",
    "flow",
    "campaign_acceptance",
    "campaign_lift",
    "campaign_reach",
)
"""Charts that have their own place in the report."""

CHANGES = "flow_"
"""How charts are called that show what another number of segments changes."""

_FONTS = (
    ("Inter Variable", "inter", "100 900"),
    ("Source Serif 4 Variable", "source-serif-4", "200 900"),
)

_RANGES = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,"
    "U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,"
    "U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,"
    "U+2C60-2C7F,U+A720-A7FF",
}


@dataclass(frozen=True)
class Picture:
    """One chart on a page: what the script draws, and what is printed.

    Attributes
    ----------
    key : str
        Unique on the page; letters, digits and hyphens only.
    chart : Chart
    specs : tuple of (Chart, str, int, int)
        Each part: chart, JSON for Plotly, height and least width in pixels.
    still : str
        PNG as base64.
    """

    key: str
    chart: Chart
    specs: tuple[tuple[Chart, str, int, int], ...]
    still: str


def render_report(view: ReportView) -> str:
    """Write report.html: the answer first, then the evidence, then the appendix.

    Parameters
    ----------
    view : ReportView

    Returns
    -------
    str
        A whole HTML page that fetches nothing. The same view gives the same text.
    """
    # The page's own bar and table say what these two pictures would.
    told = {"sizes", "profile_heatmap"} if view.columns else {"sizes"}
    shown = {name: chart for name, chart in view.charts.items() if name not in told}
    pictures = pictures_of(shown, view.stills)
    changes = [picture for name, picture in pictures.items() if name.startswith(CHANGES)]
    more = [
        picture
        for name, picture in pictures.items()
        if name not in SHOWN_FIRST and not name.startswith(CHANGES)
    ]
    return render_page(
        "report.html",
        view=view,
        pictures=pictures,
        changes=changes,
        more=more,
        heat=_heat(view),
    )


def render_exploration(view: ExplorationView) -> str:
    """Write exploration.html: what is in the table, before any group is looked for.

    Parameters
    ----------
    view : ExplorationView

    Returns
    -------
    str
        A whole HTML page that fetches nothing. The same view gives the same text.
    """
    shown = dict(view.charts)
    if "distributions" in shown:
        shown = {n: c for n, c in shown.items() if not n.startswith("distribution_")}
    fields = [
        name
        for name in ("count", "missing", "mean", "std", "min", "q1", "median", "q3", "max", "skew")
        if any(name in row for row in view.statistics)
    ]
    by_name = {column.name: column for column in view.columns}
    return render_page(
        "exploration.html",
        view=view,
        pictures=pictures_of(shown, view.stills),
        fields=fields,
        by_name=by_name,
    )


def render_page(template: str, **values: Any) -> str:
    """Return a template filled; what every page needs is added."""
    from plotly.offline import get_plotlyjs

    from coterie.figures.interactive import CONFIG

    environment = _environment()
    page = environment.get_template(template).render(
        **values,
        style=_asset("style.css"),
        script=_asset("script.js"),
        fonts=_font_faces(),
        config=_for_script(json.dumps(CONFIG, sort_keys=True)),
        swaps=_for_script(json.dumps(DARK, sort_keys=True)),
        palette=palette,
        plotly="@@plotly@@",
    )
    # 5 MB of library go in last: no template engine needs to look at them.
    return page.replace("@@plotly@@", get_plotlyjs(), 1)


DARK = {
    palette.GROUND: "#171815",
    palette.INK: "#ECE9E2",
    palette.MUTED: "#A8A59C",
    palette.HAIRLINE: "#3A3A34",
    palette.ACCENT: "#6FC2BE",
}
"""What the colours of a page, segments aside, become in the dark."""


def _environment() -> Environment:
    """Return the template engine: everything that is filled in is escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: _asset(f"{name}.j2")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        say=say,
        number=say_number,
        share=say_share,
        exact=_exact,
        count=_count,
        setting=_setting,
        soft=soft,
    )
    environment.globals.update(
        say_value=say_value,
        stability_word=stability_word,
        verdict_words=verdict_words,
        is_year=is_year,
    )
    return environment


def pictures_of(charts: Mapping[str, Chart], stills: Mapping[str, bytes]) -> dict[str, Picture]:
    """Paint every chart for the script, and where no PNG is given, for print."""
    from coterie.figures.interactive import to_plotly

    painted: dict[str, tuple[Any, ...]] = {}
    for name, chart in charts.items():
        specs = []
        for part in chart.panels or (chart,):
            figure = to_plotly(part, titled=False)
            if chart.panels:  # its heading says what the axis is
                figure.update_layout(
                    xaxis_title_text="", margin_b=28, height=figure.layout.height - 18
                )
            specs.append(
                (
                    part,
                    _for_script(figure.to_json()),
                    int(figure.layout.height),
                    int(figure.layout.meta["min_width"]),
                )
            )
        painted[name] = tuple(specs)
    # Stills come last: another process may still be painting them.
    return {
        name: Picture(
            key=f"c{number}",
            chart=chart,
            specs=painted[name],
            still=base64.b64encode(stills.get(name) or chart.picture).decode("ascii"),
        )
        for number, (name, chart) in enumerate(charts.items(), start=1)
    }


def _for_script(text: str) -> Any:
    """Return JSON that may stand between script tags: nothing in it ends or opens a tag."""
    from markupsafe import Markup

    for sign, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - JSON whose every < > & was just escaped


def _heat(view: ReportView) -> list[dict[str, Any]]:
    """Return the profile table, a row a column of the data, a cell a segment, each tinted."""
    chart = view.charts.get("profile_heatmap")
    tints: dict[tuple[str, int], float] = {}
    if chart is not None:
        fields = (chart.data[c] for c in ("feature", "segment_id", "difference"))
        tints = {(f, s): d for f, s, d in zip(*fields, strict=True)}
    rows = []
    for column in sorted(view.columns, key=lambda column: not column.used):
        cells = []
        for segment in view.segments:
            mean = segment.means.get(column.name)
            cells.append(
                {
                    "text": say_value(column, mean),
                    "mean": mean,
                    "median": segment.medians.get(column.name),
                    "style": _tint(tints.get((column.label, segment.id), _apart(column, mean))),
                }
            )
        rows.append({"column": column, "cells": cells})
    return rows


def _apart(column: ColumnView, mean: float | None) -> float | None:
    """Return how far a mean or a share lies from the average, in standard deviations, or None."""
    if mean is not None and column.average is not None and column.spread:
        return float((mean - column.average) / column.spread)
    if column.kind != "flag" or mean is None or not 0 < (column.average or 0) < 1:
        return None
    average = column.average or 0.0
    return float((mean - average) / (average * (1 - average)) ** 0.5)


def _tint(difference: float | None) -> str:
    """Return the colours of a cell, for paper and for the dark, as properties for the style."""
    if difference is None:
        return ""
    paper = palette.diverging_colour(difference, 1.5)
    night = palette.blend(palette.DIVERGING_DARK, 0.5 + 0.5 * difference / 1.5)
    pairs = (("cell", paper), ("night", night))
    return ";".join(f"--{name}:{c};--on-{name}:{palette.text_on(c)}" for name, c in pairs)


def verdict_words(kind: str, k: int) -> str:
    """Say the verdict in a few words.

    Examples
    --------
    >>> verdict_words("natural", 5)
    '5 natural groups'
    >>> verdict_words("constructed", 1)
    'One segment: no groups to tell apart'
    """
    if k == 1:
        return "One segment: no groups to tell apart"
    if kind == "natural":
        return f"{k} natural groups"
    return f"{k} segments, a {kind} cut"


def soft(text: str) -> Any:
    """Escape a name and let it break after the signs that file names are made of."""
    from markupsafe import Markup, escape

    parts = re.split(r"(?<=[_-])(?=\w)", text)
    return Markup("<wbr>").join(escape(part) for part in parts)


def stability_word(stability: float | None) -> str:
    """Say how firmly a segment holds when customers are drawn again (Hennig 2007).

    Examples
    --------
    >>> [stability_word(value) for value in (0.97, 0.8, 0.65, 0.4, None)]
    ['very stable', 'stable', 'unsteady', 'dissolves', 'not judged']
    """
    if stability is None:
        return "not judged"
    for limit, word in ((0.85, "very stable"), (0.75, "stable"), (0.6, "unsteady")):
        if stability >= limit:
            return word
    return "dissolves"


def _exact(value: float | None) -> str:
    """Write a number with all the digits that a reader may want to check."""
    return "" if value is None else f"{value:,.6g}".replace("-", "\N{MINUS SIGN}")


def _count(value: float) -> str:
    """Write a whole number with separators."""
    return f"{int(value):,}"


def _setting(value: Any) -> str:
    """Write a setting as a person would."""
    if value is None or value in ("", [], {}, ()):
        return "default"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return str(value)


@cache
def _asset(name: str) -> str:
    """Read a template, the style or the script."""
    return (files("coterie.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _font_faces() -> Any:
    """Return the fonts shipped, inside the style."""
    from markupsafe import Markup

    faces = []
    for family, stem, weights in _FONTS:
        for part, ranges in _RANGES.items():
            path = files("coterie.report") / "fonts" / f"{stem}-{part}-wght-normal.woff2"
            data = base64.b64encode(path.read_bytes()).decode("ascii")
            faces.append(
                f'@font-face{{font-family:"{family}";font-style:normal;font-display:swap;'
                f"font-weight:{weights};src:url(data:font/woff2;base64,{data}) "
                f'format("woff2");unicode-range:{ranges}}}'
            )
    return Markup("\n".join(faces))  # noqa: S704 - our own files, as base64
