"""Data: bring a customer table, see what was understood of it, mend that, and find the groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from coterie.config import RunConfig
from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages import (
    data_columns,
    data_look,
    data_orders,
    data_orders_made,
    data_sources,
    data_state,
    data_waiting,
    segment_job,
)
from coterie.stores.shelf.made import record_of

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredLook, Upload

VIEWS: dict[str, Callable[[Upload, StoredLook], None]] = {
    "Columns": data_columns.draw,
    "Quality": lambda _, look: data_look.quality(look),
    "Raw data": lambda _, look: data_look.raw(look),
}


def page() -> None:
    """Draw the way in, or the table that was chosen."""
    person = pieces.guard("upload")
    upload = data_state.chosen(person)
    if upload is None:
        pieces.page_title(
            "Data",
            "Bring a table with one row a customer, or the lines of their orders. Nothing has to "
            "be prepared.",
        )
        data_sources.draw(person)
        return
    pieces.page_title(upload.name, data_sources.say_size(upload.size))
    look = data_waiting.wait_for_look(person, upload)
    if look is None:
        _another()
    elif data_orders.are_asked(upload, look):
        data_orders.draw(person, upload, look)
        _another()
    else:
        _looked_at(person, upload, look)


def _another() -> None:
    """Lead back to the choice of a table."""
    if st.button("Another table", icon=":material/swap_horiz:", type="tertiary"):
        data_state.forget()
        st.rerun()


def _looked_at(person: Person, upload: Upload, look: StoredLook) -> None:
    """Draw what is known of the table, and the one thing to do next."""
    data_look.facts(look)
    top = st.container(horizontal=True, vertical_alignment="center")
    data_orders_made.draw(upload)
    data_look.understood(look)
    view = st.segmented_control(
        "Look closer", list(VIEWS), default="Columns", required=True, key="data_view",
        on_change=data_columns.keep_edits,
    )  # fmt: skip
    VIEWS[view or "Columns"](upload, look)
    faults = data_columns.faults(upload)
    with top:
        if st.button(
            "Find the groups",
            type="primary",
            icon=":material/category:",
            disabled=bool(faults),
            help="Trains with what is best known: the number of groups is found, not asked."
            if not faults
            else "A row of the table of columns contradicts itself; see below.",
        ):
            _train(person, upload)
        if st.button("Explore first", icon=":material/query_stats:"):
            data_columns.take_edits(upload)
            pieces.go("explore")
        if st.button("Choose settings", icon=":material/tune:"):
            data_columns.take_edits(upload)
            pieces.go("segment")
        _another()
        if record_of(upload) is None and st.button(data_orders.ORDERS_TOO, type="tertiary"):
            data_orders.read_as(upload, "orders")
            st.rerun()


def _train(person: Person, upload: Upload) -> None:
    """Start a training with default settings, and show its progress."""
    data_columns.take_edits(upload)
    try:
        segment_job.start(person, upload, RunConfig(dates=data_state.dates(upload)))
    except CoterieError as error:
        pieces.fault(error)
        return
    pieces.go("segment")
