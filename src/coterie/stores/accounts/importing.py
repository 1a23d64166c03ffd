"""Taking people over from a file: `username,password`, the password plain or an argon2 hash."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from coterie.stores.accounts.errors import AccountError, PeopleFileError
from coterie.stores.accounts.hashing import is_argon2
from coterie.stores.accounts.passwords import check_password
from coterie.stores.accounts.people import People
from coterie.stores.accounts.tables import people
from coterie.stores.accounts.usernames import key_of, read_email, read_username
from coterie.stores.accounts.values import ROLES, ImportReport, ImportRow, Person, Role

_MOST_BYTES = 5_000_000
_MOST_ROWS = 10_000
_HEADERS = {
    "username": ("username", "user", "name", "login", "account", "userid"),
    "password": ("password", "passwd", "pass", "pw", "passwordhash", "hash"),
    "email": ("email", "mail", "emailaddress"),
    "role": ("role",),
}
# What other programs store; a plain password that looks so would lock its owner out for good.
_HASHES = re.compile(
    r"\$(?:2[abxy]?|1|5|6|y|7|argon2\w*|scrypt|pbkdf2[\w-]*|apr1|md5|sha\d+)\$.+"
    r"|(?:pbkdf2|scrypt|bcrypt|sha1|sha256|sha512|md5|argon2)[\w:]*\$.+"
    r"|\{[A-Z0-9-]{3,}\}.+"
    r"|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}",
    re.IGNORECASE,
)
_SPLIT_HASH = re.compile(r"\s*\$argon2\w*\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+\$[^,]*")


@dataclass(frozen=True)
class _Row:
    """One row that can be added: all but the hash is settled."""

    line: int
    username: str
    password: str
    email: str | None
    role: Role
    is_hashed: bool


class Importing(People):
    """Many people at once."""

    def import_csv(
        self, path: str | Path, *, role: Role = "viewer", by: Person | None = None
    ) -> ImportReport:
        """Add the people of a file, each with the password beside them.

        Plain passwords are hashed; argon2 hashes are kept, and made anew at the next login where
        they are weaker than Coterie's own. A row that cannot be is left out and told of. Those
        that can be are added together, or, if the database fails, none of them.

        Parameters
        ----------
        path : str or Path
            Separated text with a line of headers: username, password, and if wanted email, role.
        role : {"admin", "analyst", "viewer"}
            For rows that name none.
        by : Person or None

        Raises
        ------
        PeopleFileError
            If the file cannot be read, has no such columns, or rows of differing length.
        """
        if role not in ROLES:
            raise ValueError(f"role={role!r} is none of {ROLES}")
        fates: dict[int, ImportRow] = {}
        rows = self._settle(_read_rows(Path(path)), role, fates)
        hashed = {
            row.line: row.password if row.is_hashed else self.hasher.hash(row.password)
            for row in rows
        }
        with self._database.write(alone=True) as connection:
            taken = set(connection.execute(sa.select(people.c.username_key)).scalars())
            for row in rows:
                if key_of(row.username) in taken:
                    fates[row.line] = _refused(row.line, row.username, "The name is taken here.")
                    continue
                self._insert(connection, row.username, row.role, hashed[row.line], row.email)
                words = f"added as {row.role}" + (", hash kept" if row.is_hashed else "")
                fates[row.line] = ImportRow(row.line, row.username, True, words)
                self._note(
                    connection,
                    "person added",
                    person=by,
                    subject=row.username,
                    detail={"by": "import", "role": row.role},
                )
        return ImportReport(tuple(fates[line] for line in sorted(fates)))

    def _settle(
        self, rows: list[tuple[int, dict[str, str]]], role: Role, fates: dict[int, ImportRow]
    ) -> list[_Row]:
        """Return the rows that can be added; write the fate of each other one."""
        settled: list[_Row] = []
        first_lines: dict[str, int] = {}
        for line, cells in rows:
            try:
                row = _settle_row(line, cells, role)
            except AccountError as refusal:
                fates[line] = _refused(line, cells["username"], str(refusal))
                continue
            before = first_lines.setdefault(key_of(row.username), line)
            if before != line:
                words = f"The name stands on line {before} already; that line counts."
                fates[line] = _refused(line, row.username, words)
                continue
            settled.append(row)
        return settled


def _settle_row(line: int, cells: dict[str, str], role: Role) -> _Row:
    """Return a row that can be added.

    Raises
    ------
    AccountError
        With what is wrong with it.
    """
    name = read_username(cells["username"])
    email = read_email(cells.get("email"))
    wanted = cells.get("role", "").strip().casefold() or role
    chosen = next((one for one in ROLES if one == wanted), None)
    if chosen is None:
        raise AccountError(f"The role {wanted[:40]!r} is none of {', '.join(ROLES)}.")
    password = cells["password"]
    if is_argon2(password.strip()):
        return _Row(line, name, password.strip(), email, chosen, True)
    if _HASHES.fullmatch(password.strip()):
        raise AccountError(
            "The password is a hash of a kind that cannot be taken over (only argon2 can). "
            "Add the person with 'coterie users invite' instead."
        )
    if not password:
        raise AccountError("The password is empty.")
    check_password(password, name, email)
    return _Row(line, name, password, email, chosen, False)


def _refused(line: int, username: str, words: str) -> ImportRow:
    return ImportRow(line, username.strip()[:64], False, words)


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return line numbers and cells of a file.

    Raises
    ------
    PeopleFileError
        With all that is wrong with its form.
    """
    text = _read_text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    read: list[tuple[int, list[str]]] = []
    try:
        start = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                read.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise PeopleFileError(
            [f"Line {reader.line_num} of {path.name} cannot be read: {error}."]
        ) from error
    if not read:
        raise PeopleFileError([f"{path.name} is empty."])
    columns = _find_columns(read[0][1], path.name)
    read = [read[0], *((line, _whole(cells, columns["password"])) for line, cells in read[1:])]
    _check_lengths(read, path.name)
    return [
        (line, {name: cells[place] for name, place in columns.items()}) for line, cells in read[1:]
    ]


def _whole(cells: list[str], place: int) -> list[str]:
    """Return a row with its argon2 hash in one cell: it holds commas, and few programs quote it."""
    parts = cells[place : place + 3]
    if len(parts) == 3 and _SPLIT_HASH.fullmatch(",".join(parts)):
        return [*cells[:place], ",".join(parts), *cells[place + 3 :]]
    return cells


def _read_text(path: Path) -> str:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise PeopleFileError([f"{path} cannot be read: {error.strerror}."]) from error
    if size > _MOST_BYTES:
        raise PeopleFileError([f"{path.name} has {size:,} bytes; at most {_MOST_BYTES:,} can be."])
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise PeopleFileError(
            [f"{path.name} is not UTF-8 text (byte {error.start}). Save it as UTF-8."]
        ) from error
    if "\0" in text:
        raise PeopleFileError([f"{path.name} is not a text file."])
    return text


def _find_columns(headers: list[str], name: str) -> dict[str, int]:
    """Return the place of each column that is known by its header, however it is written."""
    plain = [re.sub(r"[\W_]+", "", header).casefold() for header in headers]
    columns: dict[str, int] = {}
    faults = []
    for column, spellings in _HEADERS.items():
        places = [place for place, header in enumerate(plain) if header in spellings]
        if len(places) > 1:
            faults.append(f"{name} has {len(places)} columns that could be the {column}.")
        elif places:
            columns[column] = places[0]
        elif column in ("username", "password"):
            # Without headers the first line is somebody's password: it is not shown.
            faults.append(f"The first line of {name} names no column {column}.")
    if faults:
        raise PeopleFileError([*faults, "The first line must read: username,password."])
    return columns


def _check_lengths(read: list[tuple[int, list[str]]], name: str) -> None:
    """Refuse a file where cells have shifted: passwords would land at the wrong person."""
    width = len(read[0][1])
    odd = [(line, len(cells)) for line, cells in read[1:] if len(cells) != width]
    if odd:
        line, count = odd[0]
        more = f" (and {len(odd) - 1} more lines)" if len(odd) > 1 else ""
        raise PeopleFileError(
            [
                f"Line {line} of {name} has {count} cells where the first line has {width}{more}.",
                'Put passwords that hold the separator into "quotes".',
            ]
        )
    if len(read) - 1 > _MOST_ROWS:
        raise PeopleFileError(
            [f"{name} has {len(read) - 1:,} rows; at most {_MOST_ROWS:,} can be imported at once."]
        )
