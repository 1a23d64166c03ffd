"""A query on a database becomes an upload; secrets and other files stay out of reach."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from coterie.faces.dashboard.pages.data_database import (
    DatabaseError,
    Question,
    fetch,
    without_password,
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a folder of databases with one shop in it."""
    folder = tmp_path / "databases"
    folder.mkdir()
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("create table customers (id integer, income real, joined text)")
        rows = [(i, 1000.5 * i, f"2024-01-{i:02d}") for i in range(1, 29)]
        connection.executemany("insert into customers values (?, ?, ?)", rows)
    connection.close()
    return folder


def ask(query: str, folder: Path, address: str = "sqlite:///shop.db", mb: float = 5) -> bytes:
    return fetch(Question(address, query), folder=folder, limit_mb=mb, hosts=("*",))


def test_a_query_on_a_database_of_the_server_becomes_a_parquet_file(shop):
    content = ask("select id, income from customers where id <= 3;", shop)
    frame = pl.read_parquet(io.BytesIO(content))
    assert frame.to_dict(as_series=False) == {"id": [1, 2, 3], "income": [1000.5, 2001.0, 3001.5]}


def test_two_columns_of_one_name_are_told_apart(shop):
    content = ask("select a.id, b.id from customers a join customers b using (id)", shop)
    assert pl.read_parquet(io.BytesIO(content)).columns == ["id", "id_2"]


@pytest.mark.parametrize(
    "query", ["delete from customers", "update customers set id = 1", "attach 'x' as y", ""]
)
def test_what_is_no_reading_is_refused(shop, query):
    with pytest.raises(DatabaseError, match="must begin with SELECT"):
        ask(query, shop)


def test_a_writing_query_in_disguise_does_not_write(shop):
    with pytest.raises(DatabaseError):
        ask("with x as (select 1) insert into customers select 1, 1, '' from x", shop)
    assert (
        sqlite3.connect(shop / "shop.db").execute("select count(*) from customers").fetchone()[0]
        == 28
    )


@pytest.mark.parametrize("path", ["../accounts.db", "/etc/passwd", "shop.db/../../accounts.db", ""])
def test_files_outside_the_folder_of_databases_are_not_read(shop, path):
    sqlite3.connect(shop.parent / "accounts.db").execute("create table people (x)")
    with pytest.raises(DatabaseError, match="folder of databases only"):
        ask("select * from people", shop, address=f"sqlite:///{path}")


def test_an_answer_that_is_too_large_stops_being_read(shop):
    with pytest.raises(DatabaseError, match="larger than"):
        ask("select a.*, b.* from customers a, customers b, customers c", shop, mb=0.1)


def test_no_rows_and_unknown_tables_are_told_as_sentences(shop):
    with pytest.raises(DatabaseError, match="without any rows"):
        ask("select * from customers where id > 99", shop)
    with pytest.raises(DatabaseError, match="no such table: clients"):
        ask("select * from clients", shop)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("shop", "not one of a database"),
        ("ftp://a:b@host/x", "does not know databases of the kind ftp"),
        ("postgresql://host/x", "needs a user, a password and a host"),
        ("postgresql://ana:s3cret@%2Fvar%2Frun/x", "not a path"),
        ("postgresql://ana:s3cret@host/x?service=own", "may not set service"),
        ("postgresql://ana:s3cret@host/x?options=-c", "may not set options"),
    ],
)
def test_an_address_that_is_not_taken_is_told_without_its_password(tmp_path, address, said):
    with pytest.raises(DatabaseError, match=said) as caught:
        ask("select 1", tmp_path, address=address)
    assert "s3cret" not in str(caught.value)


def test_the_database_of_the_accounts_is_not_read(tmp_path):
    question = Question("postgresql://ana:pw@db/coterie", "select * from people")
    with pytest.raises(DatabaseError, match="Coterie's own accounts"):
        fetch(question, folder=tmp_path, limit_mb=1, own_url="postgresql+psycopg://o:p@db/coterie")


@pytest.mark.parametrize("hosts", [(), ("db.example.org",), ("*.example.org",)])
def test_a_server_that_the_administrator_has_not_named_is_not_reached(tmp_path, hosts):
    for host in (
        "127.0.0.1",
        "169.254.169.254",
        "example.org.evil.test",
        "a.example.org,evil.test",
    ):
        question = Question(f"postgresql://ana:s3cret@{host}/shop", "select 1")
        with pytest.raises(DatabaseError, match=r"database_hosts|not a path") as caught:
            fetch(question, folder=tmp_path, limit_mb=1, hosts=hosts)
        assert "s3cret" not in str(caught.value)


def test_a_database_that_does_not_answer_is_told_without_the_password(tmp_path):
    address = "postgresql://ana:s3cret@127.0.0.1:9/shop"
    with pytest.raises(DatabaseError, match=r"at 127\.0\.0\.1 did not answer") as caught:
        ask("select 1", tmp_path, address=address)
    assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(Question(address, "select 1"))


def test_a_shown_address_has_no_password_even_one_with_signs():
    assert without_password("mysql://u:p@ss:w@rd@h/db") == "mysql://u@h/db"
    assert without_password("sqlite:///shop.db") == "sqlite:///shop.db"
