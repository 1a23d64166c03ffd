"""`coterie users`: the people of a server, from its own machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from coterie.errors import ConfigError, InputError, MissingExtraError

if TYPE_CHECKING:
    from coterie.faces.serving_settings import Settings
    from coterie.stores.accounts import Accounts, ImportReport, Role

REFUSED_ROWS = 1
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104  compared with, never listened on

app = typer.Typer(
    name="users",
    help="Add, list and manage the people who may log in to a server.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The person's username.")]
RoleOption = Annotated[
    str,
    typer.Option(
        "--role",
        help="viewer: look and place customers; analyst: also upload, train, export and share; "
        "admin: also people and models.",
    ),
]
EmailOption = Annotated[str | None, typer.Option("--email", help="Their e-mail address.")]
DataOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The server's folder of studies [default: coterie-data]."),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        help="The server's database of accounts [default: a SQLite file in the data folder]. "
        "COTERIE_DATABASE_URL keeps a password out of the list of processes.",
    ),
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="The server's settings as TOML.")
]
StdinOption = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password as one line of standard input."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object to standard output.")
]


@app.command("add")
def add(
    name: NameArgument,
    role: RoleOption = "viewer",
    email: EmailOption = None,
    password_stdin: StdinOption = False,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Add a person; their password is asked for, never given as an option."""
    chosen = _read_role(role)
    with _accounts(data_dir, database_url, config, make=True) as (accounts, _settings):
        person = accounts.add_person(name, _ask_password(password_stdin), chosen, email=email)
        typer.echo(f"Added {person.username} as {person.role}.")


@app.command("list")
def list_people(
    as_json: JsonOption = False,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """List everybody, with what they may and whether they can log in."""
    with _accounts(data_dir, database_url, config) as (accounts, _settings):
        people = accounts.people()
    if as_json:
        rows = [
            {
                "id": person.id,
                "username": person.username,
                "role": person.role,
                "email": person.email,
                "disabled": person.disabled,
                "created_at": person.created_at.isoformat(timespec="seconds"),
            }
            for person in people
        ]
        typer.echo(json.dumps({"people": rows}, ensure_ascii=False))
        return
    if not people:
        typer.echo("Nobody has an account yet. Add somebody with: coterie users add NAME")
    width = max((len(person.username) for person in people), default=0)
    for person in people:
        state = "  disabled" if person.disabled else ""
        added = person.created_at.date()
        line = f"{person.username:<{width}}  {person.role:<7}  since {added}{state}"
        typer.echo(f"{line}  {person.email}" if person.email else line)


@app.command("role")
def set_role(
    name: NameArgument,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="viewer, analyst or admin.")],
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Change what a person may do, from their next click on."""
    chosen = _read_role(role)
    with _accounts(data_dir, database_url, config) as (accounts, _settings):
        person = accounts.set_role(name, chosen)
        typer.echo(f"{person.username} is {person.role} now.")


@app.command("disable")
def disable(
    name: NameArgument,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a person in no more and end their sessions; their studies stay."""
    with _accounts(data_dir, database_url, config) as (accounts, _settings):
        person = accounts.disable(name)
        typer.echo(f"{person.username} cannot log in any more; their studies stay.")


@app.command("enable")
def enable(
    name: NameArgument,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Let a disabled person in again, with their old password."""
    with _accounts(data_dir, database_url, config) as (accounts, _settings):
        typer.echo(f"{accounts.enable(name).username} can log in again.")


@app.command("reset")
def reset(
    name: NameArgument,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a person's password worthless and print a one-time link for a new one."""
    with _accounts(data_dir, database_url, config) as (accounts, settings):
        token = accounts.reset_password(name)
        hours = accounts.policy.reset_hours
    typer.echo(
        f"The password, sessions and API tokens of {name} are worthless now. They set a new "
        f"password with this link; it works once, and for {hours:g} hours:"
    )
    typer.echo(f"  {_address(settings)}/reset/{token}")


@app.command("invite")
def invite(
    role: RoleOption = "viewer",
    email: EmailOption = None,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Print a one-time link with which somebody makes their own account."""
    chosen = _read_role(role)
    with _accounts(data_dir, database_url, config, make=True) as (accounts, settings):
        token = accounts.invite(chosen, by=None, email=email)
        hours = accounts.policy.invitation_hours
    typer.echo(
        f"With this link somebody becomes {chosen}; it works once, and for {hours / 24:g} days:"
    )
    typer.echo(f"  {_address(settings)}/invite/{token}")


@app.command("import")
def import_people(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Separated text: username,password[,role,email].")
    ],
    role: RoleOption = "viewer",
    as_json: JsonOption = False,
    data_dir: DataOption = None,
    database_url: DatabaseOption = None,
    config: ConfigOption = None,
) -> None:
    """Add the people of FILE; passwords are plain, and hashed on the way in, or argon2 hashes.

    Rows that cannot be are told with their line, and the command ends with code 1.
    """
    chosen = _read_role(role)
    with _accounts(data_dir, database_url, config, make=True) as (accounts, _settings):
        report = accounts.import_csv(file, role=chosen)
    if as_json:
        typer.echo(json.dumps(_plain(report), ensure_ascii=False))
    else:
        for row in report.refused:
            typer.echo(f"Line {row.line}, {row.username or 'no name'}: {row.words}", err=True)
        told = f"Added {report.added} of {len(report.rows)}"
        typer.echo(f"{told} {'person' if len(report.rows) == 1 else 'people'}.")
    if report.refused:
        raise typer.Exit(REFUSED_ROWS)


@contextmanager
def _accounts(
    data_dir: Path | None, database_url: str | None, config: Path | None, *, make: bool = False
) -> Iterator[tuple[Accounts, Settings]]:
    """Open the accounts of the server that these settings describe.

    Parameters
    ----------
    make : bool
        Whether accounts may be made where there are none; else a slip in --data-dir would
        answer that nobody is there.
    """
    from coterie.faces.serving_settings import Settings

    named = config or os.environ.get("COTERIE_CONFIG") or None
    settings = Settings.load(
        None if named is None else Path(named),
        os.environ,
        {"data_dir": data_dir, "database_url": database_url},
    )
    if not settings.database_url:
        _find_folder(settings.data_dir, make=make)
    try:
        from coterie.stores.accounts import Accounts, Policy
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("coterie"):
            raise
        raise MissingExtraError(fault.name or "sqlalchemy", "serve", "Managing people") from fault
    policy = Policy(sign_up=settings.sign_up)
    with Accounts.open(settings.accounts_url, policy=policy) as accounts:
        yield accounts, settings


def _find_folder(folder: Path, *, make: bool) -> None:
    """Check that there are accounts in a data folder, or make the folder."""
    if make:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as fault:
            raise InputError(
                f"The data folder {folder} cannot be made: {fault.strerror}. "
                "Choose another with --data-dir."
            ) from None
    elif not (folder / "accounts.db").is_file():
        raise InputError(
            f"There are no accounts in {folder}. Name the server's folder with --data-dir, or "
            "add the first person with: coterie users add NAME --role admin"
        )


def _ask_password(from_stdin: bool) -> str:
    """Return a password from standard input, or ask for it twice without showing it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InputError(
            "There is no terminal to ask for a password. Give it on standard input, with "
            "--password-stdin."
        )
    asked = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return str(asked)


def _read_role(role: str) -> Role:
    from coterie.faces.serving_settings import ROLES

    word = role.strip().casefold()
    if word not in ROLES:
        raise ConfigError([f"The role is {role[:40]!r}; it can be viewer, analyst or admin."])
    return cast("Role", word)


def _address(settings: Settings) -> str:
    """Return the address under which the server is reached, as far as the settings tell."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = "127.0.0.1" if settings.host in ANYWHERE else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if settings.tls_cert else 'http'}://{host}:{settings.port or 8501}"


def _plain(report: ImportReport) -> dict[str, Any]:
    """Return a report as plain values."""
    return {
        "added": report.added,
        "rows": [
            {"line": row.line, "username": row.username, "added": row.added, "words": row.words}
            for row in report.rows
        ],
    }
