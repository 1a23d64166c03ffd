"""Customers unlike any segment: who they are, how far out, and why, in their own units."""

from __future__ import annotations

from html import escape
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

WIDE = '<td style="min-width:270px">'
"""Reasons are sentences: on a phone the table scrolls sideways instead."""

SHOWN, FEW = 25, 10
"""Customers on the page: of those who are unusual, and where nobody is; the file holds more."""

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
    st.html(table([row for row in rows if row["farness"] > FAR][:SHOWN] or rows[:FEW]))
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
    rest = f" The {SHOWN} farthest are below." if many > SHOWN else ""
    if rest and told > SHOWN:
        rest = f"{rest[:-1]}, and {min(told, many):,} in the file."
    return (
        f"{many:,} of {all_of_them:,} customers ({share}) {'is' if many == 1 else 'are'} farther "
        f"from every segment than 99 in 100 of its customers are: a slip of the pen, or someone "
        f"to know by name.{rest}"
    )


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return customers as a table, the farthest first; each reason in a line of its own."""
    placed = any(row["segment_id"] == 0 for row in rows)
    heads = ["Customer", "Times as far", "Nearest segment", *(["Placed in"] if placed else [])]
    top = "".join(f'<th scope="col">{head}</th>' for head in (*heads, "Why"))
    body = "".join(_row(row, placed=placed) for row in rows)
    return (
        '<div class="co-scroll" tabindex="0" role="region" '
        'aria-label="Customers least like any segment"><table class="co-table wide">'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(row: Mapping[str, Any], *, placed: bool) -> str:
    """Return one customer of the table."""
    who = row["customer"] or f"row {row['row']:,}"
    where = NO_SEGMENT if row["segment_id"] == 0 else "the nearest"
    why = "<br>".join(escape(reason["sentence"]) for reason in row["reasons"])
    more = f"<td>{where}</td>" if placed else ""
    return (
        f'<tr><th scope="row">{escape(str(who))}</th><td class="n">{row["farness"]:.1f}</td>'
        f"<td>{escape(row['nearest'])}</td>{more}{WIDE}{why}</td></tr>"
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
