"""The dashboard's one script: who is looking, which pages there are, which study is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coterie.faces.dashboard import chosen, pieces, viewport, who
from coterie.faces.dashboard.login import change_password
from coterie.faces.dashboard.login import page as login_page
from coterie.faces.dashboard.telling import telling
from coterie.faces.dashboard.theme import style

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Card

ICON = Path(__file__).parent / "static" / "favicon.svg"
"""Our own: a symbol of Streamlit's would be fetched from elsewhere."""


@dataclass(frozen=True)
class Entry:
    """One page of the dashboard.

    Attributes
    ----------
    address : str
        In the browser, and the name of its module under `pages`, which has a function `page`.
    title, icon, part : str
    action : str
        What a person must be allowed to do to see it listed.
    """

    address: str
    title: str
    icon: str
    part: str
    action: str = "look"


ENTRIES = (
    Entry("overview", "Overview", "donut_small", ""),
    Entry("data", "Data", "table", "Find segments", "upload"),
    Entry("explore", "Explore", "query_stats", "Find segments", "upload"),
    Entry("segment", "Segment", "category", "Find segments", "train"),
    Entry("profiles", "Profiles", "groups", "Use segments"),
    Entry("predict", "Predict", "person_pin_circle", "Use segments", "place"),
    Entry("campaigns", "Campaigns", "campaign", "Use segments"),
    Entry("models", "Models", "inventory_2", "Keep"),
    Entry("people", "People", "manage_accounts", "Keep", "people"),
)


def run(*, login_inside: bool = False) -> None:
    """Draw the page that is asked for.

    Parameters
    ----------
    login_inside : bool
        Ask for name and password on the page itself, where no gate stands before it.
    """
    st.set_page_config(page_title="Coterie", page_icon=str(ICON), layout="wide")
    st.html(f"<style>{style()}</style>")
    st.logo(str(ICON))
    person = who.find_person()
    if person is None:
        _outside(login_inside)
        return
    cards = who.services().shelf.studies(person.id)
    chosen.keep(cards)
    pages = dict(_pages(person.may))
    pieces.register({address: page for address, (_, page) in pages.items()})
    parts: dict[str, list[st.Page]] = {}
    for part, page in pages.values():
        parts.setdefault(part, []).append(page)
    page = st.navigation(parts, position="sidebar", expanded=True)
    _aside(person, cards, login_inside)
    viewport.listen()
    page.run()


def _aside(person: Person, cards: Sequence[Card], login_inside: bool) -> None:
    """Draw what stands beside every page: which study, and who is looking."""
    with st.sidebar:
        chosen.pick(cards)
        account = "" if login_inside else '<a href="/account" target="_self">Your account</a>'
        name = f"<strong>{escape(person.username)}</strong>"
        st.html(f'<p class="co-who">{name}{person.role}{account}</p>')
        if login_inside and st.button(
            "Change password", icon=":material/key:", type="tertiary", key="change-password"
        ):
            change_password()
        if st.button("Log out", icon=":material/logout:", type="tertiary"):
            who.log_out()
            st.rerun()


def _pages(may: Callable[[str], bool]) -> Iterator[tuple[str, tuple[str, st.Page]]]:
    """Yield the pages that are there, by address; those beyond the person's role are not listed."""
    for entry in ENTRIES:
        name = f"coterie.faces.dashboard.pages.{entry.address}"
        if find_spec(name) is not None:
            page = _page(entry, _guarded(entry, name), hidden=not may(entry.action))
            yield entry.address, (entry.part, page)


def _guarded(entry: Entry, module: str) -> Callable[[], None]:
    """Return a page's function behind the question whether the person may see it."""

    def draw() -> None:
        with telling():
            pieces.guard(entry.action)
            import_module(module).page()

    return draw


def _page(entry: Entry, draw: Callable[[], None], *, hidden: bool = False) -> st.Page:
    """Return a page as Streamlit lists it."""
    return st.Page(
        draw,
        title=entry.title,
        icon=f":material/{entry.icon}:",
        url_path=entry.address,
        default=entry.address == "overview",
        visibility="hidden" if hidden else "visible",
    )


def _outside(login_inside: bool) -> None:
    """Show the way in to someone who has no session, or none any more; every address stays."""
    draw = login_page if login_inside else _goodbye
    pages = [_page(entry, lambda: draw()) for entry in ENTRIES]
    st.navigation(pages, position="hidden").run()


def _goodbye() -> None:
    """Say that the session has ended."""
    st.session_state.clear()
    pieces.page_title("You are logged out", "Your studies are where you left them.")
    st.html('<p><a class="co-button" href="/login" target="_self">Log in</a></p>')


if __name__ == "__main__":
    run()
