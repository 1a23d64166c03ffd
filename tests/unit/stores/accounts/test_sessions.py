"""Logging in and out; how long a session lasts and what is stored of it."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from coterie.errors import ConfigError
from coterie.stores.accounts import AccountStoreError, HashCost, LoginRefused, Policy

GOOD = "three geese over Bergen"
HERE = "192.0.2.1"


def test_each_login_opens_a_session_of_its_own(accounts, ada):
    (_, one), (_, two) = (accounts.log_in("ada", GOOD, address=HERE) for _ in range(2))
    assert one != two
    first, second = accounts.session(one), accounts.session(two)
    assert first.person == second.person == ada
    assert first.csrf != second.csrf
    assert accounts.session(one).csrf == first.csrf
    assert one not in first.csrf
    assert first.csrf not in one
    assert first.address == HERE


def test_a_logout_ends_one_session_and_leaves_the_other(accounts, ada):
    (_, one), (_, two) = (accounts.log_in("ada", GOOD, address=HERE) for _ in range(2))
    accounts.log_out(one)
    accounts.log_out("never was")
    assert accounts.session(one) is None
    assert accounts.session(two) is not None


def test_all_sessions_of_one_person_are_ended_and_counted(accounts, ada):
    bob = accounts.add_person("bob", GOOD, "viewer")
    tokens = [accounts.log_in("ada", GOOD, address=HERE)[1] for _ in range(2)]
    _bob, other = accounts.log_in("bob", GOOD, address=HERE)
    assert accounts.end_sessions(ada) == 2
    assert [accounts.session(token) for token in tokens] == [None, None]
    assert accounts.session(other).person == bob


def test_a_session_that_is_not_used_ends(accounts, ada, clock):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    clock.forward(hours=11)
    assert accounts.session(token) is not None
    clock.forward(hours=11)
    assert accounts.session(token) is not None
    clock.forward(hours=12)
    assert accounts.session(token) is None


def test_looking_without_touching_does_not_keep_a_session_open(accounts, ada, clock):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    clock.forward(hours=11)
    assert accounts.session(token, touch=False) is not None
    clock.forward(hours=2)
    assert accounts.session(token) is None


def test_a_session_ends_seven_days_after_the_login_however_it_is_used(accounts, ada, clock):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    opened_at = clock.now
    for _ in range(16):
        clock.forward(hours=10)
        assert accounts.session(token) is not None
    assert (accounts.session(token).expires_at - opened_at).days == 7
    clock.forward(hours=8, seconds=1)
    assert accounts.session(token) is None


def test_a_session_tells_when_it_ends(accounts, ada, clock):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    clock.forward(hours=1)
    assert (accounts.session(token).expires_at - clock.now).total_seconds() == 12 * 3600


def test_a_session_is_written_to_at_most_once_a_minute(accounts, ada, clock):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    written = []
    sa.event.listen(
        accounts._database.engine,
        "before_cursor_execute",
        lambda *call: written.append(call[2]) if call[2].startswith("UPDATE") else None,
    )
    for _ in range(120):
        clock.forward(seconds=1)
        accounts.session(token)
    assert len(written) == 2


def test_a_short_idle_limit_is_kept_to_the_second(opened, clock):
    accounts = opened(idle_hours=30 / 3600)
    accounts.add_person("ada", GOOD, "admin")
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    for _ in range(10):
        clock.forward(seconds=20)
        assert accounts.session(token) is not None
    clock.forward(seconds=31)
    assert accounts.session(token) is None


def test_sessions_outlive_the_process(opened, ada):
    _ada, token = opened().log_in("ada", GOOD, address=HERE)
    assert opened().session(token).person == ada


def test_nothing_that_lets_in_is_stored_as_it_is(accounts, ada):
    _ada, session = accounts.log_in("ada", GOOD, address=HERE)
    _record, secret = accounts.create_token(ada, "cron", ["place"])
    given = [session, secret, accounts.invite("viewer", by=ada), GOOD]
    given += [accounts.session(session).csrf, secret.removeprefix("cot_")]
    with accounts._database.read() as connection:
        names = sa.inspect(connection).get_table_names()
        dump = " ".join(
            str(row)
            for name in names
            for row in connection.execute(sa.text(f"SELECT * FROM {name}"))  # noqa: S608
        )
    assert "ada" in dump
    assert not [text for text in given if text in dump]
    assert len(session) == 43


@pytest.mark.parametrize("token", ["", "x" * 43, "\x00", "\ud800", "ü" * 5_000])
def test_a_token_that_was_never_given_out_is_nobody_s(accounts, ada, token):
    assert accounts.session(token) is None
    assert accounts.token(token) is None
    assert accounts.token("cot_" + token) is None
    accounts.log_out(token)


def test_ended_sessions_are_swept_at_a_later_login(accounts, ada, clock):
    accounts.log_in("ada", GOOD, address=HERE)
    clock.forward(hours=169)
    accounts.log_in("ada", GOOD, address=HERE)
    with accounts._database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM sessions")).scalar() == 1


def test_looking_a_session_up_takes_under_a_millisecond(accounts, ada):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    times = []
    for _ in range(200):
        start = time.perf_counter()
        accounts.session(token)
        times.append(time.perf_counter() - start)
    assert sorted(times)[20] < 0.001 * (1 if accounts._database.is_sqlite else 5)


def test_a_person_disabled_while_the_password_is_hashed_is_not_let_in(accounts, ada, monkeypatch):
    accounts.add_person("bob", GOOD, "viewer")
    fits = accounts.hasher.fits

    def fits_late(password: str, stored: str | None) -> bool:
        answer = fits(password, stored)
        accounts.disable("bob")
        return answer

    monkeypatch.setattr(accounts.hasher, "fits", fits_late)
    with pytest.raises(LoginRefused):
        accounts.log_in("bob", GOOD, address=HERE)


def test_a_hash_renewed_by_another_login_in_between_refuses_nobody(opened, monkeypatch):
    opened().add_person("ada", GOOD, "admin")
    accounts = opened(hash_cost=HashCost(passes=2, memory_kib=16))
    fits, others = accounts.hasher.fits, []

    def fits_while_another_logs_in(password: str, stored: str | None) -> bool:
        answer = fits(password, stored)
        if not others:
            others.append("renews the hash")
            accounts.log_in("ada", GOOD, address=HERE)
        return answer

    monkeypatch.setattr(accounts.hasher, "fits", fits_while_another_logs_in)
    assert accounts.log_in("ada", GOOD, address=HERE)[0].username == "ada"
    assert [line.what for line in accounts.audit(2)] == ["login", "login"]


def test_a_password_changed_in_between_is_the_one_that_counts(accounts, ada, monkeypatch):
    fits = accounts.hasher.fits

    def fits_late(password: str, stored: str | None) -> bool:
        answer = fits(password, stored)
        monkeypatch.setattr(accounts.hasher, "fits", fits)
        accounts.change_password(ada, GOOD, "a kettle full of harbours")
        return answer

    monkeypatch.setattr(accounts.hasher, "fits", fits_late)
    with pytest.raises(LoginRefused):
        accounts.log_in("ada", GOOD, address=HERE)


def test_a_disk_that_is_full_does_not_shut_out_those_who_look(accounts, ada, clock, monkeypatch):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    _record, secret = accounts.create_token(ada, "cron", ["place"])
    clock.forward(hours=1)

    def fail(**_options: object) -> None:
        raise AccountStoreError("The disk is full.")

    monkeypatch.setattr(accounts._database, "write", fail)
    assert accounts.session(token).person == ada
    assert accounts.token(secret)[0] == ada
    with pytest.raises(AccountStoreError, match="disk is full"):
        accounts.log_in("ada", GOOD, address=HERE)


def test_addresses_and_subjects_of_any_kind_are_written_down(accounts, ada):
    for odd in ("\x00", "\ud800", "x" * 9_000, ""):
        _ada, token = accounts.log_in("ada", GOOD, address=odd)
        assert accounts.session(token).person == ada
        accounts.record("uploaded", person=ada, subject=odd, address=odd)


def test_rules_that_cannot_be_are_refused_all_at_once():
    with pytest.raises(ConfigError, match=r"sign_up is 'maybe'.*idle_hours is 0"):
        Policy(sign_up="maybe", idle_hours=0)
