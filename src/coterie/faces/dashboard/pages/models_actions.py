"""What can be done with one study: take out, rename, share, promote, delete."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.tracking import follow_promotion

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredStudy

SAID = "_models_said"
FILES = (
    ("report.html", "Report", "look"),
    ("segmentation.zip", "Bundle", "export"),
    ("customers.csv", "Labelled customers, CSV", "export"),
    ("customers.parquet", "Labelled customers, Parquet", "export"),
)
"""File, what its button says, and what a person must be allowed to do."""


def show_actions(study: StoredStudy, person: Person) -> None:
    """Draw the downloads, and what the person may change about a study."""
    for file, label, action in FILES:
        if person.may(action):
            key = f"take-{study.id}-{file}"
            pieces.download(study, file, label, action=action, key=key, width="stretch")
    pictures = {
        Path(name).name: path for name, path in study.files.items() if name.startswith("figures/")
    }
    if pictures and person.may("export"):
        pieces.take_out(
            "Figures, ZIP",
            partial(zipped, pictures),
            f"{study.card.model}-figures.zip",
            subject=study.card.name,
            key=f"take-{study.id}-figures",
            width="stretch",
        )
    own = study.card.owner == person.id
    if person.may("promote") and not study.card.production:
        _button(study, "Promote to production", "rocket_launch", partial(_promote, study, person))
    if own and person.may("share"):
        if not study.card.production:
            word = "Stop sharing" if study.card.shared else "Share with everybody here"
            _button(study, word, "group", partial(_share, study, person))
        _rename(study, person)
        if not study.card.production:
            _delete(study, person)


def zipped(pictures: Mapping[str, Path]) -> bytes:
    """Return the pictures as one zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, path in pictures.items():
            archive.write(path, name)
    return out.getvalue()


def _button(study: StoredStudy, label: str, icon: str, act: Callable[[], str]) -> None:
    """Draw a button that does something, says so, and draws the list anew."""
    if st.button(label, icon=f":material/{icon}:", key=f"{icon}-{study.id}", width="stretch"):
        _done(act)


def _done(act: Callable[[], str]) -> None:
    """Do it; say what was done above the list, or what was wrong on the spot."""
    try:
        st.session_state[SAID] = act()
    except CoterieError as error:
        pieces.fault(error)
        return
    st.rerun()


def _promote(study: StoredStudy, person: Person) -> str:
    services = who.services()
    card = services.shelf.promote(study.id, person.id)
    services.accounts.record("promoted", person=person, subject=card.name)
    follow_promotion(services.shelf.places.root)
    return f"{card.name} now answers as {card.model}, and everybody here may look at it."


def _share(study: StoredStudy, person: Person) -> str:
    services, on = who.services(), not study.card.shared
    services.shelf.share(study.id, person.id, on)
    services.accounts.record("shared", person=person, subject=study.card.name, detail={"on": on})
    return f"{study.card.name} is {'now' if on else 'no longer'} shared with everybody here."


def _rename(study: StoredStudy, person: Person) -> None:
    """Ask for another name of the study."""
    name = st.text_input("Name", study.card.name, key=f"name-{study.id}", max_chars=80)
    if name.strip() and name.strip() != study.card.name:
        _done(partial(_renamed, study, person, name))


def _renamed(study: StoredStudy, person: Person, name: str) -> str:
    who.services().shelf.rename_study(study.id, person.id, name)
    return f"{study.card.name} is now called {name.strip()}."


def _delete(study: StoredStudy, person: Person) -> None:
    """Delete a study once that is confirmed."""
    sure = st.checkbox("Delete it with all its files", key=f"sure-{study.id}")
    if sure and st.button("Delete for good", key=f"delete-{study.id}", width="stretch"):
        _done(partial(_deleted, study, person))


def _deleted(study: StoredStudy, person: Person) -> str:
    who.services().shelf.delete(study.id, person.id)
    if st.session_state.get(pieces.STUDY) == study.id:
        st.session_state.pop(pieces.STUDY)
        st.query_params.pop("study", None)
    return f"{study.card.name} is deleted."
