"""No study yet: one sentence, and one button that makes a study of sample customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.config import RunConfig
from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who

if TYPE_CHECKING:
    from coterie.stores.accounts import Person

JOB, FAULT = "first_job", "_first_fault"
SAMPLE = {"kind": "customers", "rows": 2_000, "segments": 5, "seed": 7}
ENDED = ("done", "failed", "cancelled", "interrupted")


def offer_sample(person: Person) -> None:
    """Offer the first study, and show how far it is while it is made."""
    if st.session_state.get(JOB):
        _watch()
        return
    if said := st.session_state.pop(FAULT, ""):
        pieces.fault(said)
    if not person.may("train"):
        pieces.empty("Nobody has shared a study with you yet.")
        return
    pieces.empty("There is no study yet. Look at one of sample customers, or bring your own file.")
    with st.container(horizontal=True):
        if st.button("Make a study of sample customers", type="primary"):
            _begin(person)
        if person.may("upload") and st.button("Bring a file"):
            pieces.go("data")


def _begin(person: Person) -> None:
    """Start the training of sample customers."""
    try:
        job = who.services().jobs.start_training(
            person.id, None, RunConfig(), schema=None, name="Sample customers", sample=SAMPLE
        )
    except CoterieError as error:
        pieces.fault(error)
        return
    st.session_state[JOB] = job.id
    st.rerun()


@who.fragment(run_every=0.7)
def _watch() -> None:
    """Show the training until it ends, with a way to stop it."""
    person, jobs = who.person(), who.services().jobs
    try:
        job = jobs.job(st.session_state[JOB], person.id)
    except (CoterieError, KeyError):
        st.session_state.pop(JOB, None)
        st.rerun()
    if job.state in ENDED:
        st.session_state.pop(JOB, None)
        if job.state == "done":
            who.services().accounts.record("trained", person=person, subject=job.name)
            st.session_state[pieces.STUDY] = job.study_id
            st.query_params["study"] = str(job.study_id)
            st.rerun()
        if job.state != "cancelled":
            st.session_state[FAULT] = job.message
        st.rerun()
    st.progress(min(max(job.share, 0.0), 1.0), text=job.words or "waiting for its turn")
    if st.button("Cancel"):
        jobs.cancel(job.id, person.id)
