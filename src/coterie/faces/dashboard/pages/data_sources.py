"""Where a table comes from: a file, a sample, an earlier file, a database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages import data_state
from coterie.faces.dashboard.pages.data_database import (
    SERVERS,
    DatabaseError,
    Question,
    fetch,
    with_password,
    without_password,
)
from coterie.tables.synthetic import MOST_SEGMENTS, write_sample

if TYPE_CHECKING:
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import Upload

ENDINGS = ("csv", "tsv", "txt", "xlsx", "xls", "parquet", "pq", "arrow", "feather", "gz")
MOST_ROWS, MOST_LINES, MOST_SAMPLE_MB = 200_000, 2_000_000, 1_000
SAMPLES = {
    "customers": "Customers", "campaign": "Campaign customers", "transactions": "Orders",
}  # fmt: skip
SAMPLE_WORDS = {
    "customers": "Age, annual income, spending score and savings, in groups that are known.",
    "campaign": "Spend by goods, purchases by channel, and answers to six campaigns.",
    "transactions": "Order lines, about 90 a customer, to make customers of.",
}
LINES_EACH = 90
DATABASES = "databases"
"""Folder of the data directory in which an admin puts SQLite files that may be read."""

ADDRESS, PASSWORD, QUERY, QUESTION = (
    "data_address", "data_password", "data_query", "data_question",
)  # fmt: skip


def draw(person: Person) -> None:
    """Draw the ways in; a table that is taken becomes the chosen one."""
    ways: dict[str, Callable[[Person], None]] = {
        "A file": _file,
        "A sample": _sample,
        "An earlier file": _earlier,
        "A database": _database,
    }
    way = st.segmented_control(
        "Where the customers come from", list(ways), default="A file", required=True, key="data_way"
    )
    ways[way or "A file"](person)


def _file(person: Person) -> None:
    """Take a file from the person's machine."""
    services = who.services()
    limit = services.settings.upload_mb
    given = st.file_uploader(
        "CSV, Excel or Parquet: one row a customer, or order lines",
        type=list(ENDINGS),
        max_upload_size=int(limit),
        key="data_file",
        help="Separator, encoding, decimal sign and order of dates are found by looking. The file "
        "stays on this server and is yours alone until you share a study.",
    )
    st.caption(
        f"Up to {limit:g} MB. Save a larger table as Parquet, leave out columns, or ask the "
        "administrator to raise the limit."
    )
    if given is None:
        return
    try:
        upload = services.shelf.accept_upload(person.id, given.name, given, limit_mb=limit)
    except CoterieError as error:
        pieces.fault(error)
        return
    _taken(person, upload, "a file")


def _sample(person: Person) -> None:
    """Make a table whose groups are known."""
    with st.form("data_sample", border=False):
        kind = st.radio(
            "Sample",
            list(SAMPLES),
            format_func=lambda name: SAMPLES[name],
            captions=[SAMPLE_WORDS[name] for name in SAMPLES],
        )
        rows, groups, seed = st.columns(3)
        count = rows.number_input("Customers", 50, MOST_ROWS, 2_000, step=500)
        segments = groups.number_input("Groups planted", 1, MOST_SEGMENTS, 5)
        number = seed.number_input(
            "Seed", 0, 10**9, 0, help="The same seed gives the same customers."
        )
        asked = st.form_submit_button("Make the sample", type="primary")
    if not asked:
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sample-{kind}-{count}-{segments}-{number}.csv"
            lines = int(count) * (LINES_EACH if kind == "transactions" else 1)
            table, _truth = write_sample(
                str(kind), min(lines, MOST_LINES), int(segments), int(number), path
            )
            upload = who.services().shelf.accept_upload(
                person.id, table.name, table.read_bytes(), limit_mb=MOST_SAMPLE_MB
            )
    except CoterieError as error:
        pieces.fault(error)
        return
    _taken(person, upload, "a sample")


def _earlier(person: Person) -> None:
    """Choose among the person's files, or remove one."""
    shelf = who.services().shelf
    uploads = shelf.uploads(person.id)
    if not uploads:
        st.caption("You have not brought in a file yet.")
        return
    by_id = {upload.id: upload for upload in uploads}
    chosen = st.selectbox(
        "Earlier file", list(by_id), format_func=lambda key: _described(by_id[key])
    )
    with st.container(horizontal=True):
        if st.button("Use this file", type="primary"):
            data_state.choose(chosen)
            st.rerun()
        with st.popover("Delete it", icon=":material/delete:"):
            _ask_to_delete(person, by_id[chosen])


def _ask_to_delete(person: Person, upload: Upload) -> None:
    """Delete only once that is said twice."""
    name = escape(upload.name)
    st.html(f"<p>{name} and what was seen in it go away for good. Studies made of it stay.</p>")
    if st.button("Delete the file", type="primary", key="data_delete"):
        try:
            who.services().shelf.delete_upload(upload.id, person.id)
        except CoterieError as error:
            pieces.fault(error)
            return
        data_state.forget(upload.id)
        st.rerun()


def _database(person: Person) -> None:
    """Read a query on a database into a file of the person's own."""
    services = who.services()
    folder = Path(services.settings.data_dir) / DATABASES
    with st.form("data_database", border=False):
        st.text_input(
            "Address of the database",
            key=ADDRESS,
            placeholder="postgresql://user@host/database",
            help=f"Kinds: {', '.join(sorted(SERVERS))}, and sqlite:///name.db for a file that an "
            "admin put on the server.",
        )
        st.text_input(
            "Password",
            key=PASSWORD,
            type="password",
            autocomplete="off",
            help="If it does not stand in the address. It is used once and kept nowhere.",
        )
        st.text_area(
            "Query", key=QUERY, placeholder="select * from customers", height=110,
            help="One row a customer, or an order line. Coterie only reads.",
        )  # fmt: skip
        st.form_submit_button("Read it", type="primary", on_click=_set_password_aside)
    named = services.settings.database_hosts
    st.caption(
        "The administrator names the servers that may be read"
        + (f": {', '.join(named)}." if named else ". None is named yet.")
        if named != ("*",)
        else "Any server that this one can reach may be read."
    )
    question: Question | None = st.session_state.pop(QUESTION, None)
    if question is None:
        return
    try:
        with st.spinner("Asking the database"):
            content = fetch(
                question,
                folder=folder,
                limit_mb=services.settings.upload_mb,
                own_url=services.settings.accounts_url,
                hosts=services.settings.database_hosts,
            )
            name = f"query-{_place(question)}.parquet"
            upload = services.shelf.accept_upload(
                person.id, name, content, limit_mb=services.settings.upload_mb
            )
    except DatabaseError as error:
        pieces.fault(f"{error} The password was not kept: write it again.")
        return
    except CoterieError as error:
        pieces.fault(error)
        return
    _taken(person, upload, f"a query on {question.shown}")


def _set_password_aside() -> None:
    """Hand the address over once, and leave it in the form without its password."""
    address, password = st.session_state.get(ADDRESS, ""), st.session_state.get(PASSWORD, "")
    query = str(st.session_state.get(QUERY, ""))
    st.session_state[QUESTION] = Question(with_password(address, password), query)
    st.session_state[ADDRESS] = without_password(address)
    st.session_state[PASSWORD] = ""


def _place(question: Question) -> str:
    """Return the last part of an address, for the name of a file."""
    return question.shown.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0] or "db"


def _taken(person: Person, upload: Upload, source: str) -> None:
    """Choose what came in, write it into the log, and draw the page anew."""
    who.services().accounts.record(
        "uploaded", person=person, subject=upload.name, detail={"source": source}
    )
    data_state.choose(upload.id)
    st.session_state.pop("data_file", None)
    st.rerun()


def _described(upload: Upload) -> str:
    """Say which file it is."""
    return f"{upload.name}, {say_size(upload.size)}, {upload.uploaded_at:%d %B %Y, %H:%M}"


def say_size(size: int) -> str:
    """Say how large a file is.

    Examples
    --------
    >>> say_size(512), say_size(5_137), say_size(220_188), say_size(48_000_000)
    ('512 bytes', '5 kB', '220 kB', '48 MB')
    """
    if size < 1_000:
        return f"{size} bytes"
    return f"{size / 1e3:,.0f} kB" if size < 1_000_000 else f"{size / 1e6:,.0f} MB"
