"""Customers unlike any segment: who they are, how far out, and why, in their own units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces
from coterie.figures.words import say_share
from coterie.placement import NO_SEGMENT
from coterie.stores.shelf.unlike import unlike_any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coterie.stores.shelf import StoredStudy

FAR = 1.0
"""Farther from every segment than 99 in 100 of its customers are."""


def draw_unlike(study: StoredStudy) -> None:
    """Draw the customers least like any segment, with a file of them."""
    try:
        found = _found(study.id, study.names_given, study)
    except CoterieError as error:
        pieces.fault(error)
        return
    st.markdown(lead(found))
    rows = found["outliers"]
    if not rows:
        return
    shown = [row for row in rows if row["farness"] > FAR] or rows[:20]
    st.dataframe(
        table(shown),
        hide_index=True,
        height=min(40 + 35 * len(shown), 560),
        column_config={
            "Customer": st.column_config.TextColumn(pinned=True, width=110),
            "Times as far": st.column_config.NumberColumn(
                format="%.1f",
                width=100,
                help="As what 99 in 100 customers of the nearest segment keep within. Above 1 is "
                "unusual.",
            ),
            "Nearest": st.column_config.TextColumn("Nearest segment", width=180),
            "In": st.column_config.TextColumn("Placed in", width=120),
            "Why": st.column_config.TextColumn(width="large"),
        },
        alt="Customers least like any segment, and why",
    )
    _why(shown[0])
    pieces.take_out(
        "Download them (CSV)",
        lambda: as_csv(rows),
        f"{study.card.model}-unlike-any-segment.csv",
        subject=study.card.name,
        key=f"unlike-{study.id}",
    )


@st.cache_resource(show_spinner="Looking for customers unlike any segment", max_entries=32)
def _found(study_id: str, names: dict[str, str], _study: StoredStudy) -> dict[str, Any]:  # noqa: ARG001 - keys
    """Return what was found, from memory where it is known."""
    return unlike_any(_study)


def lead(found: Mapping[str, Any]) -> str:
    """Say how many there are.

    Examples
    --------
    >>> lead({"customers": 2000, "unusual": 20, "outliers": [{}] * 20})[:58]
    '20 of 2,000 customers (1 %) are farther from every segment'
    """
    if not found["customers"]:
        return "The study holds no customers to look at."
    many, all_of_them = found["unusual"], found["customers"]
    if not many:
        return (
            f"None of the {all_of_them:,} customers is unusual: each is as near to a segment as 99 "
            "in 100 of its customers are. Below are the farthest."
        )
    share = say_share(many / all_of_them).replace("\N{NO-BREAK SPACE}", " ")
    told = len(found["outliers"])
    rest = f" The {told:,} farthest are below." if many > told else ""
    return (
        f"{many:,} of {all_of_them:,} customers ({share}) {'is' if many == 1 else 'are'} farther "
        f"from every segment than 99 in 100 of its customers are: a slip of the pen, or someone "
        f"to know by name.{rest}"
    )


def table(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return customers as rows of a table, the farthest first."""
    return [
        {
            "Customer": row["customer"] or f"row {row['row']:,}",
            "Times as far": row["farness"],
            "Nearest": row["nearest"],
            "In": NO_SEGMENT if row["segment_id"] == 0 else "Its nearest",
            "Why": "; ".join(reason["sentence"] for reason in row["reasons"]),
        }
        for row in rows
    ]


def _why(row: Mapping[str, Any]) -> None:
    """Say of the farthest one in full why: a cell of a table cuts it on a phone."""
    who = row["customer"] or f"in row {row['row']:,}"
    said = "; ".join(reason["sentence"] for reason in row["reasons"])
    st.caption(
        f"The farthest, customer {who}, is {row['farness']:.1f} times as far out as usual. {said}."
    )


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the customers as CSV that a spreadsheet opens without running anything."""
    import polars as pl

    from coterie.tables.writing import harmless

    flat = [
        {
            "row": row["row"],
            "customer": row["customer"],
            "nearest": row["nearest"],
            "segment_id": row["segment_id"],
            "farness": round(row["farness"], 3),
            "why": "; ".join(reason["sentence"] for reason in row["reasons"]),
        }
        for row in rows
    ]
    return harmless(pl.DataFrame(flat)).write_csv().encode()
