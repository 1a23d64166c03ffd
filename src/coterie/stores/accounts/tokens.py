"""API tokens: shown once, stored hashed, good for what they were made for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coterie.stores.accounts.errors import AccountError, AccountStoreError
from coterie.stores.accounts.hashing import fingerprint, new_token
from coterie.stores.accounts.store import Store, person_of
from coterie.stores.accounts.tables import people, tokens
from coterie.stores.accounts.values import SCOPES, Person, TokenRecord

PREFIX = "cot_"
_MOST = 50
_TOUCH = timedelta(minutes=1)


class Tokens(Store):
    """What programs log in with."""

    def create_token(
        self,
        person: Person,
        name: str,
        scopes: Iterable[str],
        *,
        expires_at: datetime | None = None,
    ) -> tuple[TokenRecord, str]:
        """Make a token; the secret is returned here and never again.

        Parameters
        ----------
        person : Person
            The token may do no more than they may.
        name : str
            What it is for, 1 to 100 characters.
        scopes : iterable of {"place", "score", "read", "train"}
            At least one.
        expires_at : datetime or None
            With its zone; None for never.

        Raises
        ------
        AccountError
            If the name, the scopes or the date cannot be, or there are too many tokens.
        """
        name, wanted, now = name.strip(), frozenset(scopes), self._now()
        _check(name, wanted, expires_at, now)
        chosen = tuple(scope for scope in SCOPES if scope in wanted)
        secret = PREFIX + new_token()
        with self._database.write(alone=True) as connection:
            count = sa.select(sa.func.count()).where(tokens.c.person_id == person.id)
            if connection.execute(count).scalar_one() >= _MOST:
                raise AccountError(
                    f"There are {_MOST} tokens already. Revoke one that is not used any more."
                )
            made = connection.execute(
                tokens.insert().values(
                    token_hash=fingerprint(secret),
                    person_id=person.id,
                    name=name,
                    scopes=" ".join(chosen),
                    created_at=now,
                    expires_at=expires_at,
                )
            )
            key: Any = made.inserted_primary_key
            self._note(connection, "token created", person=person, subject=name)
        return TokenRecord(int(key[0]), name, chosen, now, expires_at, None), secret

    def token(self, secret: str) -> tuple[Person, frozenset[str]] | None:
        """Return whose token this is and what it is good for; None where it is worthless."""
        if not secret.startswith(PREFIX):
            return None
        now = self._now()
        with self._database.read() as connection:
            row = connection.execute(_TOKEN, {"key": fingerprint(secret)}).one_or_none()
        if row is None or (row.expires_at is not None and row.expires_at <= now):
            return None
        if row.used_at is None or now - row.used_at >= _TOUCH:
            self._touch_token(row.token_id, now)
        return person_of(row), frozenset(row.scopes.split())

    def _touch_token(self, token_id: int, now: datetime) -> None:
        # A full disk ends writing; it should not shut out those who only look.
        with suppress(AccountStoreError), self._database.write() as connection:
            connection.execute(tokens.update().where(tokens.c.id == token_id).values(used_at=now))

    def tokens(self, person: Person) -> list[TokenRecord]:
        """Return the tokens of a person, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(tokens)
                .where(tokens.c.person_id == person.id)
                .order_by(tokens.c.id.desc())
            ).all()
        return [
            TokenRecord(
                row.id,
                row.name,
                tuple(row.scopes.split()),
                row.created_at,
                row.expires_at,
                row.used_at,
            )
            for row in rows
        ]

    def revoke_token(self, person: Person, token_id: int) -> None:
        """Make one of a person's own tokens worthless.

        Raises
        ------
        AccountError
            If they have no such token.
        """
        with self._database.write() as connection:
            name = connection.execute(
                sa.select(tokens.c.name).where(
                    tokens.c.id == token_id, tokens.c.person_id == person.id
                )
            ).scalar()
            if name is None:
                raise AccountError("There is no such token; it may have been revoked already.")
            connection.execute(tokens.delete().where(tokens.c.id == token_id))
            self._note(connection, "token revoked", person=person, subject=name)


def _check(name: str, scopes: frozenset[str], expires_at: datetime | None, now: datetime) -> None:
    """Refuse a token that cannot be."""
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise AccountError("A token needs a name of 1 to 100 characters that says what it is for.")
    unknown = sorted(scopes - set(SCOPES))
    if unknown or not scopes:
        found = f"it cannot be good for {', '.join(unknown)}" if unknown else "none was chosen"
        raise AccountError(f"A token is good for {', '.join(SCOPES)}; {found}.")
    if expires_at is not None and expires_at.tzinfo is None:
        raise ValueError("expires_at needs a time zone")
    if expires_at is not None and expires_at <= now:
        raise AccountError("A token has to end in the future.")


def _token_query() -> sa.Select[Any]:
    return (
        sa.select(
            people,
            tokens.c.id.label("token_id"),
            tokens.c.scopes,
            tokens.c.expires_at,
            tokens.c.used_at,
        )
        .join(people, people.c.id == tokens.c.person_id)
        .where(tokens.c.token_hash == sa.bindparam("key"), ~people.c.disabled)
    )


_TOKEN = _token_query()
