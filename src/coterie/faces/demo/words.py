"""What the page says, as HTML: every name and value in it is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from coterie.figures.palette import segment_colour, text_on
from coterie.figures.words import say_share, say_value
from coterie.report.render import verdict_words

if TYPE_CHECKING:
    from coterie.schema import Schema
    from coterie.segmentation import Placement, Segmentation

MOST_COLUMNS = 4
"""Features whose means the profile table shows; all are in the report."""


def title() -> str:
    """Return the head of the page."""
    return _part("title")()


def heading(text: str, sub: str = "") -> str:
    """Return the heading of a part of the page."""
    return _part("heading")(text, sub)


def answer(name: str, summary: Mapping[str, Any], segmentation: Segmentation) -> str:
    """Return the first thing seen: whose data, how real, the segments by share."""
    return _part("answer")(
        {
            **summary,
            "name": name,
            "customers": summary["customers"] - summary["quarantined"],
            "verdict_words": verdict_words(summary["verdict"], summary["k"]),
            "meaning": segmentation.verdict.get("meaning", ""),
            "segments": _segments(segmentation),
        }
    )


def profiles(segmentation: Segmentation) -> str:
    """Return the table of segments: names, sizes, means in the customers' units, what to do."""
    described = segmentation.described
    columns = [
        {
            "label": described[name].label,
            "said": {
                s.id: say_value(described[name], s.profile.get(name)) for s in segmentation.segments
            },
        }
        for name in segmentation.features[:MOST_COLUMNS]
    ]
    return _part("profiles")({"columns": columns, "segments": _segments(segmentation)})


def placed(placement: Placement, segmentation: Segmentation) -> str:
    """Return the answer for one customer."""
    segment = segmentation.segment(placement.segment_id)
    return _part("placed")(placement.to_dict(), segment.to_dict())


def progress(words: str, share: float) -> str:
    """Return a bar of how far a training is, and what it is doing."""
    return _part("progress")(words, min(max(share, 0.0), 1.0))


def fault(text: str) -> str:
    """Return a sentence on what went wrong."""
    return _part("fault")(text)


def note(text: str) -> str:
    """Return a sentence worth knowing."""
    return _part("note")(text)


def tells(text: str) -> str:
    """Return quiet words beside a picture."""
    return _part("tells")(text) if text else ""


def spread_range(schema: Schema, name: str, low: float, high: float) -> str:
    """Say between which values the customers of the training lie."""
    column = schema[name]
    return f"{say_value(column, low)} to {say_value(column, high)}"


def _segments(segmentation: Segmentation) -> list[dict[str, Any]]:
    return [segment.to_dict() for segment in segmentation.segments if segment.size]


@cache
def _part(name: str) -> Callable[..., str]:
    """Return one part of the page, ready to be filled in."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("coterie.faces.demo") / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda file: (folder / file).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        share=say_share,
        count=lambda value: f"{int(value):,}",
        colour=segment_colour,
        on_colour=lambda number: text_on(segment_colour(number)),
    )
    macro = getattr(environment.get_template("parts.html.j2").module, name)
    return lambda *values: str(macro(*values))
