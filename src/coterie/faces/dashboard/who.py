"""Who is looking: the session is checked on every rerun and in every fragment."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

import streamlit as st

from coterie.faces.dashboard.telling import telling
from coterie.faces.services import Services, current

if TYPE_CHECKING:
    from datetime import timedelta

    from coterie.stores.accounts import Person

COOKIES = ("__Host-coterie_session", "coterie_session")
"""Where the gate keeps the session's token; the first one under TLS."""

TOKEN = "session_token"  # noqa: S105 - the name of a place, not a secret
"""Where a page that logs in by itself keeps it: in this tab's state, on the server's side."""

P = ParamSpec("P")
R = TypeVar("R")


def services() -> Services:
    """Return what this process serves from."""
    return current()


def token() -> str | None:
    """Return the session's token of this tab, or None."""
    for name in COOKIES:
        found = st.context.cookies.get(name)
        if isinstance(found, str) and found:
            return found
    kept = st.session_state.get(TOKEN)
    return kept if isinstance(kept, str) else None


def find_person() -> Person | None:
    """Return who is logged in at this moment, or None; one look into the accounts."""
    known = token()
    if known is None:
        return None
    # Behind the gate it is the gate that keeps a session alive, by what a person does: a page that
    # looks for news by itself must not.
    session = services().accounts.session(known, touch=known == st.session_state.get(TOKEN))
    return session.person if session else None


def person() -> Person:
    """Return who is logged in; where nobody is any more, the whole page is drawn anew.

    A logout elsewhere so reaches an open tab: its next rerun, of a fragment too, ends here.
    """
    found = find_person()
    if found is None:
        st.rerun()
    return found


def log_out() -> None:
    """End this tab's session, in the accounts and here."""
    known = token()
    if known:
        services().accounts.log_out(known)
    st.session_state.clear()


@overload
def fragment(function: Callable[P, R]) -> Callable[P, R]: ...


@overload
def fragment(
    *, run_every: float | timedelta | str | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def fragment(
    function: Callable[..., Any] | None = None,
    *,
    run_every: float | timedelta | str | None = None,
) -> Any:
    """Make a part of a page that reruns alone, and that checks the session when it does.

    Parameters
    ----------
    function : callable
    run_every : seconds, timedelta or str, optional
        Rerun by itself so often.
    """

    def wrap(inner: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(inner)
        def checked(*args: Any, **kwargs: Any) -> Any:
            person()
            with telling():
                return inner(*args, **kwargs)

        part: Callable[..., Any] = st.fragment(checked, run_every=run_every)
        return part

    return wrap if function is None else wrap(function)
