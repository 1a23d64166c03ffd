"""The segments in HTML: a card each with its full profile, and the table of all side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard.pieces import disc
from coterie.figures import palette
from coterie.figures.palette import segment_colour
from coterie.figures.words import NOTHING, say_share
from coterie.report.render import stability_word

if TYPE_CHECKING:
    from coterie.figures.chart import Chart

Row = Mapping[str, Any]
FIRST_FACTS = 3
NUMBERS = " On average: "
"""Behind it a description tells numbers."""


def show_cards(
    segments: Sequence[Row],
    profile: Chart | None,
    notes: Mapping[int, str] | None = None,
    *,
    brief: bool = False,
) -> None:
    """Draw a card a segment: name, size, facts, rule, advice, and the full profile to open.

    Parameters
    ----------
    segments : sequence of mapping
        As in ``Study.to_dict()["segments"]``.
    profile : Chart, optional
        The stored ``profile_heatmap``, whose texts the full profile tells.
    notes : mapping of int to str, optional
        What people wrote about a segment.
    brief : bool
        Say who they are in one sentence; the facts below tell the numbers.
    """
    told = notes or {}
    cards = "".join(_card(one, profile, told.get(one["id"], ""), brief) for one in segments)
    st.html(f'<div class="co-cards">{cards}</div>')


def show_heat(segments: Sequence[Row], profile: Chart) -> None:
    """Draw the means of all segments side by side, tinted by their distance from the average."""
    data = profile.data
    cells = {
        (feature, number): (text, difference, average)
        for feature, number, text, difference, average in zip(
            *(data[c] for c in ("feature", "segment_id", "text", "difference", "average")),
            strict=True,
        )
    }
    heads = "".join(
        f'<th scope="col" class="n">{disc(one["id"])}<span>{escape(one["name"])}</span></th>'
        for one in segments
    )
    rows = []
    for feature in profile.encoding["features"]:
        own = [cells.get((feature, one["id"]), (NOTHING, None, NOTHING)) for one in segments]
        shown = "".join(
            f'<td class="n" style="{_tint(apart)}">{escape(text)}</td>' for text, apart, _ in own
        )
        average = next((text for _, _, text in own), NOTHING)
        rows.append(
            f'<tr><th scope="row">{escape(feature)}</th>{shown}'
            f'<td class="n">{escape(average)}</td></tr>'
        )
    st.html(
        '<div class="co-scroll" tabindex="0" role="region" aria-label="Means of all segments">'
        f'<table class="co-table co-heat"><thead><tr><th></th>{heads}'
        f'<th scope="col" class="n">All</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def price(one: Row) -> str:
    """Say how good a segment's rule is; empty where nobody could tell."""
    if one.get("rule_precision") is None:
        return ""
    found = one.get("rule_coverage")
    also = "" if found is None else f"; finds {say_share(found)} of the segment"
    return f"Right for {say_share(one['rule_precision'])} of those it picks{also}."


def facts(lines: Sequence[str]) -> str:
    """Return HTML of a list of facts; empty for none."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="co-facts">{items}</ul>' if items else ""


def _card(one: Row, profile: Chart | None, note: str, brief: bool) -> str:
    """Return HTML of one segment."""
    count = "customer" if one["size"] == 1 else "customers"
    parts = [
        f"<h3>{disc(one['id'])}<span>{escape(one['name'])}</span></h3>",
        f'<p class="size"><strong>{escape(say_share(one["share"]))}</strong>'
        f"{one['size']:,} {count}</p>",
    ]
    if note:
        parts.append(f'<p class="own-note">{escape(note)}</p>')
    if said := str(one.get("description", "")):
        said = said.split(NUMBERS)[0] if brief else said
        parts.append(f'<p class="description">{escape(said)}</p>')
    parts.append(facts(one.get("facts", ())[:FIRST_FACTS]))
    if one.get("advice"):
        parts.append(_tagged("Advice", one["advice"]))
    if one.get("rule"):
        parts.append(_tagged("Rule", one["rule"], price(one)))
    parts.append(_full(one, profile, str(one.get("description", "")) if brief else ""))
    inside = "".join(parts)
    return f'<article class="co-card" style="--own:{segment_colour(one["id"])}">{inside}</article>'


def _tagged(tag: str, text: str, after: str = "") -> str:
    """Return HTML of a text under a small word that says what it is."""
    behind = f'<span class="price">{escape(after)}</span>' if after else ""
    return f'<p class="co-tagged"><span class="tag">{tag}</span>{escape(text)}{behind}</p>'


def _full(one: Row, profile: Chart | None, description: str) -> str:
    """Return HTML of the full profile, closed until it is asked for."""
    more = facts(one.get("facts", ())[FIRST_FACTS:])
    if NUMBERS in description:
        more = f'<p class="description">{escape(description)}</p>{more}'
    steady = one.get("stability")
    if steady is not None:
        more = (
            '<p class="co-quiet">Found again when customers are drawn anew: '
            f"{stability_word(steady)} ({steady:.2f}).</p>{more}"
        )
    if profile is not None:
        data = profile.data
        rows = "".join(
            f'<tr><th scope="row">{escape(feature)}</th><td class="n">{escape(text)}</td>'
            f'<td class="n">{escape(average)}</td></tr>'
            for number, feature, text, average in zip(
                *(data[c] for c in ("segment_id", "feature", "text", "average")), strict=True
            )
            if number == one["id"]
        )
        more += (
            '<div class="co-scroll"><table class="co-table wide"><thead><tr><th>Mean</th>'
            f'<th class="n">Segment</th><th class="n">All</th></tr></thead>{rows}</table></div>'
        )
    return f"<details><summary>Full profile</summary>{more}</details>" if more else ""


def _tint(difference: float | None) -> str:
    """Return the colours of a cell, for light and for dark, as properties for the style."""
    if difference is None:
        return ""
    paper = palette.diverging_colour(difference, 1.5)
    night = palette.blend(palette.DIVERGING_DARK, 0.5 + 0.5 * difference / 1.5)
    pairs = (("cell", paper), ("night", night))
    return ";".join(f"--{name}:{c};--on-{name}:{palette.text_on(c)}" for name, c in pairs)
