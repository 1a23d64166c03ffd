"""The way in where the dashboard runs alone: name and password on the page itself."""

from __future__ import annotations

import logging
from functools import cache

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.services import Services

_LOG = logging.getLogger("coterie.dashboard")


def page() -> None:
    """Draw the login; the first account, an invitation and open sign-up where they apply."""
    services = who.services()
    _, middle, _ = st.columns([1, 1.3, 1])
    with middle:
        st.html('<p class="co-brand">Coterie</p>')
        invitation = st.query_params.get("invitation")
        if _announced(services) is not None:
            _first(services)
        elif invitation:
            _join(services, invitation)
        else:
            _log_in(services)


@st.dialog("Change password")
def change_password() -> None:
    """Ask for the password in use and a new one; every other session of the person ends."""
    person = who.person()
    with st.form("change password", border=False):
        old = st.text_input("Password in use", type="password", autocomplete="current-password")
        new = st.text_input(
            "New password", type="password", autocomplete="new-password", help=PASSWORD
        )
        if st.form_submit_button("Change it", type="primary"):
            try:
                who.services().accounts.change_password(person, old, new)
                _enter(who.services(), person.username, new)
            except CoterieError as error:
                pieces.fault(error)


def _announced(services: Services) -> str | None:
    """Return the one-time code of the first account while there is none; write it to the log."""
    if _has_admin(services):
        return None
    return _first_code(services)


def _has_admin(services: Services) -> bool:
    """Tell whether somebody can let others in."""
    return any(person.role == "admin" for person in services.accounts.people())


@cache
def _first_code(services: Services) -> str | None:
    """Make the code once a process: each new one makes the one before worthless."""
    code = services.accounts.first_account_link_token()
    if code:
        _LOG.warning("No account yet. One-time code for the first one: %s", code)
        print(f"No account yet. One-time code for the first one: {code}", flush=True)  # noqa: T201
    return code


def _first(services: Services) -> None:
    """Ask for the first account, which is the admin's."""
    pieces.page_title("The first account", "It will be the admin's.")
    with st.form("first"):
        code = st.text_input("One-time code", help="It stands in the log of this server.")
        name = st.text_input("Name")
        password = st.text_input("Password", type="password", help=PASSWORD)
        if st.form_submit_button("Make the account", type="primary"):
            try:
                services.accounts.create_first(code.strip(), name, password)
                _enter(services, name, password)
            except CoterieError as error:
                pieces.fault(error)


def _join(services: Services, invitation: str) -> None:
    """Ask for the account that an invitation promised."""
    pieces.page_title("Welcome", "Choose a name and a password.")
    with st.form("join"):
        name = st.text_input("Name")
        password = st.text_input("Password", type="password", help=PASSWORD)
        if st.form_submit_button("Make the account", type="primary"):
            try:
                services.accounts.accept_invitation(invitation, name, password)
                st.query_params.pop("invitation", None)
                _enter(services, name, password)
            except CoterieError as error:
                pieces.fault(error)


def _log_in(services: Services) -> None:
    """Ask for name and password; offer an account where everybody may make one."""
    pieces.page_title("Log in")
    with st.form("log in"):
        name = st.text_input("Name", autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        if st.form_submit_button("Log in", type="primary"):
            try:
                _enter(services, name, password)
            except CoterieError as error:
                pieces.fault(error)
    if services.settings.sign_up != "open":
        return
    with st.expander("Make an account"), st.form("sign up"):
        name = st.text_input("Name", key="new_name")
        password = st.text_input("Password", type="password", key="new_password", help=PASSWORD)
        if st.form_submit_button("Make the account"):
            try:
                services.accounts.sign_up(name, password, address=_address())
                _enter(services, name, password)
            except CoterieError as error:
                pieces.fault(error)


PASSWORD = "At least 12 characters; a sentence of your own is best."  # noqa: S105 - words


def _enter(services: Services, name: str, password: str) -> None:
    """Log in and keep the session's token in this tab."""
    _, token = services.accounts.log_in(name, password, address=_address())
    st.session_state[who.TOKEN] = token
    st.rerun()


def _address() -> str:
    """Return where the browser is, for the throttle and the audit log."""
    address = st.context.ip_address
    return address if isinstance(address, str) else "local"
