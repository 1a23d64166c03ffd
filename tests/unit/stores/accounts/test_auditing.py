"""The log of who did what."""

from __future__ import annotations

import pytest

from coterie.stores.accounts import LoginRefused

GOOD = "three geese over Bergen"
OTHER = "a kettle full of harbours"
HERE = "192.0.2.1"


def told(accounts, limit=50):
    return [(line.what, line.username, line.subject) for line in reversed(accounts.audit(limit))]


def test_a_life_is_written_down_in_order(accounts):
    ada = accounts.create_first(accounts.first_account_link_token(), "ada", GOOD)
    bob = accounts.accept_invitation(accounts.invite("viewer", by=ada), "bob", GOOD)
    _bob, token = accounts.log_in("bob", GOOD, address=HERE)
    with pytest.raises(LoginRefused):
        accounts.log_in("bob", OTHER, address=HERE)
    accounts.log_out(token)
    accounts.change_password(bob, GOOD, OTHER)
    accounts.set_role("bob", "analyst", by=ada)
    accounts.revoke_token(bob, accounts.create_token(bob, "cron", ["place"])[0].id)
    accounts.finish_reset(accounts.reset_password("bob", by=ada), GOOD)
    accounts.disable("bob", by=ada)
    accounts.enable("bob", by=ada)
    assert told(accounts) == [
        ("signed up", "ada", "ada"),
        ("person invited", "ada", ""),
        ("signed up", "bob", "bob"),
        ("login", "bob", ""),
        ("login refused", None, "bob"),
        ("logout", "bob", ""),
        ("password changed", "bob", "bob"),
        ("role changed", "ada", "bob"),
        ("token created", "bob", "cron"),
        ("token revoked", "bob", "cron"),
        ("password reset", "ada", "bob"),
        ("password changed", "bob", "bob"),
        ("person disabled", "ada", "bob"),
        ("person enabled", "ada", "bob"),
    ]
    line = next(line for line in accounts.audit(50) if line.what == "role changed")
    assert line.detail == {"from": "viewer", "to": "analyst"}


def test_other_rooms_write_what_they_did(accounts, ada, clock):
    accounts.record(
        "trained", person=ada, address=HERE, subject="customers.csv", detail={"k": 5, "rows": 2240}
    )
    line = accounts.audit(1)[0]
    assert (line.at, line.what, line.username, line.address) == (clock.now, "trained", "ada", HERE)
    assert (line.subject, line.detail) == ("customers.csv", {"k": 5, "rows": 2240})


def test_the_log_is_read_page_by_page(accounts, ada):
    for number in range(25):
        accounts.record("looked", person=ada, subject=str(number))
    first = accounts.audit(10)
    second = accounts.audit(10, before=first[-1].id)
    assert [line.subject for line in first + second] == [str(n) for n in range(24, 4, -1)]


def test_the_log_can_be_read_for_one_person(accounts, ada):
    bob = accounts.add_person("bob", GOOD, "viewer")
    accounts.record("looked", person=ada)
    accounts.record("looked", person=bob)
    assert [line.username for line in accounts.audit(10, person=bob)] == ["bob"]


def test_lines_older_than_the_policy_keeps_are_swept(opened, clock):
    opened(audit_days=30).record("old")
    clock.forward(days=31)
    accounts = opened(audit_days=30)
    accounts.record("new")
    assert [line.what for line in accounts.audit(10)] == ["new"]


def test_what_is_undone_is_not_written_down(accounts, ada, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise RuntimeError("in the midst")

    accounts.add_person("bob", GOOD, "viewer")
    monkeypatch.setattr(accounts, "_end_sessions", fail)
    before = told(accounts)
    with pytest.raises(RuntimeError):
        accounts.disable("bob")
    assert told(accounts) == before
    assert not accounts.person("bob").disabled


def test_subjects_and_addresses_of_any_length_are_cut_and_not_refused(accounts):
    accounts.record("looked", subject="x" * 5_000, address="y" * 5_000)
    line = accounts.audit(1)[0]
    assert (len(line.subject), len(line.address)) == (200, 64)
