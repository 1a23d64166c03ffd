"""The chosen study: kept in the address and in the tab, the newest one where nobody chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pieces import STUDY

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Card, StoredStudy

PICKER = "_study_picker"


def keep(cards: Sequence[Card]) -> None:
    """Agree on one study for this run: the address first, then the tab, then the newest.

    An id in the address is kept even if it is not in the list, so that the page can say what
    is wrong with it.
    """
    asked = st.query_params.get("study")
    chosen = asked or st.session_state.get(STUDY)
    if not asked and chosen not in {card.id for card in cards}:
        chosen = cards[0].id if cards else None
    if chosen is None:
        st.session_state.pop(STUDY, None)
        return
    st.session_state[STUDY] = chosen
    if asked != chosen:
        st.query_params["study"] = chosen


def pick(cards: Sequence[Card]) -> None:
    """Offer the studies a person may look at, where there is a choice."""
    if not cards:
        return
    names = told_apart(cards)
    current = st.session_state.get(STUDY)
    if current in names:
        st.session_state[PICKER] = current
    st.selectbox(
        "Study",
        list(names),
        format_func=lambda chosen: names.get(chosen, ""),
        key=PICKER,
        index=None if current not in names else 0,
        placeholder="Choose a study",
        on_change=_picked,
    )


def study(person: Person) -> StoredStudy | None:
    """Return the chosen study, or None after the page has said why there is none."""
    chosen = st.session_state.get(STUDY)
    if chosen is None:
        return None
    try:
        return who.services().shelf.study(chosen, person.id)
    except CoterieError as error:
        pieces.fault(error)
        if st.button("Show all studies", type="primary"):
            st.session_state.pop(STUDY, None)
            st.query_params.pop("study", None)
            pieces.go("models")
        st.stop()


def required(title: str) -> StoredStudy:
    """Return the chosen study; where there is none, draw the empty page and end the run."""
    from coterie.faces.dashboard.first import offer_sample

    person = who.person()
    found = study(person)
    if found is None:
        pieces.page_title(title)
        offer_sample(person)
        st.stop()
    return found


def told_apart(cards: Sequence[Card]) -> dict[str, str]:
    """Return how each study is listed, by id: the name, and more where another is called the same.

    The day follows first, then the time, whose it is, and at last the beginning of its id.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> at = datetime(2026, 3, 5, 9, tzinfo=UTC)
    >>> one = SimpleNamespace(id="a1" * 8, name="Spring", owner_name="ada", created_at=at)
    >>> other = SimpleNamespace(**{**vars(one), "id": "b2" * 8})
    >>> later = SimpleNamespace(**{**vars(one), "id": "c3" * 8, "created_at": datetime(2026, 3, 6)})
    >>> list(told_apart([one, later]).values())
    ['Spring · 5 March 2026', 'Spring · 6 March 2026']
    >>> told_apart([one, other])["b2" * 8]
    'Spring · 5 March 2026 · 09:00 UTC · by ada · b2b2'
    """
    shown = {card.id: card.name for card in cards}
    for more in (said_date, _said_time, lambda card: f"by {card.owner_name}", lambda c: c.id[:4]):
        many = Counter(shown.values())
        shown |= {
            card.id: f"{shown[card.id]} · {more(card)}"
            for card in cards
            if many[shown[card.id]] > 1
        }
    return shown


def _said_time(card: Card) -> str:
    """Say at what time a study was made."""
    return f"{card.created_at:%H:%M} UTC"


def said_date(card: Card) -> str:
    """Say when a study was made, as a person would.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from types import SimpleNamespace
    >>> said_date(SimpleNamespace(created_at=datetime(2026, 3, 5, 9, tzinfo=UTC)))
    '5 March 2026'
    """
    return f"{card.created_at.day} {card.created_at:%B %Y}"


def _picked() -> None:
    """Take over what was picked."""
    chosen = st.session_state.get(PICKER)
    if chosen:
        st.session_state[STUDY] = chosen
        st.query_params["study"] = chosen


def segment_notes(found: StoredStudy) -> dict[int, str]:
    """Return what people wrote about segments, by id."""
    return {one.segment_id: one.text for one in found.annotations if one.segment_id and one.text}
