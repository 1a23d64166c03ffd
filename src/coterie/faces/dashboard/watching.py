"""A job that is under way, on a page: what is being done, how far it is, and a way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who

if TYPE_CHECKING:
    from coterie.faces.jobs import Job
    from coterie.stores.accounts import Person


@who.fragment(run_every=0.5)
def watch_job(
    person: Person,
    job_id: str,
    *,
    title: str,
    key: str,
    leaving: str,
    more: Callable[[Job], None] | None = None,
) -> None:
    """Say what is being done, with a way out; draw the page anew at the end.

    Parameters
    ----------
    person : Person
    job_id : str
    title : str
    key : str
        Of the button that cancels.
    leaving : str
        What becomes of the work if the person leaves the page.
    more : callable, optional
        Draws what else there is to say of a job that runs.
    """
    try:
        job = who.services().jobs.job(job_id, person.id)
    except CoterieError as error:
        pieces.fault(error)
        return
    if job.ended:
        st.rerun()
    pieces.section(title)
    if job.state == "waiting":
        st.progress(0.0, text=waiting_words(job.position))
    else:
        st.progress(min(job.share, 1.0), text=job.words[:1].upper() + job.words[1:] or "Starting")
        if more is not None:
            more(job)
    if st.button("Cancel", icon=":material/close:", key=key):
        try:
            who.services().jobs.cancel(job.id, person.id)
        except CoterieError as error:
            pieces.fault(error)
            return
        st.rerun()
    st.caption(f"You can leave this page{leaving}")


def waiting_words(position: int) -> str:
    """Say where in the queue a job is.

    Examples
    --------
    >>> waiting_words(1), waiting_words(4)
    ('Waiting: yours is next', 'Waiting: 3 others are before yours')
    """
    if position <= 1:
        return "Waiting: yours is next"
    return f"Waiting: {position - 1} other{'s are' if position > 2 else ' is'} before yours"
