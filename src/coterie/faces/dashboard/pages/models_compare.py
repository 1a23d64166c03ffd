"""Two studies side by side: their verdicts, their segments, and who went where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import chosen, pieces, who
from coterie.faces.dashboard.drawing import show_chart
from coterie.figures import charts

if TYPE_CHECKING:
    from coterie.figures.chart import Chart
    from coterie.stores.shelf import Card, StoredStudy

ON = 5_000
"""Customers that both studies place, for the flow between them."""


@who.fragment
def compare(cards: Sequence[Card]) -> None:
    """Ask for two studies and draw them beside each other."""
    names = {card.id: f"{card.name}, {chosen.said_date(card)}" for card in cards}
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
    flow = _flow(left, right)
    if flow is None:
        st.caption(
            "The two do not use the same columns, so the same customers cannot be placed in both."
        )
    else:
        show_chart(flow, key="compare-flow")


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


def _flow(left: StoredStudy, right: StoredStudy) -> Chart | None:
    """Return where the customers of one study stand in the other; None where it cannot be."""
    needed = {column.name for column in right.segmentation.inputs}
    if not needed <= set(left.labelled.collect_schema().names()):
        return None
    return _drawn(left.id, right.id, _names(left), _names(right), left, right)


def _names(study: StoredStudy) -> tuple[str, ...]:
    return tuple(one["name"] for one in study.summary["segments"])


@st.cache_resource(show_spinner="Placing the same customers in both", max_entries=32)
def _drawn(
    left_id: str,  # noqa: ARG001 - keys, as the names are
    right_id: str,  # noqa: ARG001
    left_names: tuple[str, ...],
    right_names: tuple[str, ...],
    _left: StoredStudy,
    _right: StoredStudy,
) -> Chart | None:
    import polars as pl

    step = max(1, _left.card.customers // ON)
    rows = _left.labelled.gather_every(step).collect()
    inputs = [column.name for column in _right.segmentation.inputs]
    try:
        scored = _right.segmentation.score(rows.select(inputs))
    except CoterieError:
        return None
    both = pl.DataFrame({"left": rows["segment_id"], "right": scored["segment_id"]})
    counts = both.group_by("left", "right").len().sort("left", "right")
    pairs = [
        (f"{a} {left_names[a - 1]}", f"{b} {right_names[b - 1]}", n)
        for a, b, n in counts.iter_rows()
        if a and b
    ]
    return (
        charts.flow(pairs, left_title=_left.card.name, right_title=_right.card.name)
        if pairs
        else None
    )
