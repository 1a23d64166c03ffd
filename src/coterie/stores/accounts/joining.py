"""How people come in: the first account, invitations, open sign-up, a renewed password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coterie.stores.accounts import throttling
from coterie.stores.accounts.errors import (
    LinkRefusedError,
    LoginRefused,
    SignUpClosedError,
)
from coterie.stores.accounts.hashing import fingerprint, new_token
from coterie.stores.accounts.passwords import check_password
from coterie.stores.accounts.people import People, name_taken
from coterie.stores.accounts.store import person_of
from coterie.stores.accounts.tables import links, people
from coterie.stores.accounts.usernames import read_email, read_username
from coterie.stores.accounts.values import ROLES, Link, Person, Role


class Joining(People):
    """One-time links, and sign-up without one where the policy is open."""

    def first_account_link_token(self) -> str | None:
        """Return a fresh one-time token while nobody is admin; None afterwards.

        A token that was given out before is worthless from then on.
        """
        with self._database.write(alone=True) as connection:
            if _admins(connection):
                return None
            connection.execute(links.delete().where(links.c.kind == "first"))
            return self._new_link(connection, "first", self.policy.first_hours, role="admin")

    def create_first(
        self, token: str, username: str, password: str, *, email: str | None = None
    ) -> Person:
        """Make the first account, an admin's.

        Raises
        ------
        LinkRefusedError
            If the token is not the newest, was used, is too old, or there is an admin.
        UsernameRefusedError, PasswordRefusedError
            The link stays good then.
        """
        return self._join("first", token, username, password, email)

    def invite(self, role: Role, *, by: Person | None, email: str | None = None) -> str:
        """Return a one-time token with which somebody makes their account.

        Parameters
        ----------
        role : Role
            What they will be.
        by : Person or None
            Who invites; None for the command line.
        email : str or None
            Whom it is meant for; kept with their account.
        """
        if role not in ROLES:
            raise ValueError(f"role={role!r} is none of {ROLES}")
        email = read_email(email)
        with self._database.write() as connection:
            hours = self.policy.invitation_hours
            token = self._new_link(connection, "invitation", hours, role=role, email=email)
            self._note(
                connection, "person invited", person=by, subject=email or "", detail={"role": role}
            )
        return token

    def accept_invitation(
        self, token: str, username: str, password: str, *, email: str | None = None
    ) -> Person:
        """Make the account that an invitation promised.

        Raises
        ------
        LinkRefusedError
            If the invitation is unknown, was used or is too old.
        UsernameRefusedError, PasswordRefusedError
            The invitation stays good then.
        """
        return self._join("invitation", token, username, password, email)

    def finish_reset(self, token: str, password: str) -> Person:
        """Set the new password that a reset asked for.

        Raises
        ------
        LinkRefusedError
        PasswordRefusedError
            The link stays good then.
        """
        with self._database.read() as connection:
            link = self._open_link(connection, "reset", token)
            row = connection.execute(sa.select(people).where(people.c.id == link.person_id)).one()
        if row.disabled:
            raise LinkRefusedError
        person = person_of(row)
        check_password(password, person.username, person.email)
        hashed = self.hasher.hash(password)
        with self._database.write() as connection:
            self._use_link(connection, "reset", token)
            self._set(connection, person, password_hash=hashed)
            self._end_sessions(connection, person.id)
            self._note(connection, "password changed", person=person, subject=person.username)
        return person

    def link(self, token: str) -> Link | None:
        """Return what a one-time link is for; None where it is worthless."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(links, people.c.username, people.c.disabled)
                .outerjoin(people, people.c.id == links.c.person_id)
                .where(links.c.token_hash == fingerprint(token), links.c.expires_at > self._now())
            ).one_or_none()
        if row is None or row.disabled:
            return None
        return Link(row.kind, row.role, row.email, row.username, row.expires_at)

    def sign_up(
        self, username: str, password: str, *, address: str, email: str | None = None
    ) -> Person:
        """Make an account without an invitation.

        Raises
        ------
        SignUpClosedError
            If the policy is not open.
        UsernameRefusedError, PasswordRefusedError
        LoginRefused
            If too many names that are taken were tried from this address.
        """
        if self.policy.sign_up != "open":
            raise SignUpClosedError(self.policy.sign_up)
        key = throttling.address_key(address)
        with self._database.read() as connection:
            wait = throttling.waiting(connection, key, self._now())
        if wait is not None:
            raise LoginRefused(wait)
        name, email = read_username(username), read_email(email)
        check_password(password, name, email)
        hashed = self.hasher.hash(password)
        try:
            with self._database.write() as connection:
                person = self._insert(connection, name, self.policy.sign_up_role, hashed, email)
                self._note(connection, "signed up", person=person, address=address, subject=name)
        except IntegrityError as error:
            with self._database.write() as connection:
                # Else trying names here would tell who has an account.
                throttling.count_failure(connection, key, self.policy.address_delays, self._now())
            raise name_taken(name) from error
        return person

    def _join(
        self, kind: str, token: str, username: str, password: str, email: str | None
    ) -> Person:
        """Make the account that a link promised; the link goes with it, or both stay."""
        with self._database.read() as connection:
            link = self._open_link(connection, kind, token)
        name = read_username(username)
        email = read_email(email) or link.email
        check_password(password, name, email)
        hashed = self.hasher.hash(password)
        try:
            with self._database.write(alone=True) as connection:
                if kind == "first" and _admins(connection):
                    raise LinkRefusedError
                self._use_link(connection, kind, token)
                person = self._insert(connection, name, link.role, hashed, email)
                detail = {"by": kind}
                self._note(connection, "signed up", person=person, subject=name, detail=detail)
        except IntegrityError as error:
            raise name_taken(name) from error
        return person

    def _new_link(
        self,
        connection: sa.Connection,
        kind: str,
        hours: float,
        *,
        role: Role,
        email: str | None = None,
    ) -> str:
        token, now = new_token(), self._now()
        connection.execute(
            links.insert().values(
                token_hash=fingerprint(token),
                kind=kind,
                role=role,
                email=email,
                created_at=now,
                expires_at=now + timedelta(hours=hours),
            )
        )
        return token

    def _open_link(self, connection: sa.Connection, kind: str, token: str) -> Any:
        row = connection.execute(
            sa.select(links).where(
                links.c.token_hash == fingerprint(token),
                links.c.kind == kind,
                links.c.expires_at > self._now(),
            )
        ).one_or_none()
        if row is None:
            raise LinkRefusedError
        return row

    def _use_link(self, connection: sa.Connection, kind: str, token: str) -> None:
        """Use a link up; of two who try at once, one is refused."""
        used = connection.execute(
            links.delete().where(
                links.c.token_hash == fingerprint(token),
                links.c.kind == kind,
                links.c.expires_at > self._now(),
            )
        ).rowcount
        if not used:
            raise LinkRefusedError


def _admins(connection: sa.Connection) -> int:
    """Return how many admins there are, disabled ones included."""
    return connection.execute(
        sa.select(sa.func.count()).select_from(people).where(people.c.role == "admin")
    ).scalar_one()
