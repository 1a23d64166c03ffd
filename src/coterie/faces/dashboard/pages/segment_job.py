"""A training under way: started, watched stage by stage, cancelled, finished."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import data_state
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.faces.dashboard.watching import watch_job

if TYPE_CHECKING:
    from coterie.config import RunConfig
    from coterie.faces.jobs import Job
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Upload

JOB, SEEN = "training_job", "training_seen"

STAGES = ("read", "clean", "features", "choose", "place", "explain", "write")
"""As `workflow.progress` names them, in the order of the work."""

STAGE_WORDS = {
    "read": "Read",
    "clean": "Clean",
    "features": "Choose features",
    "choose": "Look for groups",
    "place": "Place everyone",
    "explain": "Name and explain",
    "write": "Write",
}


def start(person: Person, upload: Upload, config: RunConfig, name: str = "") -> Job:
    """Start a training on an upload, and watch it from now on.

    Raises
    ------
    CoterieError
        If the settings are wrong, or too much is waiting already.
    """
    services = who.services()
    config = replace(config, dates=data_state.dates(upload))
    title = name.strip() or upload.name.rpartition(".")[0] or upload.name
    job = services.jobs.start_training(
        person.id, upload.id, config, schema=data_state.schema(upload), name=title
    )
    services.accounts.record(
        "trained", person=person, subject=title, detail={"file": upload.name, "job": job.id}
    )
    st.session_state[JOB] = job.id
    return job


def current(person: Person) -> Job | None:
    """Return the training this tab watches, else one of the person's that is under way."""
    jobs = who.services().jobs
    known = st.session_state.get(JOB)
    if known:
        try:
            job = jobs.job(known, person.id)
            if job.state != "interrupted":  # Those have a place of their own.
                return job
        except CoterieError:
            pass
        dismiss()
    under_way = [job for job in jobs.jobs(person.id) if job.kind == "training" and not job.ended]
    if under_way:
        st.session_state[JOB] = under_way[0].id
        return under_way[0]
    return None


def watch(job_id: str) -> None:
    """Watch this training from now on."""
    st.session_state[JOB] = job_id


def dismiss() -> None:
    """Watch no training any more."""
    st.session_state.pop(JOB, None)


def draw(person: Person, job: Job) -> None:
    """Draw a training as it stands: progress, its end, or what went wrong."""
    if not job.ended:
        watch_job(
            person,
            job.id,
            title=f"Finding groups in {job.name}",
            key="training_cancel",
            leaving=": the work goes on, and the study will be among the models.",
            more=_stages,
        )
    elif job.state == "done":
        _done(person, job)
    else:
        _stopped(job)


def _stages(job: Job) -> None:
    """Draw the stages of the work in a line, the present one marked."""
    at = STAGES.index(job.stage) if job.stage in STAGES else -1
    parts = []
    for place, name in enumerate(STAGES):
        if place == at:
            look = "color:var(--co-accent);font-weight:600"
        else:
            look = "color:var(--co-muted)" if place > at else "color:var(--co-ink)"
        now = ' aria-current="step"' if place == at else ""
        parts.append(f'<li style="{look};margin:0"{now}>{STAGE_WORDS[name]}</li>')
    st.html(
        '<ol style="list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;'
        f'font-size:.875rem">{"".join(parts)}</ol>'
    )


def _done(person: Person, job: Job) -> None:
    """Say what was found, and lead straight to it."""
    if job.study_id is None:
        pieces.fault("The training ended without a study. Start it again.")
        return
    try:
        study = who.services().shelf.study(job.study_id, person.id)
    except CoterieError as error:
        pieces.fault(error)
        return
    if st.session_state.get(SEEN) != job.id:
        st.session_state[SEEN] = job.id
        st.session_state[pieces.STUDY] = job.study_id
        st.query_params["study"] = job.study_id
    pieces.section(f"{job.name} is ready")
    pieces.verdict_line(study.summary, str(study.evidence["verdict"]["meaning"]))
    pieces.segment_bar(study.summary["segments"])
    with st.container(horizontal=True):
        if st.button("See the groups", type="primary", icon=":material/donut_small:"):
            _choose(job.study_id)
            pieces.go("overview")
        if st.button("Place a customer", icon=":material/person_pin_circle:"):
            _choose(job.study_id)
            pieces.go("predict")
        if st.button("Train again", icon=":material/tune:"):
            dismiss()
            st.rerun()


def _choose(study_id: str) -> None:
    """Take this study as the one that is looked at."""
    st.session_state[pieces.STUDY] = study_id
    st.query_params["study"] = study_id


def _stopped(job: Job) -> None:
    """Say why there is no study; the settings below are as they were."""
    if job.state == "cancelled":
        st.markdown("**Cancelled.** Nothing was kept of this training; the settings are below.")
    else:
        pieces.fault(for_page(job.message) or "The training was stopped. Start it again.")
