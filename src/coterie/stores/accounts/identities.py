"""People who come by single sign-on."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coterie.stores.accounts.errors import SignUpClosedError
from coterie.stores.accounts.people import People, name_taken
from coterie.stores.accounts.store import person_of
from coterie.stores.accounts.tables import identities, people
from coterie.stores.accounts.usernames import read_email, read_username
from coterie.stores.accounts.values import Person, Role


class Identities(People):
    """Whom a provider's identities belong to."""

    def person_for_identity(
        self,
        issuer: str,
        subject: str,
        *,
        username: str,
        email: str | None,
        role: Role,
        create: bool,
    ) -> Person:
        """Return the person behind an identity of a single sign-on provider.

        A person is found by `issuer` and `subject` only. A name or an address that is here
        already is never taken over: whoever can choose their name at the provider could
        otherwise become anybody here.

        Parameters
        ----------
        issuer, subject : str
            The provider, and its unchanging name of the person.
        username, email, role
            For a new account.
        create : bool
            Whether somebody new gets an account.

        Raises
        ------
        SignUpClosedError
            If they are new and `create` is false.
        UsernameRefusedError
            If the name is taken or cannot be.
        """
        with self._database.read() as connection:
            row = _identity(connection, issuer, subject)
        if row is not None:
            return person_of(row)
        if not create:
            raise SignUpClosedError("closed")
        name, email = read_username(username), read_email(email)
        try:
            with self._database.write(alone=True) as connection:
                row = _identity(connection, issuer, subject)
                if row is not None:
                    return person_of(row)
                person = self._insert(connection, name, role, None, email)
                connection.execute(
                    identities.insert().values(issuer=issuer, subject=subject, person_id=person.id)
                )
                detail = {"issuer": issuer}
                self._note(connection, "person added", person=person, subject=name, detail=detail)
        except IntegrityError as error:
            raise name_taken(name) from error
        return person


def _identity(connection: sa.Connection, issuer: str, subject: str) -> Any:
    """Return the row of the person behind an identity, or None."""
    return connection.execute(
        sa.select(people)
        .join(identities, identities.c.person_id == people.c.id)
        .where(identities.c.issuer == issuer, identities.c.subject == subject)
    ).one_or_none()
