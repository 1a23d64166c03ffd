"""Opening the database of accounts: SQLite or PostgreSQL, brought up to date by migrations."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from coterie.stores.accounts.errors import AccountStoreError, NewerAccountsError

BUSY_SECONDS = 30
# Any number will do, as long as every Coterie uses the same.
_LOCK = 0x436F7465726965


class Database:
    """One engine; hands out connections inside a transaction.

    Parameters
    ----------
    url : str
        "sqlite:///folder/accounts.db" or "postgresql://...".

    Raises
    ------
    AccountStoreError
        If the address is of no kind that Coterie knows, or the database does not open.
    NewerAccountsError
        If it was written by a newer Coterie.

    Attributes
    ----------
    shown : str
        The address without its password.
    changes : int
        Grows with everything that is written through this object: whoever remembers what was
        read compares it.
    """

    def __init__(self, url: str) -> None:
        self._url = _read_url(url)
        self.shown = self._url.render_as_string(hide_password=True)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self.changes = 0
        self._path = Path(str(self._url.database))
        self._file: tuple[int, int] | None = None
        self.engine = self._sqlite() if self.is_sqlite else self._postgresql()
        try:
            self._migrate()
        except DBAPIError as error:
            self.close()
            raise AccountStoreError(
                f"The accounts in {self.shown} cannot be opened: {_reason(error)}. "
                "Check the address and that the database is running and may be written to."
            ) from error
        except BaseException:
            self.close()
            raise
        if self.is_sqlite:
            found = self._path.stat()
            self._file = (found.st_dev, found.st_ino)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state of the database."""
        with self._told(), self._transaction() as connection:
            yield connection

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[sa.Connection]:
        """Yield a connection whose changes are all kept, or none.

        Parameters
        ----------
        alone : bool
            Nobody else who asks for this is inside at the same time.
        """
        try:
            with self._told(), self._transaction(writes=True, alone=alone) as connection:
                yield connection
        finally:
            self.changes += 1

    @contextmanager
    def _transaction(self, *, writes: bool = False, alone: bool = False) -> Iterator[sa.Connection]:
        with self.engine.connect() as plain:
            connection = plain.execution_options(coterie_writes=writes)
            with connection.begin():
                if alone and not self.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn a database that fails into a sentence; what a constraint refuses passes on."""
        self._see_the_file()
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except (DBAPIError, sa.exc.TimeoutError) as error:
            raise AccountStoreError(
                f"The database of accounts does not answer: {_reason(error)}. Try again in a "
                "minute; if it stays so, look at the server's log and at the disk."
            ) from error

    def _see_the_file(self) -> None:
        """Stop where the file was taken away: what is written to it now would be lost."""
        if self._file is None:
            return
        try:
            found = self._path.stat()
        except OSError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != self._file:
            raise AccountStoreError(
                "The database of accounts was removed or replaced while the server runs, so nobody "
                "can be looked up. Whoever runs the server puts the file back and starts it again."
            )

    def _sqlite(self) -> sa.Engine:
        """Return an engine on a file that only its owner may read."""
        path = self._path
        try:
            # Before SQLite makes it: its own files take the mode of this one.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise AccountStoreError(
                f"The accounts cannot be kept in {path}: {error.strerror}. "
                "Choose a folder that exists and may be written to."
            ) from error
        engine = sa.create_engine(
            self._url,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            pool_size=8,
            max_overflow=56,
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgresql(self) -> sa.Engine:
        """Return an engine on a PostgreSQL server."""
        return sa.create_engine(
            self._url,
            pool_size=5,
            max_overflow=15,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": "coterie"},
        )

    def _migrate(self) -> None:
        """Bring the tables up to date, one process at a time."""
        from alembic import command
        from alembic.migration import MigrationContext
        from alembic.script import ScriptDirectory

        config = migrations()
        script = ScriptDirectory.from_config(config)
        newest = str(script.get_current_head())
        with self._transaction() as connection:
            if MigrationContext.configure(connection).get_current_revision() == newest:
                return
        with self._transaction(writes=True, alone=True) as connection:
            found = MigrationContext.configure(connection).get_current_revision()
            known = {revision.revision for revision in script.walk_revisions()}
            if found is not None and found not in known:
                raise NewerAccountsError(found, newest)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def migrations() -> Any:
    """Return the Alembic configuration of the revisions in this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "coterie.stores.accounts:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _read_url(url: str) -> sa.URL:
    """Return the address, with the driver that is installed."""
    try:
        read = sa.make_url(url)
    except ArgumentError as error:
        raise AccountStoreError(
            "The address of the database cannot be read. It looks like "
            "sqlite:///folder/accounts.db or postgresql://user:password@host/name."
        ) from error
    if read.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return read.set(drivername="postgresql+psycopg")
    if read.drivername in ("sqlite", "sqlite+pysqlite"):
        if read.database in (None, "", ":memory:"):
            raise AccountStoreError(
                "Accounts are kept in a file, not in memory: sqlite:///folder/accounts.db."
            )
        return read
    raise AccountStoreError(
        f"Accounts cannot be kept in a database of the kind {read.drivername}. "
        "Use sqlite:///folder/accounts.db or postgresql://user:password@host/name."
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Set up a new connection: transactions begin where we say, links between tables hold."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin; a writer takes its turn at once, so that it never has to give up half-way."""
    writes = connection.get_execution_options().get("coterie_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _reason(error: Exception) -> str:
    """Return the first line of what the driver said, without the statement."""
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
