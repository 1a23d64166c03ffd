"""Trainings that the end of the server interrupted: said, and started again by a button."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import segment_job

if TYPE_CHECKING:
    from coterie.faces.jobs import Job
    from coterie.stores.accounts import Person


def draw(person: Person) -> None:
    """Draw a line for each interrupted training of a person; nothing where there is none."""
    found = [
        job
        for job in who.services().jobs.jobs(person.id)
        if job.kind == "training" and job.state == "interrupted"
    ]
    if not found:
        return
    pieces.section(
        "Interrupted",
        "The server was stopped before this was finished. Finished studies are as they were.",
    )
    for job in found:
        _draw_one(person, job)


def _draw_one(person: Person, job: Job) -> None:
    """Draw one interrupted training, with a way on and a way out."""
    words, buttons = st.columns([3, 2], vertical_alignment="center")
    began = job.started_at or job.created_at
    words.html(
        f'<p role="status"><strong>{escape(job.name)}</strong>, '
        f"{began.day} {began:%B %Y, %H:%M} UTC</p>"
    )
    with buttons.container(horizontal=True):
        again = st.button("Start it again", icon=":material/restart_alt:", key=f"again-{job.id}")
        leave = st.button("Leave it", key=f"leave-{job.id}", type="tertiary")
    try:
        if again:
            who.services().jobs.start_again(job.id, person.id)
            segment_job.watch(job.id)
            pieces.go("segment")
        if leave:
            who.services().jobs.leave(job.id, person.id)
            st.rerun()
    except CoterieError as error:
        pieces.fault(error)
