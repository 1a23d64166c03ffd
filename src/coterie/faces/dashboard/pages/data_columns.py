"""The table of columns: what each is taken for, edited in place."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.errors import SchemaError
from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages import data_state
from coterie.faces.dashboard.pages.data_schema import (
    KIND_WORDS,
    ROLE_WORDS,
    changes,
    edited_schema,
    same,
    schema_rows,
)

if TYPE_CHECKING:
    from coterie.schema import Schema
    from coterie.stores.shelf import StoredLook, Upload

BASE, VERSION, EDITED, FAULTS = (
    "columns_base", "columns_version", "columns_edited", "columns_faults",
)  # fmt: skip


def draw(upload: Upload, look: StoredLook) -> None:
    """Draw the table to edit, what was changed, and what contradicts itself."""
    base = _base(upload, look)
    st.caption(
        "Double-click a cell to change it. Groups are found by the columns with that role; "
        "values below the lowest or above the highest possible are treated as missing."
    )
    edited = st.data_editor(
        _frame(base),
        key=f"columns_{st.session_state[VERSION]}",
        hide_index=True,
        num_rows="fixed",
        disabled=["column", "why"],
        placeholder="",
        height=min(38 + 35 * len(base), 560),
        column_config=_config(),
        alt="What each column is taken for",
    )
    rows = _plain(edited)
    try:
        schema = edited_schema(base, rows)
    except SchemaError as error:
        st.session_state[FAULTS] = {upload.id: str(error)}
        st.session_state.pop(EDITED, None)
        pieces.fault(error)
        return
    st.session_state[FAULTS] = {}
    st.session_state[EDITED] = {upload.id: schema}
    _offer(upload, look, schema)


def _offer(upload: Upload, look: StoredLook, schema: Schema) -> None:
    """Say what was changed, and offer to look again with it or to undo it."""
    said = changes(look.schema, schema)
    if said:
        st.html(f'<ul class="co-facts">{"".join(f"<li>{escape(line)}</li>" for line in said)}</ul>')
    with st.container(horizontal=True):
        if said and st.button("Use these columns", icon=":material/check:"):
            data_state.keep_schema(upload, schema)
            _reset()
            st.rerun()
        if (said or data_state.schema_toml(upload)) and st.button(
            "Back to what was detected", icon=":material/undo:"
        ):
            data_state.keep_schema(upload, None)
            _reset()
            st.rerun()


def faults(upload: Upload) -> str:
    """Return what is wrong with the table as it is edited now; empty if nothing is."""
    return str(st.session_state.get(FAULTS, {}).get(upload.id, ""))


def take_edits(upload: Upload) -> None:
    """Use what was edited and not yet taken, as a training or a look begins."""
    schema = st.session_state.get(EDITED, {}).get(upload.id)
    base = st.session_state.get(BASE)
    if schema is not None and base is not None and not same(schema, base[3]):
        data_state.keep_schema(upload, schema)
    _reset()


def keep_edits() -> None:
    """Carry edits over when the table leaves the page, and begin with them when it is back."""
    base = st.session_state.get(BASE)
    edited = st.session_state.get(EDITED, {})
    if base is not None and base[0] in edited:
        st.session_state[BASE] = (base[0], edited[base[0]], *base[2:])
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    st.session_state[FAULTS] = {}


def _reset() -> None:
    """Begin the table anew from the schema in use."""
    for key in (BASE, EDITED, FAULTS):
        st.session_state.pop(key, None)
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def _base(upload: Upload, look: StoredLook) -> Schema:
    """Return what the table began with; it must not change while it is edited."""
    held = st.session_state.get(BASE)
    if held is None or (held[0], held[2]) != (upload.id, look.key):
        _reset()
        held = (upload.id, look.schema, look.key, look.schema)
        st.session_state[BASE] = held
    st.session_state.setdefault(VERSION, 0)
    schema: Schema = held[1]
    return schema


def _config() -> dict[str, Any]:
    """Return how the columns of the table are edited."""
    column = st.column_config
    return {
        "column": column.TextColumn("Column", pinned=True, width=150),
        "label": column.TextColumn("Called", width=190, max_chars=80),
        "kind": column.SelectboxColumn(
            "Kind", options=list(KIND_WORDS.values()), required=True, width=110
        ),
        "role": column.SelectboxColumn(
            "Role", options=list(ROLE_WORDS.values()), required=True, width=180
        ),
        "unit": column.TextColumn("Unit", width=104, max_chars=20),
        "lower": column.NumberColumn(
            "Lowest", width=104, help="What is lower is impossible, and treated as missing."
        ),
        "upper": column.NumberColumn(
            "Highest", width=104, help="What is higher is impossible, and treated as missing."
        ),
        "why": column.TextColumn("Why", width="large"),
    }


def _frame(schema: Schema) -> Any:
    """Return the table as a frame, in types that a cell of each column can hold."""
    import polars as pl

    types = dict.fromkeys(("column", "label", "kind", "role", "unit", "why"), pl.String)
    return pl.DataFrame(
        schema_rows(schema), schema_overrides={**types, "lower": pl.Float64, "upper": pl.Float64}
    )


def _plain(edited: Any) -> list[dict[str, Any]]:
    """Return the edited table as rows, whatever kind of frame it came back as."""
    if hasattr(edited, "to_dicts"):
        rows: list[dict[str, Any]] = edited.to_dicts()
        return rows
    return list(edited.to_dict(orient="records"))
