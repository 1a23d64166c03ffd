"""What every page is made of: titles, the verdict, empty states, faults, who may do what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from coterie.faces.dashboard import who
from coterie.faces.dashboard.drawing import show_chart
from coterie.faces.dashboard.telling import fault
from coterie.figures.palette import segment_colour, text_on
from coterie.figures.words import say_share
from coterie.placement import NO_SEGMENT

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredStudy

__all__ = [
    "STUDY",
    "disc",
    "download",
    "empty",
    "fault",
    "go",
    "guard",
    "link",
    "page_title",
    "pairs",
    "register",
    "say_share",
    "section",
    "segment_bar",
    "show_chart",
    "take_out",
    "verdict_line",
    "verdict_words",
]

STUDY = "study_id"
"""Where the chosen study's id lives in the session's state; ``?study=`` in the address."""

PAGES = "_pages"

MAY_NOT = {
    "place": "Your role does not allow placing customers.",
    "train": "Your role is viewer: you can look at studies and place customers. "
    "An analyst or an admin can train.",
    "upload": "Your role is viewer: you can look at studies and place customers. "
    "An analyst or an admin can bring in files.",
    "export": "Your role is viewer: you can look at studies and place customers. "
    "An analyst or an admin can take files out.",
    "share": "Your role is viewer. An analyst or an admin can share a study.",
    "promote": "Only an admin promotes a study to production.",
    "people": "Only an admin sees the accounts.",
}
"""What is said to a person who may not do something, and who may."""


def page_title(title: str, sub: str = "") -> None:
    """Write the page's title, and below it, quietly, what it is about."""
    below = f'<p class="sub">{escape(sub)}</p>' if sub else ""
    st.html(f'<header class="co-title"><h1>{escape(title)}</h1>{below}</header>')


def section(title: str, lead: str = "") -> None:
    """Write the heading of a part of a page, and a sentence on what it tells."""
    below = f"<p>{escape(lead)}</p>" if lead else ""
    st.html(f'<div class="co-section"><h2>{escape(title)}</h2>{below}</div>')


def verdict_words(kind: str, k: int) -> str:
    """Say the verdict in a few words.

    Examples
    --------
    >>> verdict_words("natural", 5), verdict_words("reproducible", 4)
    ('Five natural groups', 'Four segments, cut alike each time')
    >>> verdict_words("constructed", 4), verdict_words("constructed", 1)
    ('Four segments, cut for convenience', 'One segment: all customers together')
    """
    if k == 1:
        return "One segment: all customers together"
    said = NUMBERS[k] if k < len(NUMBERS) else f"{k:,}"
    if kind == "natural":
        return f"{said} natural groups"
    if kind == "reproducible":
        return f"{said} segments, cut alike each time"
    return f"{said} segments, cut for convenience"


NUMBERS = (
    "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
    "Twelve",
)  # fmt: skip


def verdict_line(summary: Mapping[str, Any], meaning: str = "") -> None:
    """Say how real the segments are: a small mark, a few words, the sentence, what to do.

    Parameters
    ----------
    summary : mapping
        With ``verdict`` ("natural", "reproducible" or "constructed"), ``verdict_reason`` and
        ``k``, as in `Study.to_dict`.
    meaning : str
        What to do with the finding.
    """
    kind, k = str(summary["verdict"]), int(summary["k"])
    then = f'<p class="means">{escape(meaning)}</p>' if meaning else ""
    st.html(
        f'<div class="co-verdict"><p class="kind"><span class="mark {escape(kind)}" '
        f'aria-hidden="true"></span><strong>{escape(verdict_words(kind, k))}</strong></p>'
        f'<p class="say">{escape(str(summary["verdict_reason"]))}</p>{then}</div>'
    )


def pairs(told: Mapping[str, str]) -> str:
    """Return HTML of words and what is said of each."""
    rows = "".join(
        f"<div><dt>{escape(word)}</dt><dd>{escape(said)}</dd></div>" for word, said in told.items()
    )
    return f'<dl class="co-pairs">{rows}</dl>'


def disc(segment_id: int) -> str:
    """Return HTML of a segment's number in its colour."""
    colour = segment_colour(segment_id)
    return (
        f'<span class="co-disc" style="background:{colour};color:{text_on(colour)}" '
        f'aria-hidden="true">{segment_id or "–"}</span>'
    )


LEAST_REST = 1e-7
"""More of the customers than this in no segment are no slip of arithmetic."""


def segment_bar(segments: Sequence[Mapping[str, Any]]) -> None:
    """Draw one bar over the full width: the segments by share, and below it their names.

    Customers in no segment are its grey end.
    """
    parts, names = [], []
    for one in segments:
        colour, share = segment_colour(one["id"]), float(one["share"])
        inside = escape(say_share(share)) if share >= 0.06 else ""
        title = f"{one['name']}: {one['size']:,} customers"
        parts.append(
            f'<span style="flex-grow:{max(share, 1e-4):.5f};background:{colour};'
            f'color:{text_on(colour)}" title="{escape(title)}">{inside}</span>'
        )
        names.append(
            f"<li>{disc(one['id'])}<span>{escape(one['name'])}</span> "
            f"<em>{escape(say_share(share))}</em></li>"
        )
    rest = 1.0 - sum(float(one["share"]) for one in segments)
    if segments and rest > LEAST_REST:
        colour, title = segment_colour(0), f"{NO_SEGMENT}: customers like no segment"
        parts.append(
            f'<span style="flex-grow:{rest:.5f};background:{colour};color:{text_on(colour)}" '
            f'title="{title}">{escape(say_share(rest)) if rest >= 0.06 else ""}</span>'
        )
        names.append(
            f"<li>{disc(0)}<span>{NO_SEGMENT}: like no segment</span> "
            f"<em>{escape(say_share(rest))}</em></li>"
        )
    told = ", ".join(f"{one['name']} {say_share(one['share'])}" for one in segments)
    st.html(
        f'<div class="co-bar" role="img" aria-label="{escape(told)}">{"".join(parts)}</div>'
        f'<ol class="co-key">{"".join(names)}</ol>'
    )


def empty(sentence: str, button: str = "", page: str = "") -> None:
    """Say that there is nothing yet, and offer the one thing to do about it.

    Parameters
    ----------
    sentence : str
    button : str
        What the button says; none is shown if it is empty.
    page : str
        Where it leads: the address of a page, such as ``"data"``.
    """
    st.html(f'<p class="co-empty">{escape(sentence)}</p>')
    if button and st.button(button, type="primary", key=f"empty-{page}"):
        go(page)


def guard(action: str) -> Person:
    """Return who is looking, if that person may do `action`; else say so and end the page."""
    person = who.person()
    if not person.may(action):
        said = MAY_NOT.get(action, "Your role does not allow this.")
        st.html(f'<p class="co-empty">{escape(said)}</p>')
        st.stop()
    return person


def register(pages: Mapping[str, Any]) -> None:
    """Remember the pages of this run by their address, so that any page can lead to any other."""
    st.session_state[PAGES] = dict(pages)


def go(page: str) -> None:
    """Go to another page; its address is ``"overview"``, ``"data"``, ``"predict"`` ..."""
    found = st.session_state.get(PAGES, {}).get(page)
    if found is None:
        fault(f"There is no page {page} here.")
        return
    chosen = st.session_state.get(STUDY)
    st.switch_page(found, query_params={"study": chosen} if chosen else {})


def link(page: str, label: str, icon: str) -> None:
    """Draw a link to another page, the chosen study kept; nothing where there is no such page."""
    found = st.session_state.get(PAGES, {}).get(page)
    if found is not None:
        chosen = st.session_state.get(STUDY)
        st.page_link(
            found,
            label=label,
            icon=f":material/{icon}:",
            query_params={"study": chosen} if chosen else None,
        )


def download(
    study: StoredStudy,
    file: str,
    label: str,
    *,
    action: str = "export",
    key: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw a button that downloads one file of a study; whoever clicks is checked again.

    Parameters
    ----------
    study : StoredStudy
    file : str
        As in ``study.files``; nothing is drawn where the study has none.
    label : str
    action : str
        What the person must be allowed to do.
    key : str, optional
    width : {"content", "stretch"}
    """
    path = study.files.get(file)
    if path is None:
        return
    take_out(
        label,
        path.read_bytes,
        f"{study.card.model}-{path.name}",
        subject=study.card.name,
        action=action,
        key=key or f"download-{study.id}-{file}",
        width=width,
    )


def take_out(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    *,
    subject: str,
    action: str = "export",
    key: str | None = None,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Draw a button whose file is made when it is clicked, if the session still holds then."""
    accounts, token = who.services().accounts, who.token()

    def content() -> bytes:
        session = accounts.session(token) if token else None
        if session is None or not session.person.may(action):
            return b"You are logged out, or your role does not allow this file."
        accounts.record(
            "exported", person=session.person, subject=subject, detail={"file": file_name}
        )
        return make()

    st.download_button(
        label,
        content,
        file_name,
        key=key,
        icon=":material/download:",
        on_click="ignore",
        width=width,
    )
