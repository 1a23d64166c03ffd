"""Segment: choose how to find the groups, watch it being done, see why there are so many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import (
    data_state,
    data_waiting,
    segment_comparing,
    segment_evidence,
    segment_interrupted,
    segment_job,
    segment_settings,
)

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredStudy


def page() -> None:
    """Draw a training under way, or the settings of the next one."""
    person = pieces.guard("train")
    upload = data_state.chosen(person)
    job = segment_job.current(person)
    about = upload.name if upload else job.name if job else ""
    pieces.page_title("Segment", f"Find the groups in {about}." if about else "Find the groups.")
    segment_interrupted.draw(person)
    if job is not None:
        segment_job.draw(person, job)
        if not job.ended or job.state == "done":
            if job.state == "done":
                _evidence(person, verdict=False)
            return
    if upload is None:
        _nothing(person, job is not None)
        return
    look = data_waiting.wait_for_look(person, upload)
    if look is None:
        return
    study = _study(person)
    same = study if study is not None and study.card.data == upload.name else None
    config = segment_settings.draw(upload, look, same)
    name = st.text_input(
        "Name of the study", value=upload.name.rpartition(".")[0], max_chars=80,
        help="How it is called among the models.",
    )  # fmt: skip
    with st.container(horizontal=True):
        pressed = st.button(
            "Find the groups",
            type="primary",
            icon=":material/category:",
            disabled=config is None,
        )
        segment_comparing.offer(person, upload, config)
    if pressed and config is not None:
        try:
            segment_job.start(person, upload, config, name)
        except CoterieError as error:
            pieces.fault(error)
        else:
            st.rerun()
    segment_comparing.draw(person, upload, config)
    if same is not None:
        segment_evidence.draw(same)


def _nothing(person: Person, stopped: bool) -> None:
    """Say that there is no table to find groups in."""
    if stopped:
        segment_job.dismiss()
    pieces.empty("There is no table yet to find groups in.", "Bring a table", "data")
    _evidence(person)


def _study(person: Person) -> StoredStudy | None:
    """Return the chosen study, if there is one that this person may see."""
    study_id = st.session_state.get(pieces.STUDY)
    if not study_id:
        return None
    try:
        return who.services().shelf.study(study_id, person.id)
    except CoterieError:
        return None


def _evidence(person: Person, *, verdict: bool = True) -> None:
    """Draw why the chosen study has as many segments as it has."""
    study = _study(person)
    if study is not None:
        segment_evidence.draw(study, verdict=verdict)
