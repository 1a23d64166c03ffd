"""While a table is looked at: what is being done, and the questions only its owner can answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

import streamlit as st

from coterie.errors import CoterieError, DateOrderError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import data_state
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.tables.parsing import parse_date

if TYPE_CHECKING:
    from coterie.faces.jobs import Job
    from coterie.schema import DateOrder
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredLook, Upload

ORDERS: dict[DateOrder, str] = {
    "dmy": "Day first",
    "mdy": "Month first",
    "ymd": "Year first",
}


class DateQuestion(NamedTuple):
    """Dates that can be read two ways."""

    column: str
    example: str


def wait_for_look(person: Person, upload: Upload) -> StoredLook | None:
    """Return what is known of the table; until then draw progress, a question or a fault."""
    try:
        look = data_state.look(person, upload)
        if look is not None:
            return look
        job = data_state.look_job(person, upload)
    except CoterieError as error:
        pieces.fault(error)
        return None
    if not job.ended:
        _watch(person, upload)
    elif job.state == "done":
        look = data_state.look(person, upload)
        if look is None:
            pieces.fault("What was seen in this file is gone. Look at it again.")
        return look
    else:
        _failed(upload, job)
    return None


@who.fragment(run_every=0.4)
def _watch(person: Person, upload: Upload) -> None:
    """Say what is being done, and draw the page anew once it is."""
    job = data_state.look_job(person, upload)
    if job.ended:
        st.rerun()
    words = job.words or "Waiting for its turn" if job.state == "waiting" else job.words
    st.progress(min(job.share, 1.0), text=words or "Opening the table")


def _failed(upload: Upload, job: Job) -> None:
    """Ask what only the owner knows, or say what is wrong."""
    question = date_question(job.message)
    if question is not None:
        _ask_order(upload, question)
        return
    pieces.fault(for_page(job.message) or "Looking at this file was stopped.")
    again, other = st.columns([1, 3])
    if data_state.schema_toml(upload) is not None and again.button("Use the detected columns"):
        data_state.keep_schema(upload, None)
        st.rerun()
    if other.button("Try again"):
        data_state.look_again(upload)
        st.rerun()


def date_question(message: str) -> DateQuestion | None:
    """Return what a job asks for that could not tell the order of dates; else None.

    Examples
    --------
    >>> date_question(str(DateOrderError("joined", "03/04/2012")))
    DateQuestion(column='joined', example='03/04/2012')
    """
    pattern = re.escape(str(DateOrderError("\0", "\1")))
    pattern = pattern.replace("\0", "(.+)").replace("\1", "(.+)")
    found = re.fullmatch(pattern, message, re.DOTALL)
    return DateQuestion(found[1], found[2]) if found else None


def _ask_order(upload: Upload, question: DateQuestion) -> None:
    """Ask for the order of dates, showing what each would make of an example."""
    pieces.section(
        f"Which comes first in {question.column}?",
        f"A date such as {question.example} can be read more than one way, and no value in the "
        "column decides.",
    )
    readings = {
        order: day for order in ORDERS if (day := parse_date(question.example, order)) is not None
    }
    with st.form("data_order", border=False):
        order = st.radio(
            "Order of dates",
            list(readings) or list(ORDERS),
            format_func=lambda key: ORDERS[cast("DateOrder", key)],
            captions=[f"{question.example} is {day:%-d %B %Y}" for day in readings.values()],
        )
        if st.form_submit_button("Read them so", type="primary") and order is not None:
            data_state.keep_dates(upload, order)
            st.rerun()
