"""Taking people over from a file."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from coterie.stores.accounts import AccountStoreError, PeopleFileError

GOOD = "three geese over Bergen"
OTHER = "a kettle full of harbours"
HERE = "192.0.2.1"
HASHED = PasswordHasher(1, 8, 1).hash(OTHER)


@pytest.fixture
def load(accounts, tmp_path):
    """Return a function that writes a file and imports it."""

    def write_and_load(text, **options):
        path = tmp_path / "people.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return accounts.import_csv(path, **options)

    return write_and_load


def fates(report):
    return [(row.line, row.username, row.added) for row in report.rows]


def test_plain_passwords_are_hashed_and_argon2_hashes_are_kept(accounts, load):
    report = load(f'username,password\nada,{GOOD}\nbob,"{HASHED}"\n', role="analyst")
    assert report.added == 2
    assert [row.words for row in report.rows] == ["added as analyst", "added as analyst, hash kept"]
    assert accounts.log_in("ada", GOOD, address=HERE)[0].role == "analyst"
    assert accounts.log_in("bob", OTHER, address=HERE)[0].role == "analyst"
    with accounts._database.read() as connection:
        assert GOOD not in str(connection.execute(sa.text("SELECT * FROM people")).all())


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeffUser Name;PassWord\r\nada;{GOOD}\r\n",
        f"\n\n  USERNAME \t password\nada\t{GOOD}\n\n",
        f'"id","Login","e-mail","Pass_Word"\n"7","ada","ada@example.org","{GOOD}"\n',
        f"password|user\n{GOOD}|ada",
        f"username,password\rada,{GOOD}\r",
    ],
)
def test_headers_are_read_however_they_are_written(accounts, load, text):
    assert load(text).added == 1
    assert accounts.log_in("ada", GOOD, address=HERE)[0].username == "ada"


def test_an_argon2_hash_with_its_commas_needs_no_quotes(accounts, load):
    report = load(f"username,password,email\nada,{HASHED},ada@example.org\nbob,{GOOD},\n")
    assert report.added == 2
    assert accounts.log_in("ada", OTHER, address=HERE)[0].email == "ada@example.org"


def test_a_file_in_utf_16_as_some_programs_save_it_is_read(accounts, load):
    assert load(f"username,password\nada,{GOOD}\n".encode("utf-16")).added == 1


def test_a_password_is_taken_as_it_stands_with_its_separators_and_spaces(accounts, load):
    typed = ' a,"b" ; many\ngeese '
    quoted = typed.replace('"', '""')
    assert load(f'username,password\nada,"{quoted}"\nbob,{GOOD}\n').added == 2
    accounts.log_in("ada", typed, address=HERE)


def test_the_fate_of_each_row_is_told_with_its_line_in_the_file(accounts, load, ada):
    report = load(
        "username,password,role,email\n"
        f"bob,{GOOD},,\n"
        "\n"
        f"ADA,{GOOD},,\n"
        f"Bob,{OTHER},,\n"
        "carl,short,,\n"
        f"no one,{GOOD},,\n"
        "dora,$2b$12$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz0123456,,\n"
        "eve,pbkdf2_sha256$600000$salt$aGFzaA==,,\n"
        "fay,5f4dcc3b5aa765d61d8327deb882cf99,,\n"
        f"gus,{GOOD},owner,\n"
        f"hal,{GOOD},Admin,hal@example.org\n"
        f"ida,{GOOD},,nowhere\n"
        "jan,,,\n"
        "kim,$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$aGFzaGhhc2hoYXNoaGFzaA,,\n"
    )
    assert fates(report) == [
        (2, "bob", True), (4, "ADA", False), (5, "Bob", False), (6, "carl", False),
        (7, "no one", False), (8, "dora", False), (9, "eve", False), (10, "fay", False),
        (11, "gus", False), (12, "hal", True), (13, "ida", False), (14, "jan", False),
        (15, "kim", False),
    ]  # fmt: skip
    words = [row.words for row in report.rows]
    assert "taken here" in words[1]
    assert "stands on line 2 already" in words[2]
    assert "at least 12" in words[3]
    assert "no spaces" in words[4]
    assert all("only argon2 can" in text for text in (*words[5:8], words[12]))
    assert "'owner' is none of admin, analyst, viewer" in words[8]
    assert words[9] == "added as admin"
    assert "does not look like one" in words[10]
    assert "is empty" in words[11]
    assert [person.username for person in accounts.people()] == ["ada", "bob", "hal"]
    assert not any(secret in str(report) for secret in (GOOD, OTHER, "$2b$", "5f4dcc"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        (f"ada,{GOOD}\n", "names no column username"),
        (f"username\nada\nbob {GOOD}\n", "names no column password"),
        (f"username,user,password\na,b,{GOOD}\n", "2 columns that could be the username"),
        (f"username,password\nada,{GOOD}\nbob,{GOOD},extra\ncarl\n", r"Line 3 .* has 3 cells"),
        (f'username,password\nada,{GOOD}\nbob,"unclosed\n', "cannot be read"),
        (b"username,password\nada,\xff\xfe\xfa\xfb\n", "not UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        ("username,password\n" + "x" * 5_000_001, "at most 5,000,000"),
        ("username,password\n" + "a,b\n" * 10_001, "at most 10,000"),
    ],
)
def test_a_file_whose_form_is_wrong_adds_nobody(accounts, load, text, words):
    with pytest.raises(PeopleFileError, match=words) as caught:
        load(text)
    assert str(caught.value).endswith("Nobody was added.")
    assert GOOD not in str(caught.value)
    assert accounts.people() == []


def test_a_file_that_is_not_there_is_told(accounts, tmp_path):
    with pytest.raises(PeopleFileError, match="cannot be read: No such file"):
        accounts.import_csv(tmp_path / "none.csv")
    with pytest.raises(PeopleFileError, match="cannot be read"):
        accounts.import_csv(tmp_path)


def test_a_database_that_fails_in_the_midst_adds_nobody(accounts, load, monkeypatch):
    insert = accounts._insert
    added = []

    def fail_at_the_third(connection, *values):
        added.append(values)
        if len(added) == 3:
            connection.execute(sa.text("SELECT nothing FROM nowhere"))
        return insert(connection, *values)

    monkeypatch.setattr(accounts, "_insert", fail_at_the_third)
    rows = "".join(f"guest{number},{GOOD}\n" for number in range(5))
    with pytest.raises(AccountStoreError):
        load(f"username,password\n{rows}")
    assert accounts.people() == []
    assert accounts.audit(10) == []


def test_each_added_person_stands_in_the_log(accounts, load, ada):
    load(f"username,password\nbob,{GOOD}\n", by=ada)
    line = accounts.audit(1)[0]
    assert (line.what, line.username, line.subject) == ("person added", "ada", "bob")
    assert line.detail == {"by": "import", "role": "viewer"}
