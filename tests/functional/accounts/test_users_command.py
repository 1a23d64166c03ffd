"""`coterie users`, as an admin runs it beside a server."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coterie.errors import CoterieError
from coterie.faces.people import app
from coterie.stores.accounts import Accounts, LoginRefused

GOOD = "three geese over Bergen"
OTHER = "a kettle full of harbours"
HERE = "192.0.2.1"
# As `coterie users`, whether or not the command line has the sub-application yet.
COMMAND = [
    sys.executable,
    "-c",
    "from coterie.faces import cli; from coterie.faces.people import app;"
    "any(one.typer_instance is app for one in cli.app.registered_groups)"
    " or cli.app.add_typer(app);"
    "cli.main()",
    "users",
]
SETTINGS = [name for name in os.environ if name.startswith("COTERIE_")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(folder: Path | None, *words: object, stdin: str = "", code: int = 0, **env: str) -> str:
    """Run a command in this process; return what it printed, both outputs together."""
    where = [] if folder is None else ["--data-dir", str(folder)]
    done = CliRunner().invoke(
        app,
        [*map(str, words), *where],
        input=stdin,
        env={**dict.fromkeys(SETTINGS), **env},
    )
    if isinstance(done.exception, CoterieError):
        assert code == 2, done.exception
        return str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code, done.output
    return done.output


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SETTINGS}


def opened(folder: Path) -> Accounts:
    return Accounts.open(f"sqlite:///{folder}/accounts.db")


def test_a_person_is_added_listed_changed_disabled_and_enabled(folder):
    added = run(
        folder, "add", "Ada", "--role", "admin", "--email", "ada@example.org",
        "--password-stdin", stdin=f"{GOOD}\n",
    )  # fmt: skip
    assert added == "Added Ada as admin.\n"
    run(folder, "add", "bob", "--password-stdin", stdin=OTHER)
    with opened(folder) as accounts:
        assert accounts.log_in("ada", GOOD, address=HERE)[0].role == "admin"
        assert accounts.log_in("bob", OTHER, address=HERE)[0].role == "viewer"
    assert "bob is analyst now" in run(folder, "role", "BOB", "analyst")
    assert "cannot log in any more" in run(folder, "disable", "bob")
    listed = run(folder, "list").splitlines()
    assert listed[0].startswith("Ada  admin    since 20")
    assert listed[0].endswith("ada@example.org")
    assert listed[1].endswith("disabled")
    with opened(folder) as accounts, pytest.raises(LoginRefused):
        accounts.log_in("bob", OTHER, address=HERE)
    run(folder, "enable", "bob")
    people = json.loads(run(folder, "list", "--json"))["people"]
    assert [(one["username"], one["role"], one["disabled"]) for one in people] == [
        ("Ada", "admin", False),
        ("bob", "analyst", False),
    ]


def test_a_reset_prints_a_link_that_sets_a_new_password(folder):
    run(folder, "add", "bob", "--password-stdin", stdin=GOOD)
    printed = run(folder, "reset", "bob", COTERIE_PUBLIC_URL="https://segments.example.org/")
    link = printed.split()[-1]
    assert link.startswith("https://segments.example.org/reset/")
    with opened(folder) as accounts:
        accounts.finish_reset(link.rsplit("/", 1)[1], OTHER)
        assert accounts.log_in("bob", OTHER, address=HERE)[0].username == "bob"


def test_an_invitation_prints_a_link_that_makes_an_account(folder):
    printed = run(folder, "invite", "--role", "analyst", COTERIE_PORT="9000")
    link = printed.split()[-1]
    assert link.startswith("http://127.0.0.1:9000/invite/")
    with opened(folder) as accounts:
        carl = accounts.accept_invitation(link.rsplit("/", 1)[1], "carl", GOOD)
    assert carl.role == "analyst"


def test_an_import_tells_of_each_row_that_was_not_added(folder, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(f"username,password\nada,{GOOD}\nbob,short\ncarl,{OTHER}\n")
    printed = run(folder, "import", file, "--role", "analyst", code=1)
    assert "Added 2 of 3 people." in printed
    assert "Line 3, bob: The password has 5 characters" in printed
    assert GOOD not in printed
    again = json.loads(run(folder, "import", file, "--json", code=1))
    assert again["added"] == 0
    assert [row["line"] for row in again["rows"]] == [2, 3, 4]


def test_a_file_of_the_wrong_form_is_refused_whole(folder, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(f"ada,{GOOD}\nbob,{OTHER}\n")
    printed = run(folder, "import", file, code=2)
    assert "names no column username" in printed
    assert GOOD not in printed
    assert run(folder, "list") == (
        "Nobody has an account yet. Add somebody with: coterie users add NAME\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list",), "There are no accounts in"),
        (("disable", "bob"), "add the first person with"),
        (("add", "bob", "--password-stdin"), "has 0 characters"),
        (("add", "bob"), "--password-stdin"),
        (("add", "no one", "--password-stdin"), "no spaces"),
        (("add", "bob", "--role", "owner", "--password-stdin"), "viewer, analyst or admin"),
        (("list", "--database-url", "mysql://h/n"), "of the kind mysql"),
        (("import", "nowhere.csv"), "cannot be read"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(folder, words, told):
    assert told in run(folder, *words, code=2)


def test_a_name_that_nobody_has_and_the_last_admin_are_told(folder):
    run(folder, "add", "ada", "--role", "admin", "--password-stdin", stdin=GOOD)
    assert "Nobody here is called 'bob'" in run(folder, "reset", "bob", code=2)
    assert "ada is the only admin" in run(folder, "disable", "ada", code=2)


@pytest.mark.slow
def test_as_a_process_of_its_own_it_ends_with_the_codes_of_coterie(folder):
    def ends(*words: str, stdin: str = "") -> tuple[int, str, str]:
        done = subprocess.run(
            [*COMMAND, *words, "--data-dir", str(folder)],
            input=stdin, capture_output=True, text=True, check=False, env=clean_environment(),
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    code, out, err = ends("list")
    assert (code, out) == (2, "")
    assert err.startswith("coterie: There are no accounts in ")
    assert ends("add", "ada", "--password-stdin", stdin=GOOD) == (0, "Added ada as viewer.\n", "")


def test_a_password_cannot_be_given_as_an_option(folder):
    assert "No such option" in run(folder, "add", "bob", "--password", GOOD, code=2)


def test_settings_come_from_the_environment_too(folder):
    run(None, "add", "ada", "--password-stdin", stdin=GOOD, COTERIE_DATA_DIR=str(folder))
    folder.joinpath("more").mkdir()
    url = f"sqlite:///{folder}/more/people.db"
    run(None, "add", "eve", "--password-stdin", stdin=GOOD, COTERIE_DATABASE_URL=url)
    assert "ada" in run(folder, "list")
    assert "eve" in run(None, "list", COTERIE_DATABASE_URL=url)


@pytest.mark.slow
def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(folder):
    screen, terminal = pty.openpty()
    words = ["add", "ada", "--data-dir", str(folder)]
    process = subprocess.Popen(
        [*COMMAND, *words], stdin=terminal, stdout=terminal, stderr=terminal,
        env=clean_environment(), start_new_session=True, preexec_fn=take_terminal,
    )  # fmt: skip
    os.close(terminal)
    shown = answer(screen, "Password", GOOD) + answer(screen, "again", GOOD)
    assert process.wait(60) == 0
    shown += drain(screen)
    os.close(screen)
    assert "Added ada as viewer" in shown
    assert GOOD not in shown


def take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def answer(screen: int, question: str, text: str) -> str:
    """Wait for a question, then type; return what was shown until then."""
    shown, until = "", time.monotonic() + 60
    while not shown.endswith(": ") or question not in shown:
        assert time.monotonic() < until, shown
        shown += os.read(screen, 1_000).decode()
    # The echo is switched off just after the question is shown.
    time.sleep(0.2)
    os.write(screen, f"{text}\n".encode())
    return shown


def drain(screen: int) -> str:
    shown = ""
    while True:
        try:
            part = os.read(screen, 1_000).decode()
        except OSError:  # the other end is closed
            return shown
        if not part:
            return shown
        shown += part


@pytest.mark.parametrize("command", ["add", "list", "role", "disable", "enable", "reset", "invite",
                                     "import"])  # fmt: skip
def test_every_command_has_help_and_stands_in_the_guide(command):
    assert "--data-dir" in run(None, command, "--help")
    guide = Path(__file__).parents[3] / "docs" / "accounts.md"
    assert f"coterie users {command}" in guide.read_text()


def test_without_the_extra_the_install_is_named(folder):
    code = (
        "import sys; sys.modules['sqlalchemy'] = None;"
        "from coterie.faces.people import app; app(['list', '--data-dir', sys.argv[1]])"
    )
    folder.mkdir()
    (folder / "accounts.db").touch()
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True, text=True, check=False, env=clean_environment(),
    )  # fmt: skip
    assert "pip install 'coterie[serve]'" in done.stderr


def test_importing_the_commands_loads_no_database_library():
    code = (
        "import sys, coterie.faces.people;"
        "print(sorted({'sqlalchemy', 'alembic', 'argon2', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
