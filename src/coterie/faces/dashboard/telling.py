"""What a page says when something goes wrong: a sentence, never a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st

from coterie.errors import CoterieError

LOG = logging.getLogger("coterie.dashboard")


def fault(error: CoterieError | str) -> None:
    """Show what went wrong, in its own words, which are fit to be read."""
    st.html(f'<div class="co-fault" role="alert">{escape(str(error))}</div>')


@contextmanager
def telling() -> Iterator[None]:
    """Show what is meant for the reader as it is, and anything else as a fault of ours.

    Streamlit's own signals (rerun, stop) are no exceptions of this kind and pass.
    """
    try:
        yield
    except CoterieError as told:
        fault(told)
    except Exception as bug:
        fault(
            f"Something went wrong on our side; it was written to the log as {note(bug)}. Try it "
            "again, or choose another page."
        )


def note(bug: Exception) -> str:
    """Write a fault of ours to the log; return the number it has there."""
    number = secrets.token_hex(4)
    LOG.error("Fault %s on a page of the dashboard", number, exc_info=bug)
    return number
