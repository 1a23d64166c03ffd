"""A query on somebody's database -> the bytes of an upload; its password is used once."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.errors import InputError

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import URL, Connection, Engine

SECONDS_TO_CONNECT = 10
SECONDS_TO_READ = 120
ROWS_AT_ONCE = 20_000
MEGABYTE = 1_000_000

SERVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "redshift": "postgresql+psycopg",
}
"""First word of an address -> what SQLAlchemy calls it."""

# Others can point at files of the server, or borrow the identity it runs under.
_HARMLESS = frozenset({"sslmode", "application_name", "charset", "warehouse", "role", "schema"})
_READS = re.compile(r"^\s*(select|with|values|table)\b", re.IGNORECASE)


class DatabaseError(InputError):
    """A database could not be asked, or did not answer; the text holds no password."""


@dataclass(frozen=True)
class Question:
    """What is asked, and of whom.

    Attributes
    ----------
    address : str
        ``postgresql://user:password@host/database``, or ``sqlite:///name.db`` for a file of the
        server's own folder of databases.
    query : str
        One SELECT.
    """

    address: str = field(repr=False)
    query: str

    @property
    def shown(self) -> str:
        """The address without its password."""
        return without_password(self.address)


def without_password(address: str) -> str:
    """Return an address as it may be shown and kept.

    Examples
    --------
    >>> without_password("postgresql://ana:s3cret@db.example/shop")
    'postgresql://ana@db.example/shop'
    """
    return re.sub(r"^([^:/]+://[^:@/]*):.*@", r"\1@", address.strip())


def with_password(address: str, password: str) -> str:
    """Return an address with a password that was given beside it.

    Examples
    --------
    >>> with_password("postgresql://ana@db.example/shop", "s/3:t")
    'postgresql://ana:s%2F3%3At@db.example/shop'
    """
    from urllib.parse import quote

    found = re.match(r"^([^:/]+://[^:@/]+)@(.*)$", address.strip())
    if not password or found is None:
        return address
    return f"{found[1]}:{quote(password, safe='')}@{found[2]}"


def fetch(
    question: Question,
    *,
    folder: Path,
    limit_mb: float,
    own_url: str = "",
    hosts: Sequence[str] = (),
) -> bytes:
    """Read the answer of a query as a Parquet file, up to a size.

    Parameters
    ----------
    question : Question
    folder : Path
        Where SQLite files lie that may be read.
    limit_mb : float
        Largest answer, in million bytes.
    own_url : str
        The database that holds the accounts, which is never read.
    hosts : sequence of str
        Database servers that may be asked: names, ``*.example.org``, or ``*`` for any.

    Returns
    -------
    bytes

    Raises
    ------
    DatabaseError
        Whatever went wrong, as a sentence without the password.
    """
    import sqlalchemy as sa

    if not _READS.match(question.query):
        raise DatabaseError(
            "The query must begin with SELECT or WITH: Coterie reads and never changes."
        )
    url = _checked(question.address, own_url)
    _allowed(url, hosts)
    engine = _engine(url, folder)
    try:
        with engine.connect() as connection:
            frame = _read(connection, question.query.strip().rstrip(";"), limit_mb)
    except sa.exc.SQLAlchemyError as fault:
        raise DatabaseError(_sentence(fault, url)) from None
    finally:
        engine.dispose()
    if not frame.height:
        raise DatabaseError("The query answered without any rows. Loosen its conditions.")
    held = io.BytesIO()
    frame.write_parquet(held)
    return held.getvalue()


def _checked(address: str, own_url: str) -> URL:
    """Return the address as SQLAlchemy reads it, or say why it is not taken."""
    import sqlalchemy as sa

    try:
        url = sa.make_url(address.strip())
    except (sa.exc.ArgumentError, ValueError):
        raise DatabaseError(
            "The address is not one of a database. Write it as "
            "postgresql://user:password@host/database."
        ) from None
    kind = url.get_backend_name()
    if kind == "sqlite":
        return url
    if kind not in SERVERS:
        raise DatabaseError(
            f"Coterie does not know databases of the kind {kind}. It reads "
            f"{', '.join(sorted(SERVERS))}, and sqlite files that the server's admin put out."
        )
    if kind != "bigquery" and not (url.host and url.username and url.password):
        raise DatabaseError(
            "The address needs a user, a password and a host: "
            f"{kind}://user:password@host/database."
        )
    if set("/%@,") & set(url.host or ""):  # With a comma a driver would try several.
        raise DatabaseError("The host of a database is a name or a number, not a path.")
    strange = sorted(set(url.query) - _HARMLESS)
    if strange:
        raise DatabaseError(f"The address may not set {', '.join(strange)}. Leave it out.")
    _not_our_own(url, own_url)
    return url.set(drivername=SERVERS[kind])


def _allowed(url: URL, hosts: Sequence[str]) -> None:
    """Refuse a server that the administrator has not named."""
    if url.get_backend_name() == "sqlite" or is_listed(url.host or "", hosts):
        return
    named = f"It reads from: {', '.join(hosts)}." if hosts else "None is named yet."
    raise DatabaseError(
        "This server reads only from the database servers that its administrator has named under "
        f"database_hosts. {named} Ask for yours to be added, or export the query to a file and "
        "upload that."
    )


def is_listed(host: str, hosts: Sequence[str]) -> bool:
    """Tell whether a host is one of those that are named.

    Examples
    --------
    >>> is_listed("DB.example.org", ["*.example.org"]), is_listed("db.example.org", ["db"])
    (True, False)
    >>> is_listed("example.org.evil.net", ["*.example.org", "example.org"]), is_listed("x", ["*"])
    (False, True)
    """
    name = host.casefold().rstrip(".")
    for listed in hosts:
        wanted = listed.strip().casefold().rstrip(".")
        inside = wanted.startswith("*.") and name.endswith(wanted[1:])
        if wanted == "*" or inside or (name and wanted == name):
            return True
    return False


def _not_our_own(url: URL, own_url: str) -> None:
    """Refuse the database that holds people, sessions and tokens."""
    import sqlalchemy as sa

    if not own_url:
        return
    own = sa.make_url(own_url)
    same = (own.get_backend_name(), own.host, own.port or 5432, own.database)
    if same == (url.get_backend_name(), url.host, url.port or 5432, url.database):
        raise DatabaseError("This is the database of Coterie's own accounts; it is not read.")


def _engine(url: URL, folder: Path) -> Engine:
    """Make what connects, for reading only."""
    import sqlalchemy as sa

    if url.get_backend_name() == "sqlite":
        path = _sqlite_file(url, folder)
        return sa.create_engine("sqlite://", creator=lambda: _open_sqlite(path))
    options: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        limit = f"-c default_transaction_read_only=on -c statement_timeout={SECONDS_TO_READ}s"
        options = {"connect_timeout": SECONDS_TO_CONNECT, "options": limit}
    try:
        return sa.create_engine(url, connect_args=options, hide_parameters=True)
    except (ModuleNotFoundError, sa.exc.NoSuchModuleError):
        raise DatabaseError(
            f"This server has no driver for {url.get_backend_name()}. Ask whoever runs it to "
            "install one, or export the query to a file and upload that."
        ) from None


def _sqlite_file(url: URL, folder: Path) -> Path:
    """Return the file of that name in the folder of databases."""
    name = url.database or ""
    there = sorted(path.name for path in folder.glob("*") if path.is_file())
    if name not in there:
        offered = ", ".join(there) or "none yet"
        raise DatabaseError(
            "SQLite files are read from the server's folder of databases only, by name, as in "
            f"sqlite:///shop.db. There: {offered}. An admin puts them into "
            "databases in the data directory."
        )
    return folder / name


def _open_sqlite(path: Path) -> sqlite3.Connection:
    """Open a file so that nothing but itself can be read, and nothing written."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5)
    connection.set_authorizer(_only_itself)
    return connection


def _only_itself(action: int, *_: Any) -> int:
    """Deny attaching other files, which a SELECT could otherwise reach."""
    denied = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    return sqlite3.SQLITE_DENY if action in denied else sqlite3.SQLITE_OK


def _read(connection: Connection, query: str, limit_mb: float) -> pl.DataFrame:
    """Read a query's rows, part by part, until they are all there or too many."""
    import polars as pl

    asked = connection.execution_options(stream_results=True, no_parameters=True)
    result = asked.exec_driver_sql(query)
    if not result.returns_rows:
        raise DatabaseError("The query answers with no rows. Ask for columns of customers.")
    names = _distinct(list(result.keys()))
    parts: list[pl.DataFrame] = []
    size = 0.0
    for rows in _parts(result):
        part = _frame(rows, names)
        size += part.estimated_size() / MEGABYTE
        if size > limit_mb:
            raise DatabaseError(
                f"The answer is larger than {limit_mb:,.0f} MB. Ask for fewer columns or rows."
            )
        parts.append(part)
    return pl.concat(parts, how="vertical_relaxed") if parts else pl.DataFrame()


def _frame(rows: list[tuple[Any, ...]], names: list[str]) -> pl.DataFrame:
    """Put rows into columns; decimals become plain numbers, what is no cell becomes text."""
    import polars as pl

    frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None, strict=False)
    frame = frame.with_columns(pl.col(pl.Decimal).cast(pl.Float64))
    foreign = [name for name, dtype in frame.schema.items() if dtype == pl.Object]
    return frame.with_columns(
        pl.Series(name, [None if v is None else str(v) for v in frame[name]], dtype=pl.String)
        for name in foreign
    )


def _parts(result: Any) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows, so many at once."""
    for rows in result.partitions(ROWS_AT_ONCE):
        yield [tuple(row) for row in rows]


def _distinct(names: list[str]) -> list[str]:
    """Return names without repeats, as a join of two tables has them."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return made


def _sentence(fault: Exception, url: URL) -> str:
    """Say what a database answered, without the password."""
    import sqlalchemy as sa

    said = str(getattr(fault, "orig", None) or fault).strip().splitlines() or [""]
    first = said[0].strip().rstrip(".")
    if url.password:
        first = first.replace(str(url.password), "***")
    if isinstance(fault, sa.exc.OperationalError) and url.host:
        return (
            f"The database at {url.host} did not answer as hoped: {first}. "
            "Check host, user and password, and try again."
        )
    return f"The database could not answer the query: {first}. Mend the query and try again."
