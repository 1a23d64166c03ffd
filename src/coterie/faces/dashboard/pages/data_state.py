"""What a person has chosen on the way to a study: the file, its schema, the order of its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import who
from coterie.faces.jobs import Job
from coterie.schema.toml import schema_from_toml, schema_to_toml

if TYPE_CHECKING:
    from coterie.schema import DateOrder, Schema
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredLook, Upload

UPLOAD = "upload_id"
"""The chosen upload: in the state, and as ``?file=`` in the address."""

SCHEMAS, DATES, LOOKS, LOOK = "data_schemas", "data_dates", "data_looks", "data_look"
ACTIVE = ("waiting", "running")


def choose(upload_id: str) -> None:
    """Take a file as the one that is worked on."""
    st.session_state[UPLOAD] = upload_id
    st.query_params["file"] = upload_id


def forget(upload_id: str = "") -> None:
    """Work on no file any more, if it was this one (or whichever it was)."""
    if not upload_id or st.session_state.get(UPLOAD) == upload_id:
        st.session_state.pop(UPLOAD, None)
        st.query_params.pop("file", None)


def chosen(person: Person) -> Upload | None:
    """Return the file that is worked on; None if there is none, or it is gone."""
    upload_id = st.session_state.get(UPLOAD) or st.query_params.get("file")
    if not upload_id:
        return None
    try:
        upload = who.services().shelf.upload(upload_id, person.id)
    except CoterieError:
        forget()
        return None
    choose(upload.id)
    return upload


def schema(upload: Upload) -> Schema | None:
    """Return the schema that the person gave; None where the detected one stands."""
    text = schema_toml(upload)
    return schema_from_toml(text) if text else None


def schema_toml(upload: Upload) -> str | None:
    """Return the same as TOML."""
    text: str | None = st.session_state.get(SCHEMAS, {}).get(upload.id)
    return text


def keep_schema(upload: Upload, given: Schema | None) -> None:
    """Use this schema from now on; None for the detected one."""
    held = st.session_state.setdefault(SCHEMAS, {})
    if given is None:
        held.pop(upload.id, None)
    else:
        held[upload.id] = schema_to_toml(given)


def dates(upload: Upload) -> DateOrder | None:
    """Return the order of dates that the person gave."""
    order: DateOrder | None = st.session_state.get(DATES, {}).get(upload.id)
    return order


def keep_dates(upload: Upload, order: DateOrder) -> None:
    """Read undecided dates in this order from now on."""
    st.session_state.setdefault(DATES, {})[upload.id] = order


def look(person: Person, upload: Upload) -> StoredLook | None:
    """Return what is known of the file as it is read now; None until that is looked at."""
    found = who.services().shelf.look(
        upload.id, person.id, schema=schema_toml(upload), dates=dates(upload)
    )
    held: StoredLook | None = st.session_state.get(LOOK)
    if found is not None and held is not None and held.folder == found.folder:
        return held
    st.session_state[LOOK] = found
    return found


def look_job(person: Person, upload: Upload) -> Job:
    """Return the job that looks at the file as it is read now; it is started if need be."""
    jobs = who.services().jobs
    asked = (upload.id, schema_toml(upload), dates(upload))
    known = st.session_state.setdefault(LOOKS, {})
    if asked in known:
        try:
            return jobs.job(known[asked], person.id)
        except CoterieError:
            del known[asked]
    job = jobs.start_look(person.id, upload.id, schema=schema(upload), dates=dates(upload))
    known[asked] = job.id
    return job


def look_again(upload: Upload) -> None:
    """Forget a look that failed, so that it is tried anew."""
    known = st.session_state.get(LOOKS, {})
    known.pop((upload.id, schema_toml(upload), dates(upload)), None)
