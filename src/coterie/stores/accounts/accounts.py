"""Accounts: people, sessions, tokens and the audit log, in one database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Self

from coterie.stores.accounts.auditing import Auditing
from coterie.stores.accounts.database import Database
from coterie.stores.accounts.identities import Identities
from coterie.stores.accounts.importing import Importing
from coterie.stores.accounts.joining import Joining
from coterie.stores.accounts.sessions import Sessions
from coterie.stores.accounts.tokens import Tokens
from coterie.stores.accounts.values import Policy


class Accounts(Joining, Identities, Importing, Sessions, Tokens, Auditing):
    """Everything about who may come in.

    All methods block, and may be called from any thread; web code calls them in one. Make it
    with `Accounts.open`.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> accounts = Accounts.open(f"sqlite:///{folder}/accounts.db")
    >>> token = accounts.first_account_link_token()
    >>> ada = accounts.create_first(token, "ada", "engine of analysis 1843")
    >>> person, session = accounts.log_in("Ada", "engine of analysis 1843", address="127.0.0.1")
    >>> accounts.session(session).person == person == ada
    True
    >>> accounts.close()
    """

    @classmethod
    def open(
        cls,
        url: str,
        *,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Open the accounts, made or brought up to date where that is needed.

        Parameters
        ----------
        url : str
            "sqlite:///folder/accounts.db" or "postgresql://user:password@host/name".
        policy : Policy or None
            None for the default one.
        clock : callable
            Returns the time now, with its zone.

        Raises
        ------
        AccountStoreError
            If the database does not open; the message never shows its password.
        """
        database = Database(url)
        try:
            accounts = cls(database, policy or Policy(), clock)
            accounts._sweep()
        except BaseException:
            database.close()
            raise
        return accounts

    @property
    def changes(self) -> int:
        """A number that grows with everything written here; what is remembered holds until then.

        Another process's changes do not count.
        """
        return self._database.changes

    def close(self) -> None:
        """Close all connections to the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()
