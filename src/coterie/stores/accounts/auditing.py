"""The log of who did what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from coterie.stores.accounts.store import Store
from coterie.stores.accounts.tables import audit
from coterie.stores.accounts.values import AuditEntry, Person


class Auditing(Store):
    """Writing the log from outside, and reading it."""

    def record(
        self,
        what: str,
        *,
        person: Person | None = None,
        address: str | None = None,
        subject: str = "",
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Write one line.

        Parameters
        ----------
        what : str
            "trained", "exported", "promoted", "uploaded", "shared", ...
        person : Person or None
            Who did it.
        address : str or None
        subject : str
            What it was done to.
        detail : dict or None
            Plain values; no secrets and no customer's data.
        """
        with self._database.write() as connection:
            self._note(
                connection, what, person=person, address=address, subject=subject, detail=detail
            )

    def audit(
        self, limit: int = 100, before: int | None = None, *, person: Person | None = None
    ) -> list[AuditEntry]:
        """Return the newest lines, newest first.

        Parameters
        ----------
        limit : int
            At most so many.
        before : int or None
            Only lines older than the one of this id.
        person : Person or None
            Only what this person did.
        """
        query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        if person is not None:
            query = query.where(audit.c.person_id == person.id)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            AuditEntry(row.id, row.at, row.what, row.username, row.address, row.subject, row.detail)
            for row in rows
        ]
