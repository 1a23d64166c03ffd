"""What every part of the accounts stands on: the database, the clock, the log of what was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coterie.stores.accounts.database import Database
from coterie.stores.accounts.errors import LastAdminError, NoSuchPersonError
from coterie.stores.accounts.hashing import Hasher
from coterie.stores.accounts.tables import audit, links, people, sessions, throttles, tokens
from coterie.stores.accounts.usernames import key_of, writable
from coterie.stores.accounts.values import Person, Policy

_SWEEP_EVERY = timedelta(hours=1)


class Store:
    """The parts of `Accounts` share this.

    Parameters
    ----------
    database : Database
    policy : Policy
    clock : callable
        Returns the time now, with its zone.
    """

    def __init__(self, database: Database, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self.policy = policy
        self.hasher = Hasher(policy.hash_cost, policy.hashes_at_once)
        self._sweep_at = self._now()

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _note(
        self,
        connection: sa.Connection,
        what: str,
        *,
        person: Person | None = None,
        address: str | None = None,
        subject: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Write one line of the audit log, kept or lost with what it tells of."""
        connection.execute(
            audit.insert().values(
                at=self._now(),
                what=what,
                person_id=person.id if person else None,
                username=person.username if person else None,
                address=writable(address, 64) if address else None,
                subject=writable(subject, 200),
                detail=detail or {},
            )
        )

    def _find(self, connection: sa.Connection, username: str) -> sa.Row[Any]:
        """Return the row of a person, locked against other writers where this one writes."""
        row = connection.execute(
            sa.select(people).where(people.c.username_key == key_of(username)).with_for_update()
        ).one_or_none()
        if row is None:
            raise NoSuchPersonError(username)
        return row

    def _end_sessions(self, connection: sa.Connection, person_id: int) -> int:
        return connection.execute(
            sessions.delete().where(sessions.c.person_id == person_id)
        ).rowcount

    def _keep_an_admin(self, connection: sa.Connection, person: Person) -> None:
        """Refuse where this person is the last admin; the transaction must be alone."""
        if person.role != "admin" or person.disabled:
            return
        others = connection.execute(
            sa.select(sa.func.count()).where(
                people.c.role == "admin", ~people.c.disabled, people.c.id != person.id
            )
        ).scalar_one()
        if not others:
            raise LastAdminError(person.username)

    def _sweep(self) -> None:
        """Throw away what has ended for everybody, at most once an hour.

        Sessions go by the end that is written beside them, not by the idle limit: a command on
        the same machine may be told another one than the server.
        """
        now = self._now()
        if now < self._sweep_at:
            return
        self._sweep_at = now + _SWEEP_EVERY
        with self._database.write() as connection:
            connection.execute(sessions.delete().where(sessions.c.ends_at < now))
            connection.execute(links.delete().where(links.c.expires_at < now))
            connection.execute(tokens.delete().where(tokens.c.expires_at < now))
            forgotten = max(
                self.policy.account_delays.forgotten, self.policy.address_delays.forgotten
            )
            stale = now - timedelta(seconds=forgotten)
            connection.execute(throttles.delete().where(throttles.c.failed_at < stale))
            old = now - timedelta(days=self.policy.audit_days)
            connection.execute(audit.delete().where(audit.c.at < old))


def person_of(row: Any) -> Person:
    """Return the Person in a row of the table of people."""
    return Person(
        id=row.id,
        username=row.username,
        role=row.role,
        email=row.email,
        disabled=bool(row.disabled),
        created_at=row.created_at,
    )
