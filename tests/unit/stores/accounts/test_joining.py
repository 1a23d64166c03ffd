"""The first account, invitations and sign-up."""

from __future__ import annotations

import threading

import pytest

from coterie.stores.accounts import (
    LinkRefusedError,
    LoginRefused,
    PasswordRefusedError,
    SignUpClosedError,
    UsernameRefusedError,
)

GOOD = "three geese over Bergen"
HERE = "192.0.2.1"


def test_the_first_account_is_an_admin_and_there_is_one(accounts):
    token = accounts.first_account_link_token()
    assert accounts.link(token).kind == "first"
    ada = accounts.create_first(token, "ada", GOOD)
    assert ada.role == "admin"
    assert accounts.first_account_link_token() is None
    with pytest.raises(LinkRefusedError):
        accounts.create_first(token, "eve", GOOD)


def test_only_the_newest_first_link_is_good(accounts):
    old, new = accounts.first_account_link_token(), accounts.first_account_link_token()
    with pytest.raises(LinkRefusedError):
        accounts.create_first(old, "eve", GOOD)
    assert accounts.create_first(new, "ada", GOOD).username == "ada"


def test_a_first_link_is_worthless_once_an_admin_came_otherwise(accounts):
    token = accounts.first_account_link_token()
    accounts.add_person("ada", GOOD, "admin")
    with pytest.raises(LinkRefusedError):
        accounts.create_first(token, "eve", GOOD)


def test_a_link_survives_a_password_or_name_that_is_refused(accounts, ada):
    token = accounts.invite("viewer", by=ada)
    with pytest.raises(PasswordRefusedError):
        accounts.accept_invitation(token, "bob", "short")
    with pytest.raises(UsernameRefusedError, match="taken"):
        accounts.accept_invitation(token, "ada", GOOD)
    assert accounts.accept_invitation(token, "bob", GOOD).role == "viewer"


def test_an_invitation_gives_its_role_and_address_once(accounts, ada):
    token = accounts.invite("analyst", by=ada, email="bob@example.org")
    link = accounts.link(token)
    assert (link.kind, link.role, link.email) == ("invitation", "analyst", "bob@example.org")
    bob = accounts.accept_invitation(token, "bob", GOOD)
    assert (bob.role, bob.email) == ("analyst", "bob@example.org")
    with pytest.raises(LinkRefusedError):
        accounts.accept_invitation(token, "carl", GOOD)


def test_an_invitation_ends(accounts, ada, clock):
    token = accounts.invite("analyst", by=ada)
    clock.forward(hours=167)
    assert accounts.link(token) is not None
    clock.forward(hours=1, seconds=1)
    assert accounts.link(token) is None
    with pytest.raises(LinkRefusedError, match="too old"):
        accounts.accept_invitation(token, "bob", GOOD)


def test_a_link_is_good_for_its_own_purpose_only(accounts, ada):
    invitation = accounts.invite("viewer", by=ada)
    accounts.add_person("bob", GOOD, "viewer")
    reset = accounts.reset_password("bob")
    with pytest.raises(LinkRefusedError):
        accounts.finish_reset(invitation, GOOD)
    with pytest.raises(LinkRefusedError):
        accounts.accept_invitation(reset, "carl", GOOD)
    with pytest.raises(LinkRefusedError):
        accounts.create_first(invitation, "carl", GOOD)


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "é" * 9_000])
def test_a_link_that_was_never_given_out_is_refused(accounts, token):
    assert accounts.link(token) is None
    with pytest.raises(LinkRefusedError):
        accounts.accept_invitation(token, "bob", GOOD)


def test_of_many_who_use_one_invitation_at_once_one_gets_in(accounts, ada):
    token = accounts.invite("viewer", by=ada)
    start = threading.Barrier(5)
    fates = []

    def join(name: str) -> None:
        start.wait()
        try:
            fates.append(accounts.accept_invitation(token, name, GOOD).username)
        except LinkRefusedError:
            fates.append(None)

    threads = [threading.Thread(target=join, args=(f"guest{i}",)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fates.count(None) == 4
    assert len(accounts.people()) == 2


@pytest.mark.parametrize(
    ("policy", "words"), [("invite", "needs an invitation"), ("closed", "made by an admin")]
)
def test_sign_up_is_refused_where_the_policy_is_not_open(opened, policy, words):
    with pytest.raises(SignUpClosedError, match=words):
        opened(sign_up=policy).sign_up("bob", GOOD, address=HERE)


def test_an_open_sign_up_gives_the_role_of_the_policy(opened):
    assert opened(sign_up="open").sign_up("bob", GOOD, address=HERE).role == "analyst"
    carl = opened(sign_up="open", sign_up_role="viewer").sign_up("carl", GOOD, address=HERE)
    assert carl.role == "viewer"


def test_trying_which_names_are_taken_is_slowed(opened):
    accounts = opened(sign_up="open")
    accounts.sign_up("bob", GOOD, address=HERE)
    for _ in range(21):
        with pytest.raises(UsernameRefusedError):
            accounts.sign_up("bob", GOOD, address=HERE)
    with pytest.raises(LoginRefused, match="Too many attempts"):
        accounts.sign_up("bob", GOOD, address=HERE)
    accounts.sign_up("carl", GOOD, address="198.51.100.7")
