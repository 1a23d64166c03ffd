"""Models that lie in the registry only: the list of them, and which one customers are placed in."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from coterie.faces.dashboard import chosen, pieces, who

if TYPE_CHECKING:
    from coterie.faces.registered import RegisteredModel
    from coterie.stores.shelf import StoredStudy

CHOSEN = "_registered_model"
PICKER = "_place_into"
OWN = ""
"""Stands for the chosen study among the models of the registry."""


def required(title: str) -> StoredStudy | RegisteredModel:
    """Return what customers are placed in: the model picked, else the chosen study.

    Where the server has no study at all, the first model of the registry.
    """
    found = {one.card.model: one for one in who.services().answering.registered()}
    picked = st.session_state.get(CHOSEN, OWN)
    if picked in found:
        return found[picked]
    if found and not who.services().shelf.studies(who.person().id):
        return next(iter(found.values()))
    return chosen.required(title)


def pick(now: StoredStudy | RegisteredModel) -> None:
    """Offer the models of the registry beside the chosen study, where there are any."""
    found = who.services().answering.registered()
    if not found:
        return
    names = {one.card.model: f"{one.card.name}, {one.uri}" for one in found}
    if who.services().shelf.studies(who.person().id):
        names = {OWN: "The chosen study", **names}
    if len(names) < 2:
        return
    st.session_state[PICKER] = now.card.model if now.id in {one.id for one in found} else OWN
    st.selectbox(
        "Model", list(names), format_func=lambda one: names.get(one, one), key=PICKER,
        on_change=_picked,
    )  # fmt: skip


def listed() -> None:
    """Draw a row a model that answers from the registry; and why it cannot be read, if so."""
    answering = who.services().answering
    found, words = answering.registered(), answering.words()
    if not found and not words:
        return
    pieces.section("From the registry", f"In production at {answering.store.where}.")
    if words:
        st.html(f'<p class="co-quiet" role="status">{escape(words)}</p>')
    may = who.person().may("place")
    for one in found:
        with st.container(key=f"registered-{one.id}"):
            left, right = st.columns([5, 2.8], vertical_alignment="center")
            with left:
                st.html(_row(one))
            with right:
                if may and st.button("Place a customer", key=f"in-{one.id}", width="stretch"):
                    st.session_state[CHOSEN] = one.card.model
                    pieces.go("predict")


def _picked() -> None:
    """Take over what was picked."""
    st.session_state[CHOSEN] = st.session_state.get(PICKER, OWN)


def _row(one: RegisteredModel) -> str:
    """Return HTML of one model."""
    card = one.card
    count = f"{card.k} segments" if card.k != 1 else "1 segment"
    return (
        f'<div class="co-verdict co-row"><p class="name"><strong>{escape(card.name)}</strong>'
        '<span class="co-tag">in production</span><span class="co-tag">from the registry</span>'
        f'</p><p class="co-quiet">{card.customers:,} customers, {count}, '
        f"{chosen.said_date(card)}, {escape(one.uri)}</p>"
        f'<p class="kind"><span class="mark {escape(card.verdict)}" aria-hidden="true"></span>'
        f"{escape(pieces.verdict_words(card.verdict, card.k))}</p></div>"
    )
