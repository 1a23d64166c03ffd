"""One customer beside the segments: how sure, why, and where each value stands, in HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.faces.dashboard.pieces import disc
from coterie.figures.palette import segment_colour
from coterie.figures.words import NARROW_SPACE, say_share, say_value

if TYPE_CHECKING:
    from coterie.schema import Column
    from coterie.segmentation import Placement, Segmentation
    from coterie.workflow.study import Sample

SHOWN_SHARE = 0.005
"""Segments less likely than this get no part of the bar."""


@dataclass(frozen=True)
class Span:
    """Where the customers of one segment lie in one feature, in its own unit.

    Attributes
    ----------
    low, mean, high : float
        10 % quantile, mean and 90 % quantile of the segment.
    left, right : float
        Ends of the strip: where nearly all customers lie.
    """

    low: float
    mean: float
    high: float
    left: float
    right: float


def spans(model: Segmentation, sample: Sample) -> dict[tuple[str, int], Span]:
    """Return where each segment lies in each feature, from the customers that pictures draw."""
    found = {}
    for name, values in sample.raw.items():
        known = values[np.isfinite(values)]
        if not len(known):
            continue
        left, right = (float(end) for end in np.quantile(known, [0.005, 0.995]))
        for segment in model.segments:
            own = values[(sample.labels == segment.id) & np.isfinite(values)]
            if len(own):
                low, high = (float(end) for end in np.quantile(own, [0.1, 0.9]))
                mean = segment.profile.get(name, float(own.mean()))
                found[name, segment.id] = Span(low, mean, high, left, right)
    return found


def answer(placement: Placement, shares: Mapping[int, float], notes: Sequence[str]) -> str:
    """Return HTML of the answer: segment, confidence with the runner-up, the rule, notes."""
    own = placement.segment_id
    track = "".join(
        f'<span style="width:{100 * share:.2f}%;background:{segment_colour(number)}"></span>'
        for number, share in shares.items()
        if share >= SHOWN_SHARE
    )
    second = list(shares.values())[1:2]
    next_one = (
        f"<em>then {escape(placement.runner_up)}, {escape(_likely(second[0]))}</em>"
        if placement.runner_up and second
        else ""
    )
    told = "".join(f"<li>{escape(note)}</li>" for note in notes)
    sure = escape(_likely(placement.confidence))
    return (
        f'<div class="co-answer" style="--own:{segment_colour(own)}" role="status">'
        f"<h2>{disc(own)}<span>{escape(placement.segment)}</span></h2>"
        f'<div class="co-sure"><p class="said"><strong>{sure} sure</strong>{next_one}</p>'
        f'<div class="track" aria-hidden="true">{track}</div></div>'
        f'<p class="co-because">{escape(because(placement))}</p>'
        + (f'<ul class="co-notes">{told}</ul>' if told else "")
        + "</div>"
    )


def _likely(share: float) -> str:
    """Say a likelihood; nothing is quite certain, and nothing quite impossible.

    Examples
    --------
    >>> [_likely(share).replace(chr(160), " ") for share in (0.9999, 0.62, 0.002)]
    ['over 99 %', '62 %', 'under 1 %']
    """
    if share > 0.99:
        return f"over {say_share(0.99)}"
    return f"under {say_share(0.01)}" if share < 0.01 else say_share(round(share, 2))


def because(placement: Placement) -> str:
    """Say why, in the words of the rule that held."""
    if not placement.rule:
        return "It is the segment whose centre is nearest."
    if placement.rule_agrees:
        return f"Because: {placement.rule}."
    return (
        "The nearest centre decides. The short rule that holds here "
        f"({placement.rule}) would have led to another segment, so this customer is near a border."
    )


def strips(
    columns: Sequence[Column],
    values: Mapping[str, float],
    filled: Sequence[str],
    segment_id: int,
    known: Mapping[tuple[str, int], Span],
) -> str:
    """Return HTML of a strip a feature: the segment's range and mean, and this customer."""
    rows = [
        _strip(column, values[column.name], column.name in filled, known[column.name, segment_id])
        for column in columns
        if (column.name, segment_id) in known and column.name in values
    ]
    own = segment_colour(segment_id)
    return f'<div class="co-strips" style="--own:{own}">{"".join(rows)}</div>'


def _strip(column: Column, value: float, filled: bool, span: Span) -> str:
    """Return HTML of one feature."""
    left = min(span.left, span.low, span.mean, value)
    right = max(span.right, span.high, span.mean, value)
    wide = (right - left) or 1.0

    def at(number: float) -> str:
        return f"{100 * (number - left) / wide:.2f}%"

    said = "not known" if filled else _said(column, value)
    mean = say_value(column, span.mean)
    short = mean.removesuffix(f"{NARROW_SPACE}{column.unit}") if column.unit != "%" else mean
    ends = f"{say_value(column, span.low)} to {say_value(column, span.high)}"
    title = f"Segment: mean {mean}; eight in ten between {ends}. This customer: {said}."
    star = "" if filled else f'<span class="this" style="left:{at(value)}">\N{BLACK STAR}</span>'
    band = f"left:{at(span.low)};width:{100 * (span.high - span.low) / wide:.2f}%"
    return (
        f'<div title="{escape(title)}"><span class="what">{escape(column.label)}</span>'
        f'<span class="co-strip" role="img" aria-label="{escape(title)}"><span class="axis"></span>'
        f'<span class="range" style="{band}"></span>'
        f'<span class="mean" style="left:{at(span.mean)}"></span>{star}</span>'
        f'<span class="value">{escape(said)}<small>mean {escape(short)}</small></span></div>'
    )


def _said(column: Column, value: Any) -> str:
    """Say one customer's value: an answer for a flag, else number and unit."""
    if column.kind == "flag":
        return "yes" if value >= 0.5 else "no"
    return say_value(column, value)
