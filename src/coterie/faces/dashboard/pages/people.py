"""People: who has an account and what they may do; invitations, resets, and what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces, who
from coterie.faces.dashboard.pages.people_log import log

if TYPE_CHECKING:
    from coterie.stores.accounts import Person, Role

ROLE_WORDS = {
    "viewer": "Viewer: looks at studies and places customers",
    "analyst": "Analyst: also brings in tables, trains, exports and shares",
    "admin": "Admin: also promotes models and manages people",
}

POLICIES = {
    "open": "Anybody who reaches this server may sign up; they begin as {role}.",
    "invite": "New people need an invitation from an admin.",
    "closed": "Accounts are made by an admin; nobody signs up by themselves.",
}

LINK, SAID = "people_link", "people_said"


def page() -> None:
    """Draw the accounts, for admins."""
    person = pieces.guard("people")
    accounts = who.services().accounts
    policy = accounts.policy
    said = POLICIES[policy.sign_up].format(role=policy.sign_up_role)
    pieces.page_title("People", said)
    _after()
    everyone = accounts.people()
    _table(everyone)
    st.caption(
        "How people sign up is set when the server is started (sign_up: open, invite or closed)."
    )
    way = st.segmented_control(
        "What to do", list(WAYS), default="Invite", required=True, key="people_way"
    )
    WAYS[way or "Invite"](person, everyone)
    log()


def _table(everyone: list[Person]) -> None:
    """Draw everybody who has an account."""
    st.dataframe(
        [
            {
                "Name": one.username,
                "Role": one.role,
                "May log in": not one.disabled,
                "Email": one.email or "",
                "Since": one.created_at.date(),
            }
            for one in everyone
        ],
        hide_index=True,
        height=min(38 + 35 * max(len(everyone), 1), 420),
        column_config={
            "Name": st.column_config.TextColumn(pinned=True),
            "Since": st.column_config.DateColumn(format="D MMM YYYY"),
        },
        alt="Everybody who has an account",
    )


def _invite(person: Person, _everyone: list[Person]) -> None:
    """Make a link with which somebody makes their own account."""
    with st.form("people_invite", border=False, clear_on_submit=True):
        role = _role_field()
        email = st.text_input("Email (optional)", help="Kept with the account. Nothing is sent.")
        asked = st.form_submit_button("Make an invitation", type="primary")
    if asked:
        _do(
            lambda: (
                "invite",
                who.services().accounts.invite(
                    cast("Role", role), by=person, email=email.strip() or None
                ),
                "Invitation. Send it yourself; it works once and is shown only now.",
            )
        )


def _add(person: Person, _everyone: list[Person]) -> None:
    """Make an account with a first password."""
    with st.form("people_add", border=False, clear_on_submit=False):
        name = st.text_input("Username")
        password = st.text_input(
            "First password",
            type="password",
            key="people_password",
            autocomplete="new-password",
            help="At least 12 characters. Ask them to change it at once.",
        )
        role = _role_field()
        email = st.text_input("Email (optional)")
        asked = st.form_submit_button("Add", type="primary", on_click=_take_password)
    if not asked:
        return
    password = st.session_state.pop("people_password_given", password)

    def add() -> tuple[str, str, str]:
        who.services().accounts.add_person(
            name, password, cast("Role", role), by=person, email=email.strip() or None
        )
        return "", "", f"{name.strip()} can log in now."

    _do(add)


def _take_password() -> None:
    """Hand the password over once, and leave the field empty."""
    st.session_state["people_password_given"] = st.session_state.get("people_password", "")
    st.session_state["people_password"] = ""


def _change(person: Person, everyone: list[Person]) -> None:
    """Change somebody's role, keep them out, let them in, or renew a password."""
    names = [one.username for one in everyone]
    by_name = {one.username: one for one in everyone}
    chosen = by_name[st.selectbox("Person", names, key="people_person")]
    role = st.radio(
        "Role",
        list(ROLE_WORDS),
        index=list(ROLE_WORDS).index(chosen.role),
        format_func=lambda key: ROLE_WORDS[key],
        key=f"people_role_{chosen.id}_{chosen.role}",
    )
    accounts = who.services().accounts
    with st.container(horizontal=True):
        if st.button("Change the role", disabled=role == chosen.role, type="primary"):

            def change() -> tuple[str, str, str]:
                accounts.set_role(chosen.username, cast("Role", role), by=person)
                return "", "", f"{chosen.username} is {role} from their next click on."

            _do(change)
        if chosen.disabled:
            if st.button("Let them in again", icon=":material/lock_open:"):

                def enable() -> tuple[str, str, str]:
                    accounts.enable(chosen.username, by=person)
                    return "", "", f"{chosen.username} can log in again."

                _do(enable)
        else:
            with st.popover("Keep them out", icon=":material/block:"):
                _ask_to_disable(person, chosen)
        with st.popover("Renew the password", icon=":material/key:"):
            _ask_to_reset(person, chosen)


def _ask_to_disable(person: Person, chosen: Person) -> None:
    """Disable only once that is said twice."""
    st.write(
        f"{chosen.username} is logged out everywhere at once and cannot log in. Their studies stay."
    )
    if st.button("Yes, keep them out", type="primary", key="people_disable"):

        def disable() -> tuple[str, str, str]:
            who.services().accounts.disable(chosen.username, by=person)
            return "", "", f"{chosen.username} cannot log in any more."

        _do(disable)


def _ask_to_reset(person: Person, chosen: Person) -> None:
    """Reset only once that is said twice."""
    st.write(
        f"{chosen.username}'s password, sessions and API tokens stop working at once. You get a "
        "link with which they set a new password."
    )
    if st.button("Yes, renew it", type="primary", key="people_reset"):
        _do(
            lambda: (
                "reset",
                who.services().accounts.reset_password(chosen.username, by=person),
                f"Link for {chosen.username} to set a new password. It works once and is shown "
                "only now.",
            )
        )


def _role_field() -> str:
    """Draw the choice of a role, least first."""
    return str(st.radio("Role", list(ROLE_WORDS), format_func=lambda key: ROLE_WORDS[key], index=1))


def _do(work: Callable[[], tuple[str, str, str]]) -> None:
    """Do what was asked, then draw the page anew with what is to be said of it, once."""
    try:
        kind, secret, said = work()
    except CoterieError as error:
        pieces.fault(error)
        return
    st.session_state[SAID] = said
    if secret:
        st.session_state[LINK] = f"{_origin()}/{kind}/{secret}"
    st.rerun()


def _after() -> None:
    """Say what was just done; a link is shown in this one run and kept nowhere."""
    said = st.session_state.pop(SAID, "")
    link = st.session_state.pop(LINK, "")
    if said:
        st.success(said) if not link else st.markdown(f"**{said}**")
    if link:
        st.code(link, language=None, wrap_lines=True)


def _origin() -> str:
    """Return where this server is reached, as the browser has it."""
    parts: Any = urlsplit(st.context.url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


WAYS: dict[str, Callable[[Any, list[Any]], None]] = {
    "Invite": _invite,
    "Add": _add,
    "Change": _change,
}
