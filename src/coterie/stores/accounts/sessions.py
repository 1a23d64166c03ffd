"""Logging in and out, and the sessions in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coterie.stores.accounts import throttling
from coterie.stores.accounts.errors import AccountError, AccountStoreError, LoginRefused
from coterie.stores.accounts.hashing import csrf_of, fingerprint, new_token
from coterie.stores.accounts.store import Store, person_of
from coterie.stores.accounts.tables import audit, people, sessions
from coterie.stores.accounts.usernames import key_of, writable
from coterie.stores.accounts.values import Person, Session, SessionRecord

# A session that is used is marked so at most this often: a page makes dozens of requests.
_TOUCH_SECONDS = 60.0
_HANDLE = 16
# An address is known for so long after a login from there.
_KNOWN_DAYS = 30.0


class Sessions(Store):
    """Who is logged in."""

    def log_in(self, username: str, password: str, *, address: str) -> tuple[Person, str]:
        """Check a password and open a session.

        An unknown name, a wrong password and a disabled person get the same answer after the
        same work.

        Parameters
        ----------
        username, password : str
            As they were typed; anything at all.
        address : str
            Where the attempt comes from.

        Returns
        -------
        Person
        str
            The token of a new session; only its hash is stored.

        Raises
        ------
        LoginRefused
            With `retry_after` where too many attempts failed for this name or this address;
            the password is not looked at then.
        """
        stored, counted = self._count_attempt(username, address)
        self._sweep()
        token = new_token()
        # Another login may renew the hash in between: then the password is checked again.
        for _ in range(3):
            if not self.hasher.fits(password, stored) or stored is None:
                break
            renewed = self._renewed(password, stored)
            with self._database.write() as connection:
                row = _active(connection, people.c.username_key == key_of(username))
                if row is not None and row.password_hash == stored:
                    self._admit(connection, person_of(row), token, address, counted, renewed)
                    return person_of(row), token
            stored = None if row is None else row.password_hash
        raise self._refusal(username, address)

    def open_session(self, person: Person, *, address: str) -> str:
        """Open a session for a person known by other means; return its token.

        Raises
        ------
        LoginRefused
            If the person is disabled.
        """
        token = new_token()
        with self._database.write() as connection:
            if _active(connection, people.c.id == person.id) is None:
                raise LoginRefused
            self._insert_session(connection, person, token, address)
        return token

    def session(self, token: str, *, touch: bool = True) -> Session | None:
        """Return the session of a token; None where it ended or never was.

        Parameters
        ----------
        token : str
        touch : bool
            Whether the session counts as used now. Written at most once a minute.
        """
        now, key = self._now(), fingerprint(token)
        with self._database.read() as connection:
            row = connection.execute(_SESSION, {"key": key, "now": now}).one_or_none()
        if row is None:
            return None
        idle = timedelta(hours=self.policy.idle_hours)
        if row.seen_at + idle <= now:
            return None
        seen = row.seen_at
        # A short idle limit wants to be told more often than once a minute.
        if touch and now - seen >= min(timedelta(seconds=_TOUCH_SECONDS), idle / 10):
            seen = self._touch(key, now) or seen
        return Session(
            person=person_of(row),
            csrf=csrf_of(token),
            created_at=row.began_at,
            expires_at=min(row.ends_at, seen + idle),
            address=row.address,
        )

    def _touch(self, key: str, now: datetime) -> datetime | None:
        """Write down that a session was used now; return None where that could not be."""
        try:
            with self._database.write() as connection:
                connection.execute(
                    sessions.update().where(sessions.c.token_hash == key).values(seen_at=now)
                )
        except AccountStoreError:
            # A full disk ends writing; it should not shut out those who only look.
            return None
        return now

    def log_out(self, token: str) -> None:
        """End one session; nothing happens where there is none."""
        with self._database.write() as connection:
            key = fingerprint(token)
            row = connection.execute(_SESSION, {"key": key, "now": self._now()}).one_or_none()
            connection.execute(sessions.delete().where(sessions.c.token_hash == key))
            if row is not None:
                self._note(connection, "logout", person=person_of(row), address=row.address)

    def end_sessions(self, person: Person, *, by: Person | None = None) -> int:
        """End all sessions of a person; return how many there were."""
        with self._database.write() as connection:
            ended = self._end_sessions(connection, person.id)
            if ended:
                subject = person.username
                self._note(connection, "sessions ended", person=by, subject=subject)
        return ended

    def sessions(self, person: Person) -> list[SessionRecord]:
        """Return a person's logins that have not ended, the one used last first."""
        now, idle = self._now(), timedelta(hours=self.policy.idle_hours)
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(sessions)
                .where(sessions.c.person_id == person.id, sessions.c.ends_at > now)
                .order_by(sessions.c.seen_at.desc(), sessions.c.created_at.desc())
            ).all()
        return [
            SessionRecord(
                handle=row.token_hash[:_HANDLE],
                address=row.address,
                created_at=row.created_at,
                seen_at=row.seen_at,
                expires_at=min(row.ends_at, row.seen_at + idle),
            )
            for row in rows
            if row.seen_at + idle > now
        ]

    @staticmethod
    def handle_of(token: str) -> str:
        """Return the handle under which a session is listed."""
        return fingerprint(token)[:_HANDLE]

    def end_session(self, person: Person, handle: str) -> None:
        """End one of a person's own sessions.

        Raises
        ------
        AccountError
            If there is none of that handle any more.
        """
        with self._database.write() as connection:
            own = sessions.c.person_id == person.id
            this = sa.func.substr(sessions.c.token_hash, 1, _HANDLE) == handle
            row = connection.execute(sa.select(sessions).where(own, this)).first()
            if row is None:
                raise AccountError("That login has ended already.")
            connection.execute(sessions.delete().where(own, this))
            self._note(connection, "session ended", person=person, subject=row.address)

    def end_other_sessions(self, person: Person, token: str) -> int:
        """End all sessions of a person but the one of a token; return how many there were."""
        with self._database.write() as connection:
            others = sessions.c.person_id == person.id, sessions.c.token_hash != fingerprint(token)
            ended = connection.execute(sessions.delete().where(*others)).rowcount
            if ended:
                subject = person.username
                self._note(connection, "sessions ended", person=person, subject=subject)
        return ended

    def _count_attempt(self, username: str, address: str) -> tuple[str | None, str]:
        """Count an attempt before it is looked at; return the stored hash and the count's key.

        Counted first, so that a hundred guesses at once are a hundred and not one. The hash is
        None for nobody and for the disabled.
        """
        now, name = self._now(), key_of(username)
        origin = throttling.address_key(address)
        with self._database.write() as connection:
            row = connection.execute(
                sa.select(people.c.password_hash, people.c.disabled).where(
                    people.c.username_key == name
                )
            ).one_or_none()
            at_home = self._comes_from(connection, name, origin)
            key = throttling.account_key(name, origin if at_home else "")
            wait = throttling.waiting(connection, origin, now)
            if wait is None:
                delays = self.policy.account_delays
                wait = throttling.count_failure(connection, key, delays, now)
        if wait is not None:
            raise LoginRefused(wait)
        return (None if row is None or row.disabled else row.password_hash), key

    def _comes_from(self, connection: sa.Connection, name: str, origin: str) -> bool:
        """Return whether a person logged in from this address lately."""
        found = connection.execute(
            sa.select(audit.c.address)
            .distinct()
            .join(people, people.c.id == audit.c.person_id)
            .where(people.c.username_key == name, audit.c.what == "login")
            .where(audit.c.at > self._now() - timedelta(days=_KNOWN_DAYS))
        ).scalars()
        return any(throttling.address_key(one) == origin for one in found if one is not None)

    def _refusal(self, username: str, address: str) -> LoginRefused:
        """Count the failure against the address and write it down; return the refusal.

        What was typed is written down only where it is somebody's name: people type passwords
        where the name belongs.
        """
        now = self._now()
        with self._database.write() as connection:
            key = throttling.address_key(address)
            throttling.count_failure(connection, key, self.policy.address_delays, now)
            known = connection.execute(
                sa.select(people.c.username).where(people.c.username_key == key_of(username))
            ).scalar()
            self._note(
                connection, "login refused", address=address, subject=known or "(unknown name)"
            )
        return LoginRefused()

    def _renewed(self, password: str, stored: str) -> str:
        """Return the hash to keep: a new one where hashes are made differently by now."""
        return self.hasher.hash(password) if self.hasher.is_outdated(stored) else stored

    def _admit(
        self,
        connection: sa.Connection,
        person: Person,
        token: str,
        address: str,
        counted: str,
        password_hash: str,
    ) -> None:
        """Open a session after a right password; the attempt does not count as a failure."""
        throttling.forget(connection, counted)
        connection.execute(
            people.update().where(people.c.id == person.id).values(password_hash=password_hash)
        )
        self._insert_session(connection, person, token, address)

    def _insert_session(
        self, connection: sa.Connection, person: Person, token: str, address: str
    ) -> None:
        now = self._now()
        connection.execute(
            sessions.insert().values(
                token_hash=fingerprint(token),
                person_id=person.id,
                address=writable(address, 64),
                created_at=now,
                seen_at=now,
                ends_at=now + timedelta(hours=self.policy.absolute_hours),
            )
        )
        self._note(connection, "login", person=person, address=address)


def _active(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Any:
    """Return the row of a person who is not disabled, held until the session is written."""
    return connection.execute(
        sa.select(people).where(condition, ~people.c.disabled).with_for_update()
    ).one_or_none()


def _session_query() -> sa.Select[Any]:
    """Return the one statement of each request: a primary key, and the person beside it."""
    return (
        sa.select(
            people,
            sessions.c.address,
            sessions.c.created_at.label("began_at"),
            sessions.c.seen_at,
            sessions.c.ends_at,
        )
        .join(people, people.c.id == sessions.c.person_id)
        .where(
            sessions.c.token_hash == sa.bindparam("key"),
            sessions.c.ends_at > sa.bindparam("now", type_=sessions.c.ends_at.type),
            ~people.c.disabled,
        )
    )


_SESSION = _session_query()
