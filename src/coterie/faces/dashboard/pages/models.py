"""Models: every study, two side by side, and what is done with one: promote, share, take out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import chosen, pieces, registry, who
from coterie.faces.dashboard.pages import segment_interrupted
from coterie.faces.dashboard.pages.models_actions import show_actions
from coterie.faces.dashboard.pages.models_compare import compare

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Card

TITLE = "Models"
SHOWN = 12
SAID = "_models_said"


def page() -> None:
    """Draw the list of studies, the comparison, and what can be done with each."""
    person = pieces.guard("look")
    pieces.page_title(
        TITLE, "Every study you may see. The one in production answers to the API by its name."
    )
    if person.may("train"):
        segment_interrupted.draw(person)
    cards = who.services().shelf.studies(person.id)
    if not cards and who.services().answering.registered():
        registry.listed()
        return
    if not cards:
        chosen.required(TITLE)
        return
    if said := st.session_state.pop(SAID, ""):
        st.html(f'<p class="co-quiet" role="status">{escape(said)}</p>')
    _listed(person, cards)
    registry.listed()
    if len(cards) > 1:
        pieces.section("Compare two", "What changed, and where the same customers went.")
        compare(cards)


def _listed(person: Person, cards: Sequence[Card]) -> None:
    """Draw a row a study, newest first."""
    many = len(cards) > SHOWN and not st.session_state.get("models-all")
    for card in cards[:SHOWN] if many else cards:
        with st.container(key=f"study-{card.id}"):
            left, right = st.columns([5, 2.8], vertical_alignment="center")
            with left:
                st.html(_row(card, person))
            with right, st.container(horizontal=True):
                if st.button("Open", key=f"open-{card.id}", width="stretch"):
                    st.session_state[pieces.STUDY] = card.id
                    pieces.go("overview")
                more = st.popover("More", width="stretch", key=f"more-{card.id}", on_change="rerun")
                if more.open:
                    with more:
                        _actions(person, card)
    if many:
        st.checkbox(f"Show all {len(cards)} studies", key="models-all")


def _actions(person: Person, card: Card) -> None:
    """Draw what can be done with one study."""
    try:
        study = who.services().shelf.study(card.id, person.id)
        show_actions(study, person)
    except CoterieError as error:
        pieces.fault(error)


def _row(card: Card, person: Person) -> str:
    """Return HTML of one study in the list."""
    tags = []
    if card.production:
        tags.append("in production")
    if card.shared and not card.production:
        tags.append("shared")
    if card.owner != person.id:
        tags.append(f"by {card.owner_name}" if card.owner_name else "by this server")
    shown = "".join(f'<span class="co-tag">{escape(tag)}</span>' for tag in tags)
    said = pieces.verdict_words(card.verdict, card.k)
    count = f"{card.k} segments" if card.k != 1 else "1 segment"
    return (
        f'<div class="co-verdict co-row"><p class="name"><strong>{escape(card.name)}</strong>'
        f'{shown}</p><p class="co-quiet">{card.customers:,} customers, {count}, '
        f"{chosen.said_date(card)}</p>"
        f'<p class="kind"><span class="mark {escape(card.verdict)}" aria-hidden="true"></span>'
        f"{escape(said)}</p></div>"
    )
