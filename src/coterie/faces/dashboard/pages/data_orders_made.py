"""Customers that were made of order lines: from what, and what became of which lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.stores.shelf.made import record_of

if TYPE_CHECKING:
    from coterie.stores.shelf import Upload

UNIT_WORDS = {"day": "days", "week": "weeks", "calendar-week": "calendar weeks"}


def draw(upload: Upload) -> None:
    """Say how the customers were made; nothing for a table that was brought as it is."""
    record = record_of(upload)
    if record is None:
        return
    pieces.section(f"Made from {record['name']}", told(record))
    rows = treatment_rows(record)
    if rows:
        st.html(treatment_table(rows))
        st.caption("A line can be several of these; the first that holds decides.")
    warnings = further_warnings(record)
    if warnings:
        items = "".join(f"<li>{escape(text)}</li>" for text in warnings)
        st.html(f'<ul class="co-facts">{items}</ul>')
    with st.container(horizontal=True):
        stem = upload.name.rpartition(".")[0]
        pieces.take_out(
            "Download (Parquet)", upload.path.read_bytes, upload.name,
            subject=upload.name, key=f"made-parquet-{upload.id}",
        )  # fmt: skip
        pieces.take_out(
            "Download (CSV)", lambda: _as_csv(upload), f"{stem}.csv",
            subject=upload.name, key=f"made-csv-{upload.id}",
        )  # fmt: skip


def told(record: Mapping[str, Any]) -> str:
    """Say in a few sentences what was made of how many lines.

    Examples
    --------
    >>> told({"lines": 1200, "customers": 90, "as_of": "2024-06-01", "unit": "day",
    ...       "fates": {"purchase": 1000}, "expectation": None, "rfm": None})
    '90 customers as of 1 June 2024, from 1,000 purchases among 1,200 lines.'
    """
    day = date.fromisoformat(record["as_of"])
    word = "customer" if record["customers"] == 1 else "customers"
    said = (
        f"{record['customers']:,} {word} as of {day:%-d %B %Y}, from "
        f"{record['fates']['purchase']:,} purchases among {record['lines']:,} lines."
    )
    if record["unit"] != "day":
        said += f" Ages are told in {UNIT_WORDS[record['unit']]}."
    return said


def treatment_rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each treatment that met any line."""
    return [
        {
            "Lines": each["lines"],
            "What they are": each["what"],
            "What was done": each["treatment"],
        }
        for each in record["treatments"].values()
        if each["lines"]
    ]


def treatment_table(rows: list[dict[str, Any]]) -> str:
    """Return HTML of what became of which order lines."""
    body = "".join(
        f'<tr><td class="n">{row["Lines"]:,}</td><td>{escape(row["What they are"])}</td>'
        f"<td>{escape(row['What was done'])}</td></tr>"
        for row in rows
    )
    return (
        '<div class="co-scroll" tabindex="0" role="region" aria-label="What became of which order '
        'lines"><table class="co-table wide"><thead><tr><th class="n">Lines</th>'
        "<th>What they are</th><th>What was done</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def further_warnings(record: Mapping[str, Any]) -> list[str]:
    """Return the warnings that the table of treatments does not tell."""
    return [
        for_page(note["text"])
        for note in record["notes"]
        if note["level"] == "warning" and note["topic"] not in record["treatments"]
    ]


def _as_csv(upload: Upload) -> bytes:
    """Return the customers as CSV that a spreadsheet opens without running anything."""
    import polars as pl

    from coterie.tables.writing import harmless

    return harmless(pl.read_parquet(upload.path)).write_csv().encode()
