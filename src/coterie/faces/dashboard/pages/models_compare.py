"""Two studies side by side: their verdicts, their segments, and who went where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import chosen, pieces, who
from coterie.faces.dashboard.drawing import show_chart

if TYPE_CHECKING:
    import polars as pl

    from coterie.stores.shelf import Card, StoredStudy
    from coterie.workflow.comparison import Comparison, Pair

ON = 5_000
"""Customers that both studies place, for the flow between them."""


@who.fragment
def compare(cards: Sequence[Card]) -> None:
    """Ask for two studies and draw them beside each other."""
    names = _told_apart(cards)
    ids = list(names)
    columns = st.columns(2, gap="large")
    picked = []
    for i, column in enumerate(columns):
        with column:
            one = st.selectbox(
                ("This", "with this")[i], ids, i, format_func=lambda c: names.get(c, ""),
                key=f"compare-{i}",
            )  # fmt: skip
            picked.append(_opened(one))
    for column, study in zip(columns, picked, strict=True):
        if study is not None:
            with column:
                _side(study)
    left, right = picked
    if left is None or right is None or left.id == right.id:
        return
    found = compared(left, right, (names[left.id], names[right.id]))
    if found.chart is None:
        st.caption(
            "The two do not use the same columns, so the same customers cannot be placed in both."
        )
    else:
        show_chart(found.chart, key="compare-flow")
    _became(found)
    _settings(found)


def _opened(study_id: str) -> StoredStudy | None:
    """Return a study that the person may see; say what is wrong where it is gone."""
    try:
        return who.services().shelf.study(study_id, who.person().id)
    except CoterieError as error:
        pieces.fault(error)
        return None


def _side(study: StoredStudy) -> None:
    """Draw one of the two."""
    pieces.verdict_line(study.summary)
    pieces.segment_bar(study.summary["segments"])
    features = [study.schema[name].label for name in study.segmentation.features]
    st.html(
        pieces.pairs(
            {
                "Customers": f"{study.card.customers:,}",
                "Features": ", ".join(features),
                "Silhouette": _silhouette(study),
                "Rules agree with the segments": pieces.say_share(study.summary["rules_fidelity"]),
            }
        )
    )


def _silhouette(study: StoredStudy) -> str:
    """Say the silhouette at the number in use."""
    rows = {row["k"]: row for row in study.summary["quality"]}
    value = rows.get(study.card.k, {}).get("silhouette")
    return "–" if value is None else f"{value:.2f}"


def _told_apart(cards: Sequence[Card]) -> dict[str, str]:
    """Return study id -> what it is called here; no two alike, for a choice goes by its words."""
    names = {card.id: f"{card.name}, {chosen.said_date(card)}" for card in cards}
    for more in ("{0.k} segments", "{0.created_at:%H:%M:%S}", "{0.id}"):
        many = Counter(names.values())
        names = {
            card.id: names[card.id]
            if many[names[card.id]] == 1
            else f"{names[card.id]}, {more.format(card)}"
            for card in cards
        }
    return names


def compared(left: StoredStudy, right: StoredStudy, called: tuple[str, str]) -> Comparison:
    """Return what comparing two studies finds, from memory where it was found before."""
    return _compared(
        left.id,
        right.id,
        called,
        (_names(left), _names(right)),
        left,
        right,
    )


def _names(study: StoredStudy) -> tuple[str, ...]:
    return tuple(one["name"] for one in study.summary["segments"])


@st.cache_resource(show_spinner="Placing the same customers in both", max_entries=32)
def _compared(
    left_id: str,  # noqa: ARG001 - keys, as the names are
    right_id: str,  # noqa: ARG001
    called: tuple[str, str],
    segments: tuple[tuple[str, ...], tuple[str, ...]],  # noqa: ARG001
    _left: StoredStudy,
    _right: StoredStudy,
) -> Comparison:
    """Return what comparing two studies finds; the customers of the left are placed by both."""
    from coterie.workflow.comparing import Side, compare

    sides = (
        Side(name, one.segmentation, _figures(one), _own_rows(one, other))
        for name, one, other in zip(called, (_left, _right), (_right, _left), strict=True)
    )
    return compare(*sides, most=ON)


def _figures(study: StoredStudy) -> dict[str, float | None]:
    """Return the figures of the number of segments in use."""
    rows = {row["k"]: row for row in study.summary["quality"]}
    chosen = rows.get(study.card.k, {})
    return {key: value for key, value in chosen.items() if key != "k"}


def _own_rows(study: StoredStudy, other: StoredStudy) -> pl.LazyFrame:
    """Return some customers of a study, with the columns that either of the two places by."""
    needed = {c.name for one in (study, other) for c in one.segmentation.inputs}
    own = [name for name in study.labelled.collect_schema().names() if name in needed]
    step = max(1, study.card.customers // ON)
    return study.labelled.select(own).gather_every(step)


def _became(found: Comparison) -> None:
    """Say which segment became which."""
    lines = [one.sentence for one in found.became]
    lines += [
        f"{name} is new: it is the chief part of no segment of {found.left}."
        for _number, name in found.new
    ]
    if lines:
        items = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(f"<h4>Which became which</h4><ul style='padding-left: 1.2rem'>{items}</ul>")


def _settings(found: Comparison) -> None:
    """Show the settings that differ and all figures, in a table each."""
    differing = [pair for pair in found.settings if not pair.same and pair.name != "fingerprint"]
    with st.expander("Settings and figures side by side"):
        if differing:
            st.dataframe(_rows(found, differing, "Setting"), hide_index=True)
        else:
            st.caption("All settings are the same.")
        st.dataframe(_rows(found, found.figures, "Figure"), hide_index=True)


def _rows(found: Comparison, pairs: Sequence[Pair], what: str) -> pl.DataFrame:
    """Return values of both as rows of text."""
    import polars as pl

    values = [(pair.name, _said(pair.left), _said(pair.right)) for pair in pairs]
    return pl.DataFrame(
        values, schema=[what, f"1. {found.left}", f"2. {found.right}"], orient="row"
    )


def _said(value: object) -> str:
    """Return a setting or a figure as text."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
    return "–" if value is None or value in ([], {}, "") else str(value)
