"""Opening the database, and bringing it up to date."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from coterie.stores.accounts import Accounts, AccountStoreError, NewerAccountsError
from coterie.stores.accounts.database import Database, migrations
from coterie.stores.accounts.tables import metadata

REVISIONS = [one.revision for one in ScriptDirectory.from_config(migrations()).walk_revisions()]


def bare_engine(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


@pytest.mark.parametrize("revision", ["base", *REVISIONS])
def test_a_database_of_every_revision_is_brought_to_what_the_code_expects(url, revision):
    engine = bare_engine(url)
    with engine.begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, "base" if revision == "base" else revision)
    Accounts.open(url).close()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == REVISIONS[0]
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_comparison_of_schemas_can_find_a_difference(url):
    Accounts.open(url).close()
    engine = bare_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE links DROP COLUMN email"))
        assert compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()


def test_checks_and_foreign_keys_hold_in_the_migrated_database(accounts):
    # Alembic compares no CHECK constraints, so they are tried.
    insert = (
        "INSERT INTO people (username, username_key, role, disabled, created_at)"
        " VALUES ('eve', 'eve', 'owner', false, '2026-01-01 00:00:00')"
    )
    with pytest.raises(sa.exc.IntegrityError), accounts._database.write() as connection:
        connection.execute(sa.text(insert))
    orphan = "INSERT INTO identities (issuer, subject, person_id) VALUES ('i', 's', 99)"
    with pytest.raises(sa.exc.IntegrityError), accounts._database.write() as connection:
        connection.execute(sa.text(orphan))


def test_a_database_of_a_newer_coterie_is_refused_and_left_alone(url):
    Accounts.open(url).close()
    engine = bare_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerAccountsError, match="Update Coterie"):
        Accounts.open(url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == (
            "9999"
        )
    engine.dispose()


@pytest.mark.slow
def test_processes_that_open_a_new_database_at_once_all_succeed(url):
    code = "import sys; from coterie.stores.accounts import Accounts; Accounts.open(sys.argv[1])"
    running = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]


def test_a_migration_that_fails_leaves_nothing_behind(url, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise RuntimeError("half-way")

    from alembic import op

    made = []

    def make_one(name: str, *parts: object, **options: object) -> None:
        if made:
            fail()
        made.append(original(name, *parts, **options))

    original = op.create_table
    monkeypatch.setattr(op, "create_table", make_one)
    with pytest.raises(RuntimeError, match="half-way"):
        Accounts.open(url)
    engine = bare_engine(url)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_sqlite_waits_writes_ahead_and_keeps_links(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/accounts.db")
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "busy_timeout": 30_000, "foreign_keys": 1}


def test_only_the_owner_may_read_the_file(tmp_path):
    with Accounts.open(f"sqlite:///{tmp_path}/accounts.db") as accounts:
        accounts.record("looked")
        files = list(tmp_path.iterdir())
        assert len(files) == 3  # the database, its write-ahead log and the log's index
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AccountStoreError, match=r"nowhere/accounts.db: No such file"):
        Accounts.open(f"sqlite:///{tmp_path}/nowhere/accounts.db")


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path):
    path = tmp_path / "accounts.db"
    path.write_text("username,password\n" * 100)
    with pytest.raises(AccountStoreError, match="not a database"):
        Accounts.open(f"sqlite:///{path}")
    assert path.read_text().startswith("username")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_accounts_are_not_kept_in_memory(url):
    with pytest.raises(AccountStoreError, match="in a file, not in memory"):
        Accounts.open(url)


@pytest.mark.parametrize("url", ["mysql://host/name", "accounts.db", ""])
def test_an_address_of_no_known_kind_is_told_what_one_looks_like(url):
    with pytest.raises(AccountStoreError, match=r"sqlite:///folder/accounts\.db or postgresql://"):
        Accounts.open(url)


def test_a_server_that_is_not_there_is_told_of_without_its_password():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://ada:hunter2hunter2@127.0.0.1:{port}/accounts"
    with pytest.raises(AccountStoreError, match="cannot be opened") as caught:
        Accounts.open(url)
    assert "hunter2" not in str(caught.value)
    assert "Check the address" in str(caught.value)


def test_a_database_that_fails_later_is_told_of_in_a_sentence(accounts):
    with accounts._database.write() as connection:
        connection.execute(sa.text("DROP TABLE audit"))
    with pytest.raises(AccountStoreError, match="does not answer"):
        accounts.audit(10)


def test_the_postgres_url_of_a_hosting_service_is_understood():
    from coterie.stores.accounts.database import _read_url

    assert _read_url("postgres://a@h/n").drivername == "postgresql+psycopg"


def test_the_lists_and_revisions_are_inside_the_package():
    import coterie.stores.accounts as package

    folder = Path(package.__file__).parent
    assert (folder / "common_passwords.txt").is_file()
    assert list((folder / "migrations" / "versions").glob("v*.py"))


def test_a_file_that_is_taken_away_is_told_and_one_that_comes_back_is_used_again(tmp_path):
    path = tmp_path / "a.db"
    with Accounts.open(f"sqlite:///{path}") as accounts:
        accounts.add_person("ada", "engine of analysis 1843", "admin")
        path.rename(tmp_path / "kept.db")
        for ask in (accounts.people, accounts.first_account_link_token):
            with pytest.raises(AccountStoreError, match="removed or replaced") as caught:
                ask()
            assert str(tmp_path) not in str(caught.value)
        path.write_bytes(b"")
        with pytest.raises(AccountStoreError, match="removed or replaced"):
            accounts.people()
        (tmp_path / "kept.db").replace(path)
        assert [one.username for one in accounts.people()] == ["ada"]


def test_what_is_written_is_counted_and_what_is_read_is_not(tmp_path):
    with Accounts.open(f"sqlite:///{tmp_path}/a.db") as accounts:
        before = accounts.changes
        accounts.people()
        assert accounts.changes == before
        accounts.add_person("ada", "engine of analysis 1843", "admin")
        assert accounts.changes > before
