"""What was seen in a table: in a line, in sentences, column by column, and as it stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages.data_schema import KIND_WORDS
from coterie.faces.dashboard.pages.data_words import for_page

if TYPE_CHECKING:
    import polars as pl

    from coterie.schema.notes import Note
    from coterie.stores.shelf import StoredLook

FIRST_NOTES = 6
NUMBER = "color:var(--co-ink);font-weight:600"


def facts(look: StoredLook) -> None:
    """Say in a line how large the table is and what can be done with it."""
    features = [c for c in look.schema if c.role == "feature" and c.numeric]
    aside = look.rows - look.kept
    said = [
        (f"{look.rows:,}", "customers" if look.rows != 1 else "customer"),
        (f"{len(look.schema):,}", "columns"),
        (f"{len(features):,}", "with numbers to find groups by"),
    ]
    if aside:
        said.append((f"{aside:,}", "rows set aside" if aside > 1 else "row set aside"))
    parts = " &ensp; ".join(
        f'<span style="white-space:nowrap"><span style="{NUMBER}">{number}</span> {words}</span>'
        for number, words in said
    )
    day = ""
    if look.as_of:
        day = f" &ensp; Ages are counted to {date.fromisoformat(look.as_of):%-d %B %Y}."
    st.html(f'<p style="color:var(--co-muted)">{parts}{day}</p>')


def understood(look: StoredLook) -> None:
    """Say what was detected and repaired, what needs a decision first."""
    notes = sorted(look.notes, key=lambda note: note.level != "warning")
    pieces.section(
        "What was understood",
        "Found by looking at the values. Mend under Columns what is not so."
        if notes
        else "Nothing had to be guessed or repaired.",
    )
    if not notes:
        return
    st.html(_listed(notes[:FIRST_NOTES]))
    if len(notes) > FIRST_NOTES:
        with st.expander(f"{len(notes) - FIRST_NOTES} more"):
            st.html(_listed(notes[FIRST_NOTES:]))


def _listed(notes: Sequence[Note]) -> str:
    """Return notes as a list; what the reader should decide on is marked."""
    items = []
    for note in notes:
        tag = '<span class="co-tag">please look</span>' if note.level == "warning" else ""
        items.append(f"<li>{escape(for_page(note.text))}{tag}</li>")
    return f'<ul class="co-facts">{"".join(items)}</ul>'


def quality(look: StoredLook) -> None:
    """Draw the quality report: what is missing, impossible, unusual, doubled, set aside."""
    notes = [n for n in look.notes if n.topic in ("duplicate", "missing", "impossible")]
    whole = [note for note in notes if note.column is None or note.topic == "duplicate"]
    aside = look.rows - look.kept
    if aside:
        st.markdown(
            f"**{aside:,} of {look.rows:,} rows would be set aside.** They are not thrown away: "
            "each study keeps them in quarantine.csv, with the reason."
        )
    else:
        st.markdown("**Every row would be kept.** There are no doubled and no empty ones.")
    if whole:
        st.html(_listed(whole))
    rows = quality_rows(look)
    clean = sum(not (row["missing"] or row["impossible"] or row["unusual"]) for row in rows)
    st.dataframe(
        _frame(rows),
        hide_index=True,
        height=min(38 + 35 * len(rows), 560),
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True),
            "kind": st.column_config.TextColumn("Kind"),
            "missing_share": st.column_config.ProgressColumn(
                "Missing", min_value=0, max_value=100, format="%.1f %%"
            ),
            "missing": st.column_config.NumberColumn("Missing cells", format="localized"),
            "impossible": st.column_config.NumberColumn(
                "Impossible", format="localized", help="Outside the bounds; treated as missing."
            ),
            "unusual": st.column_config.NumberColumn(
                "Unusual",
                format="localized",
                help="More than one and a half box lengths beyond the middle half of customers. "
                "They stay; a fit caps what lies furthest.",
            ),
            "why": st.column_config.TextColumn("Why it is taken for this"),
        },
        alt="Quality of each column",
    )
    st.caption(f"{clean:,} of {len(rows):,} columns lack nothing and hold nothing strange.")


def quality_rows(look: StoredLook) -> list[dict[str, Any]]:
    """Return a row for each of the table's own columns."""
    impossible = Counter[str]()
    for note in look.notes:
        if note.topic == "impossible" and note.column:
            impossible[note.column] += note.count
    own = set(look.schema.names)
    return [
        {
            "column": row["label"],
            "kind": KIND_WORDS.get(row["kind"], row["kind"]),
            "missing_share": 100 * (row["missing"] or 0.0),
            "missing": round((row["missing"] or 0.0) * look.kept),
            "impossible": impossible[row["column"]],
            "unusual": row["outside"],
            "why": row["why"],
        }
        for row in look.quality
        if row["column"] in own
    ]


def raw(look: StoredLook) -> None:
    """Draw the first rows as they stand in the file."""
    shown = as_days(look.preview)
    st.dataframe(
        shown, hide_index=True, height=min(38 + 35 * len(shown), 560), alt="The first rows"
    )
    said = "All rows" if len(shown) >= look.rows else f"The first {len(shown):,} of {look.rows:,}"
    st.caption(f"{said}, as they were read, before cleaning.")


def as_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in which days without a time of day are shown as days."""
    import polars as pl

    plain = [
        name
        for name, dtype in frame.schema.items()
        if dtype == pl.Datetime and (frame[name].drop_nulls().dt.time() == time()).all()
    ]
    return frame.with_columns(pl.col(plain).cast(pl.Date)) if plain else frame


def _frame(rows: Sequence[dict[str, Any]]) -> Any:
    """Return rows as a frame that the table element takes."""
    import polars as pl

    return pl.DataFrame(rows, infer_schema_length=None)
