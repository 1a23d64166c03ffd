"""Failed logins slow the next ones down, and tell nothing."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from coterie.stores.accounts import Delays, LoginRefused, PasswordRefusedError
from coterie.stores.accounts.errors import REFUSED
from coterie.stores.accounts.throttling import address_key

GOOD = "three geese over Bergen"
WRONG = "four geese over Bergen"
HERE = "192.0.2.1"


def refusal(accounts, username, password=WRONG, address=HERE):
    with pytest.raises(LoginRefused) as caught:
        accounts.log_in(username, password, address=address)
    return caught.value


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("nobody", WRONG),
        ("ada", WRONG),
        ("off", GOOD),
        ("sso", GOOD),
        ("", ""),
        ("x" * 100_000, WRONG),
        ("ada", "x" * 100_000),
        ("ada\x00", GOOD),
        ("\ud800", "\ud800"),
        ("ada' OR 1=1 --", WRONG),
    ],
)
def test_every_refusal_reads_the_same_and_costs_one_hash(accounts, ada, username, password):
    accounts.add_person("off", GOOD, "viewer")
    accounts.disable("off")
    accounts.person_for_identity(
        "https://id.test", "1", username="sso", email=None, role="viewer", create=True
    )
    before = accounts.hasher.computed
    fault = refusal(accounts, username, password)
    assert (str(fault), fault.retry_after) == (REFUSED, None)
    assert accounts.hasher.computed - before == 1


@pytest.mark.parametrize("username", ["ada", "nobody"])
def test_a_password_that_can_be_spelt_in_two_ways_costs_two_hashes_for_everybody(
    accounts, ada, username
):
    before = accounts.hasher.computed
    refusal(accounts, username, "ﬁve geese over Bergen")
    assert accounts.hasher.computed - before == 2


@pytest.mark.parametrize("username", ["ada", "nobody"])
def test_delays_grow_for_known_and_unknown_names_alike(accounts, ada, clock, username):
    waits = []
    for attempt in range(16):
        # Each time from elsewhere, so that only the name counts.
        address = f"198.51.100.{attempt}"
        assert refusal(accounts, username, address=address).retry_after is None
        with accounts._database.read() as connection:
            query = "SELECT free_at FROM throttles WHERE key LIKE 'account:%'"
            read = sa.text(query).columns(free_at=sa.DateTime(timezone=True))
            free_at = connection.execute(read).scalar_one()
            wait = (free_at.replace(tzinfo=None) - clock.now.replace(tzinfo=None)).total_seconds()
        waits.append(wait)
        clock.forward(seconds=wait + 0.01)
    assert waits == [0] * 5 + [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


def test_while_waiting_the_right_password_is_not_looked_at_and_the_delay_does_not_grow(
    accounts, ada, clock
):
    for _ in range(6):
        refusal(accounts, "ada")
    before = accounts.hasher.computed
    for _ in range(20):
        fault = refusal(accounts, "ada", GOOD)
        assert fault.retry_after == pytest.approx(5)
        assert str(fault) == "Too many attempts. Wait 5 seconds, then try again."
    assert accounts.hasher.computed == before
    clock.forward(seconds=5.01)
    assert accounts.log_in("ada", GOOD, address=HERE)[0] == ada


def test_a_login_makes_the_name_as_new_but_not_the_address(opened, ada, clock):
    accounts = opened(address_delays=Delays(free=8))
    for _ in range(2):
        for _ in range(4):
            refusal(accounts, "ada")
        accounts.log_in("ada", GOOD, address=HERE)
    # Else whoever has an account could wash their address clean between guesses at others.
    assert refusal(accounts, "bob").retry_after is None
    assert refusal(accounts, "carl").retry_after == pytest.approx(5)
    assert accounts.log_in("ada", GOOD, address="198.51.100.7")[0] == ada


def test_guesses_from_elsewhere_do_not_keep_the_owner_out(opened, ada, clock):
    accounts = opened(address_delays=Delays(free=1_000))
    accounts.log_in("ada", GOOD, address=HERE)
    for _ in range(6):
        refusal(accounts, "ada", address="203.0.113.9")
    # Nobody else gets to try, wherever they are; she does, from where she was before.
    assert refusal(accounts, "ada", GOOD, address="198.51.100.7").retry_after is not None
    assert accounts.log_in("ada", GOOD, address=HERE)[0] == ada
    assert refusal(accounts, "ada", GOOD, address="203.0.113.9").retry_after is not None
    # Guesses from there are counted as strictly, only apart.
    for _ in range(6):
        assert refusal(accounts, "ada").retry_after is None
    assert refusal(accounts, "ada", GOOD).retry_after == pytest.approx(5)
    # After a month without a login the place is like any other.
    clock.forward(days=31)
    for _ in range(6):
        refusal(accounts, "ada", address="203.0.113.9")
    assert refusal(accounts, "ada", GOOD).retry_after == pytest.approx(5)


def test_guesses_at_many_names_from_one_address_are_slowed(accounts, ada):
    for guess in range(21):
        assert refusal(accounts, f"name{guess}").retry_after is None
    assert refusal(accounts, "ada", GOOD).retry_after == pytest.approx(5)
    assert accounts.log_in("ada", GOOD, address="198.51.100.7")[0] == ada


def test_a_restart_forgets_no_failure(opened, ada):
    for _ in range(6):
        refusal(opened(), "ada")
    assert refusal(opened(), "ada", GOOD).retry_after == pytest.approx(5)


def test_failures_are_forgotten_after_a_day(accounts, ada, clock):
    for _ in range(5):
        refusal(accounts, "ada")
    clock.forward(hours=24, seconds=1)
    for _ in range(5):
        refusal(accounts, "ada")
    assert accounts.log_in("ada", GOOD, address=HERE)[0] == ada


def test_a_hundred_guesses_at_once_are_not_one(accounts, ada):
    # Each attempt is counted before its password is looked at.
    before = accounts.hasher.computed
    start = threading.Barrier(20)
    waits = []

    def guess() -> None:
        start.wait()
        try:
            accounts.log_in("ada", WRONG, address=HERE)
        except LoginRefused as refused:
            waits.append(refused.retry_after)

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 20
    assert accounts.hasher.computed - before == 6
    assert waits.count(None) == 6


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0.2, "1 second,"), (5, "5 seconds"), (89.5, "90 seconds"), (100, "2 minutes"),
     (900, "15 minutes")],
)  # fmt: skip
def test_a_delay_is_told_as_a_person_would(wait, words):
    assert words in str(LoginRefused(wait))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("testclient", "testclient", True),
    ],
)
def test_addresses_of_one_household_are_one(one, other, same):
    assert (address_key(one) == address_key(other)) is same
    assert len(address_key("x" * 10_000)) <= 80


def test_what_was_typed_for_a_name_is_written_down_only_if_it_is_one(accounts, ada):
    refusal(accounts, "hunter2 hunter2")
    refusal(accounts, "ADA")
    newest = accounts.audit(2)
    assert [line.what for line in newest] == ["login refused"] * 2
    assert [line.subject for line in newest] == ["ada", "(unknown name)"]
    with accounts._database.read() as connection:
        dump = str(connection.execute(sa.text("SELECT * FROM throttles")).all())
    assert "hunter2" not in dump


def test_a_refused_password_is_told_at_sign_up_and_never_at_login(accounts, ada):
    assert str(refusal(accounts, "ada", "x")) == REFUSED
    with pytest.raises(PasswordRefusedError):
        accounts.add_person("bob", "x", "viewer")
