"""Many threads and two processes at work on one database."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

GOOD = "three geese over Bergen"
HERE = "192.0.2.1"
# What each of the two processes does: all kinds of writing, and reading in between.
WORK = """
import sys
from concurrent.futures import ThreadPoolExecutor
from coterie.stores.accounts import Accounts, HashCost, Policy, UsernameRefusedError

url, name = sys.argv[1:]
accounts = Accounts.open(url, policy=Policy(hash_cost=HashCost(1, 8)))

def live(number):
    person = accounts.add_person(f"{name}{number}", "three geese over Bergen", "analyst")
    try:
        accounts.add_person(f"both{number}", "three geese over Bergen", "viewer")
        won = 1
    except UsernameRefusedError:
        won = 0
    for _ in range(3):
        found, token = accounts.log_in(person.username, "three geese over Bergen",
                                       address=f"10.0.0.{number}")
        assert accounts.session(token).person == person == found
        accounts.record("looked", person=person)
        accounts.log_out(token)
        assert accounts.session(token) is None
    return won

with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(live, range(12))))
"""


def run_together(work: Callable[[int], None], count: int) -> list[BaseException]:
    """Run `work` in `count` threads that start together; return what went wrong."""
    start, faults = threading.Barrier(count), []

    def one(number: int) -> None:
        start.wait()
        try:
            work(number)
        except BaseException as fault:  # told by the test
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_thirty_threads_write_and_read_without_a_fault(accounts, ada):
    def live(number: int) -> None:
        person = accounts.add_person(f"guest{number}", GOOD, "viewer")
        for _ in range(3):
            _person, token = accounts.log_in(person.username, GOOD, address=f"10.0.0.{number}")
            assert accounts.session(token).person == person
            _record, secret = accounts.create_token(person, "cron", ["place"])
            assert accounts.token(secret)[0] == person
        assert accounts.end_sessions(person) == 3

    assert run_together(live, 30) == []
    assert len(accounts.people()) == 31


def test_of_many_who_want_one_name_one_gets_it(accounts):
    faults = run_together(lambda _number: accounts.add_person("ada", GOOD, "viewer"), 12)
    assert len(faults) == 11
    assert {str(fault) for fault in faults} == {"The name ada is taken. Choose another."}
    assert len(accounts.people()) == 1


def test_of_many_first_accounts_at_once_one_is_made(accounts):
    token = accounts.first_account_link_token()
    faults = run_together(lambda number: accounts.create_first(token, f"a{number}", GOOD), 8)
    assert len(faults) == 7
    assert len(accounts.people()) == 1


def test_sessions_are_read_while_another_writes(accounts, ada):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    with accounts._database.write() as connection:
        accounts._note(connection, "a long piece of work")
        assert accounts.session(token).person == ada


@pytest.mark.slow
def test_two_processes_of_eight_threads_share_one_database(url, accounts):
    command = [sys.executable, "-c", WORK, url]
    running = [
        subprocess.Popen(
            [*command, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    ends = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], ends
    assert [err for _out, err in ends] == ["", ""]
    # Each name that both wanted went to one of them.
    assert sum(int(out) for out, _err in ends) == 12
    assert len(accounts.people()) == 36
    whats = [line.what for line in accounts.audit(10_000)]
    assert whats.count("login") == whats.count("looked") == whats.count("logout") == 72
    assert whats.count("person added") == 36


@pytest.mark.slow
def test_what_was_confirmed_survives_a_killed_process(url, accounts):
    code = (
        "import sys, itertools\n"
        "from coterie.stores.accounts import Accounts, HashCost, Policy\n"
        "accounts = Accounts.open(sys.argv[1], policy=Policy(hash_cost=HashCost(1, 8)))\n"
        "for number in itertools.count():\n"
        f"    accounts.add_person(f'guest{{number}}', {GOOD!r}, 'viewer')\n"
        "    print(f'guest{number}', flush=True)\n"
    )
    for turn in range(3):
        command = [sys.executable, "-c", code.replace("guest{", f"guest{turn}x{{"), url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        confirmed = [process.stdout.readline().strip() for _line in range(10)]
        process.kill()
        confirmed += process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        process.wait(60)
        names = {person.username for person in accounts.people()}
        assert len(confirmed) >= 10
        assert set(confirmed) <= names
        again = accounts.add_person(f"after{turn}", GOOD, "viewer")
        assert accounts.log_in(again.username, GOOD, address=HERE)[0] == again
