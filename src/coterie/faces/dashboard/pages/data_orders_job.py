"""Customers in the making: started, watched, cancelled, and chosen once they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import data_state
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.faces.dashboard.watching import watch_job
from coterie.stores.shelf.made import made_from

if TYPE_CHECKING:
    from coterie.faces.jobs import CustomersAsked, Job
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Upload

JOBS = "data_orders_jobs"
"""Upload -> the job that makes its customers."""


def start(person: Person, upload: Upload, asked: CustomersAsked) -> Job:
    """Start to make customers of an upload, and watch it from now on.

    Raises
    ------
    CoterieError
        If the columns contradict each other, or too much is waiting already.
    """
    job = who.services().jobs.start_customers(person.id, upload.id, asked)
    st.session_state.setdefault(JOBS, {})[upload.id] = job.id
    return job


def current(person: Person, upload: Upload) -> Job | None:
    """Return the job this tab watches, else one on this upload that is under way."""
    jobs = who.services().jobs
    known = st.session_state.setdefault(JOBS, {})
    if upload.id in known:
        try:
            return jobs.job(known[upload.id], person.id)
        except CoterieError:
            del known[upload.id]
    for job in jobs.jobs(person.id):
        if job.kind == "customers" and job.upload_id == upload.id and not job.ended:
            known[upload.id] = job.id
            return job
    return None


def draw(person: Person, upload: Upload, job: Job) -> bool:
    """Draw a job as it stands; return whether nothing else is to be drawn for now."""
    if not job.ended:
        watch_job(
            person,
            job.id,
            title=f"Making customers of {upload.name}",
            key="orders_cancel",
            leaving=": the customers will be among your earlier files.",
        )
        return True
    st.session_state.get(JOBS, {}).pop(upload.id, None)
    if job.state == "done":
        _take(person, upload, job)
    elif job.state == "cancelled":
        st.markdown("**Cancelled.** Nothing was kept; the settings are below.")
    else:
        pieces.fault(for_page(job.message) or "The work was stopped. Start it again.")
    return False


def _take(person: Person, upload: Upload, job: Job) -> None:
    """Go on with the customers that were made."""
    made = made_from(upload, job.id)
    try:
        result = who.services().shelf.upload(made or "", person.id)
    except CoterieError:
        pieces.fault("The customers that were made are gone. Make them again.")
        return
    who.services().accounts.record(
        "uploaded", person=person, subject=result.name, detail={"source": f"orders: {upload.name}"}
    )
    data_state.choose(result.id)
    st.rerun()
