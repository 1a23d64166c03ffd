"""Explore: the columns of a table in figures and pictures, before any group is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages import data_look, data_state, data_waiting, explore_views

if TYPE_CHECKING:
    from collections.abc import Callable

    from coterie.stores.shelf import StoredLook

VIEWS: dict[str, Callable[[StoredLook], None]] = {
    "Statistics": explore_views.statistics,
    "Distributions": explore_views.distributions,
    "Correlations": explore_views.correlations,
    "Two features": explore_views.two_features,
    "Unusual values": explore_views.outliers,
    "Missing values": explore_views.missing,
}


def page() -> None:
    """Draw one way to look at the chosen table."""
    person = pieces.guard("upload")
    upload = data_state.chosen(person)
    if upload is None:
        pieces.page_title("Explore")
        pieces.empty("There is no table yet to look at.", "Bring a table", "data")
        return
    pieces.page_title(f"Explore {upload.name}", "What the columns are like, before any grouping.")
    look = data_waiting.wait_for_look(person, upload)
    if look is None:
        return
    data_look.facts(look)
    view = st.segmented_control(
        "View", list(VIEWS), default="Statistics", required=True, key="explore_view",
        label_visibility="collapsed",
    )  # fmt: skip
    VIEWS[view or "Statistics"](look)
    st.html('<div style="height:1rem"></div>')
    if st.button("Go on to the groups", type="primary", icon=":material/category:"):
        pieces.go("segment")
