"""Accounts on SQLite and on PostgreSQL: every test that takes `url` runs on both."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from coterie.stores.accounts import Accounts, HashCost, Person, Policy

REQUIRED = {word for word in os.environ.get("COTERIE_REQUIRE", "").split(",") if word}
CHEAP = HashCost(passes=1, memory_kib=8)


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Yield the address of a PostgreSQL server of one's own; skip where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    other = shutil.which("postgres")
    if not found and other is None:
        if "postgres" in REQUIRED:
            pytest.fail("COTERIE_REQUIRE asks for postgres, and there is no PostgreSQL server")
        pytest.skip("PostgreSQL is not installed: tests of accounts run on SQLite only")
    binaries = found[-1].parent if found else Path(str(other)).parent
    folder = Path(tempfile.mkdtemp(prefix="coterie-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(binaries / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run("initdb", "-A", "trust", "-U", "test", "-E", "UTF8", "--no-sync")
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c fsync=off "
        f"-c unix_socket_directories={folder} -c max_connections=200"
    )
    try:
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql://test@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/accounts.db"
    server = request.getfixturevalue("postgres")
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        # A schema is as empty as a database, and made in a tenth of the time.
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server}/postgres?options=-csearch_path%3D{name}"


@pytest.fixture
def opened(url: str, clock: Clock) -> Iterator[Callable[..., Accounts]]:
    """Return a function that opens the accounts under a policy, with cheap hashes."""
    kept: list[Accounts] = []

    def open_accounts(**rules: object) -> Accounts:
        policy = Policy(**{"hash_cost": CHEAP, **rules})  # type: ignore[arg-type]
        kept.append(Accounts.open(url, policy=policy, clock=clock))
        return kept[-1]

    yield open_accounts
    for accounts in kept:
        accounts.close()


@pytest.fixture
def accounts(opened: Callable[..., Accounts]) -> Accounts:
    return opened()


@pytest.fixture
def ada(accounts: Accounts) -> Person:
    return accounts.add_person("ada", "three geese over Bergen", "admin")
