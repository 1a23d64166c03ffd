"""People: adding, listing, changing what they may, and their passwords."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coterie.stores.accounts import throttling
from coterie.stores.accounts.errors import (
    NoSuchPersonError,
    UsernameRefusedError,
    WrongPasswordError,
)
from coterie.stores.accounts.hashing import fingerprint, new_token
from coterie.stores.accounts.passwords import check_password
from coterie.stores.accounts.store import Store, person_of
from coterie.stores.accounts.tables import links, people, tokens
from coterie.stores.accounts.usernames import key_of, read_email, read_username
from coterie.stores.accounts.values import ROLES, Person, Role


class People(Store):
    """Who has an account, and what they may do."""

    def add_person(
        self,
        username: str,
        password: str,
        role: Role,
        *,
        by: Person | None = None,
        email: str | None = None,
    ) -> Person:
        """Add a person.

        Parameters
        ----------
        username, password : str
        role : {"admin", "analyst", "viewer"}
        by : Person or None
            Who adds them; None for the command line.
        email : str or None

        Raises
        ------
        UsernameRefusedError
            If the name cannot be, or is taken.
        PasswordRefusedError
            If the password is too short, too long or too easily guessed.
        """
        name, email = read_username(username), read_email(email)
        check_password(password, name, email)
        hashed = self.hasher.hash(password)
        try:
            with self._database.write() as connection:
                person = self._insert(connection, name, role, hashed, email)
                self._note(connection, "person added", person=by, subject=name)
        except IntegrityError as error:
            raise name_taken(name) from error
        return person

    def people(self) -> list[Person]:
        """Return everybody, by name."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(people).order_by(people.c.username_key)).all()
        return [person_of(row) for row in rows]

    def person(self, username: str) -> Person:
        """Return the person of this name.

        Raises
        ------
        NoSuchPersonError
        """
        with self._database.read() as connection:
            return person_of(self._find(connection, username))

    def person_by_id(self, person_id: int) -> Person:
        """Return the person of this id.

        Raises
        ------
        NoSuchPersonError
        """
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(people).where(people.c.id == person_id)
            ).one_or_none()
        if row is None:
            raise NoSuchPersonError(f"number {person_id}")
        return person_of(row)

    def set_role(self, username: str, role: Role, *, by: Person | None = None) -> Person:
        """Change what a person may do; it holds from their next request on.

        Raises
        ------
        NoSuchPersonError
        LastAdminError
            If nobody would be left to manage people.
        """
        _check_role(role)
        with self._database.write(alone=True) as connection:
            person = person_of(self._find(connection, username))
            if role != "admin":
                self._keep_an_admin(connection, person)
            self._set(connection, person, role=role)
            detail = {"from": person.role, "to": role}
            subject = person.username
            self._note(connection, "role changed", person=by, subject=subject, detail=detail)
        return replace(person, role=role)

    def disable(self, username: str, *, by: Person | None = None) -> Person:
        """Let a person in no more, and end all their sessions; their studies stay.

        Raises
        ------
        NoSuchPersonError
        LastAdminError
        """
        with self._database.write(alone=True) as connection:
            person = person_of(self._find(connection, username))
            self._keep_an_admin(connection, person)
            self._set(connection, person, disabled=True)
            self._end_sessions(connection, person.id)
            connection.execute(links.delete().where(links.c.person_id == person.id))
            self._note(connection, "person disabled", person=by, subject=person.username)
        return replace(person, disabled=True)

    def enable(self, username: str, *, by: Person | None = None) -> Person:
        """Let a disabled person in again, with their old password.

        Raises
        ------
        NoSuchPersonError
        """
        with self._database.write() as connection:
            person = person_of(self._find(connection, username))
            self._set(connection, person, disabled=False)
            self._note(connection, "person enabled", person=by, subject=person.username)
        return replace(person, disabled=False)

    def reset_password(self, username: str, *, by: Person | None = None) -> str:
        """Make a person's password, sessions and API tokens worthless; return a one-time token.

        With the token, `finish_reset` sets a new password.

        Raises
        ------
        NoSuchPersonError
        """
        token, now = new_token(), self._now()
        with self._database.write() as connection:
            person = person_of(self._find(connection, username))
            self._set(connection, person, password_hash=None)
            self._end_sessions(connection, person.id)
            connection.execute(tokens.delete().where(tokens.c.person_id == person.id))
            connection.execute(links.delete().where(links.c.person_id == person.id))
            connection.execute(
                links.insert().values(
                    token_hash=fingerprint(token),
                    kind="reset",
                    person_id=person.id,
                    created_at=now,
                    expires_at=now + timedelta(hours=self.policy.reset_hours),
                )
            )
            self._note(connection, "password reset", person=by, subject=person.username)
        return token

    def change_password(self, person: Person, old: str, new: str) -> None:
        """Set a new password and end all sessions of the person, this one included.

        Raises
        ------
        WrongPasswordError
            If `old` is not right, or was wrong too often lately.
        PasswordRefusedError
        """
        check_password(new, person.username, person.email)
        # A key of its own: a stolen session must not lock the owner out of the login.
        key = f"change:{person.id}"
        now = self._now()
        with self._database.write() as connection:
            wait = throttling.count_failure(connection, key, self.policy.account_delays, now)
            stored = connection.execute(
                sa.select(people.c.password_hash).where(people.c.id == person.id)
            ).scalar_one_or_none()
        if wait is not None or not self.hasher.fits(old, stored):
            raise WrongPasswordError(wait)
        hashed = self.hasher.hash(new)
        with self._database.write() as connection:
            changed = connection.execute(
                people.update()
                .where(people.c.id == person.id, people.c.password_hash == stored)
                .where(~people.c.disabled)
                .values(password_hash=hashed)
            ).rowcount
            if not changed:
                raise WrongPasswordError
            throttling.forget(connection, key)
            self._end_sessions(connection, person.id)
            self._note(connection, "password changed", person=person, subject=person.username)

    def _insert(
        self,
        connection: sa.Connection,
        username: str,
        role: Role,
        password_hash: str | None,
        email: str | None,
    ) -> Person:
        """Insert a person whose name was read already."""
        _check_role(role)
        now = self._now()
        made = connection.execute(
            people.insert().values(
                username=username,
                username_key=key_of(username),
                email=email,
                role=role,
                disabled=False,
                password_hash=password_hash,
                created_at=now,
            )
        )
        key = made.inserted_primary_key
        assert key is not None  # noqa: S101  one row was inserted
        return Person(int(key[0]), username, role, email, False, now)

    def _set(self, connection: sa.Connection, person: Person, **values: Any) -> None:
        connection.execute(people.update().where(people.c.id == person.id).values(**values))


def name_taken(username: str) -> UsernameRefusedError:
    """Return the refusal of a name that somebody has."""
    return UsernameRefusedError(f"The name {username} is taken. Choose another.")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise ValueError(f"role={role!r} is none of {ROLES}")
