"""Adding people, changing what they may, and their passwords."""

from __future__ import annotations

import threading

import pytest

from coterie.stores.accounts import (
    AccountError,
    LastAdminError,
    LinkRefusedError,
    LoginRefused,
    NoSuchPersonError,
    PasswordRefusedError,
    SignUpClosedError,
    UsernameRefusedError,
    WrongPasswordError,
)

GOOD = "three geese over Bergen"
OTHER = "a kettle full of harbours"
HERE = "192.0.2.1"


def test_a_person_is_found_again_without_regard_to_case(accounts):
    ada = accounts.add_person(" Ada.Lovelace", GOOD, "analyst", email="ada@example.org")
    assert ada.username == "Ada.Lovelace"
    assert accounts.person("ADA.lovelace") == ada
    assert accounts.person_by_id(ada.id) == ada
    assert ada.email == "ada@example.org"
    assert ada.created_at.utcoffset().total_seconds() == 0


def test_people_are_listed_by_name(accounts):
    for name in ("carl", "Ada", "bob"):
        accounts.add_person(name, GOOD, "viewer")
    assert [person.username for person in accounts.people()] == ["Ada", "bob", "carl"]


def test_a_name_is_given_once(accounts, ada):
    with pytest.raises(UsernameRefusedError, match="ADA is taken"):
        accounts.add_person("ADA", GOOD, "viewer")
    assert len(accounts.people()) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is needed"),
        ("   ", "is needed"),
        ("a" * 65, "at most 64"),
        ("ada lovelace", "no spaces"),
        ("../etc", "starts with a letter"),
        ("<b>", "starts with a letter"),
        ("ada\x00", "only letters"),
        ("ada\n", "ada"),
    ],
)
def test_names_that_cannot_be_are_refused(accounts, name, words):
    if name == "ada\n":
        assert accounts.add_person(name, GOOD, "viewer").username == "ada"
        return
    with pytest.raises(UsernameRefusedError, match=words):
        accounts.add_person(name, GOOD, "viewer")


@pytest.mark.parametrize("email", ["ada", "a b@c.de", "ada@example.org\nbcc: x@y.zz", "<a@b.cd>"])
def test_addresses_that_are_none_are_refused(accounts, email):
    with pytest.raises(AccountError, match="does not look like one"):
        accounts.add_person("ada", GOOD, "viewer", email=email)


def test_nobody_is_told_by_name(accounts):
    for call in (
        accounts.person,
        accounts.disable,
        accounts.enable,
        accounts.reset_password,
        lambda name: accounts.set_role(name, "viewer"),
    ):
        with pytest.raises(NoSuchPersonError, match="'grace'"):
            call("grace")


def test_roles_decide_what_a_person_may(accounts):
    allowed = {
        "viewer": "look place",
        "analyst": "look place train upload export share",
        "admin": "look place train upload export share promote people",
    }
    actions = allowed["admin"].split()
    for role, may in allowed.items():
        person = accounts.add_person(role, GOOD, role)
        assert [action for action in actions if person.may(action)] == may.split()
    disabled = accounts.disable("viewer")
    assert not any(disabled.may(action) for action in actions)
    with pytest.raises(ValueError, match="'fly'"):
        disabled.may("fly")


def test_a_role_that_is_none_is_a_programming_error(accounts, ada):
    with pytest.raises(ValueError, match="owner"):
        accounts.add_person("eve", GOOD, "owner")
    with pytest.raises(ValueError, match="owner"):
        accounts.set_role("ada", "owner")


def test_a_changed_role_holds_in_open_sessions(accounts, ada):
    accounts.add_person("bob", GOOD, "viewer")
    _bob, token = accounts.log_in("bob", GOOD, address=HERE)
    accounts.set_role("bob", "analyst", by=ada)
    assert accounts.session(token).person.may("train")


def test_the_last_admin_stays(accounts, ada):
    for call in (accounts.disable, lambda name: accounts.set_role(name, "analyst")):
        with pytest.raises(LastAdminError, match="ada is the only admin"):
            call("ada")
    accounts.add_person("bob", GOOD, "admin")
    accounts.disable("bob")
    # A disabled admin cannot stand in.
    with pytest.raises(LastAdminError):
        accounts.set_role("ada", "viewer")
    accounts.enable("bob")
    assert accounts.set_role("ada", "viewer").role == "viewer"
    assert accounts.person("ada").role == "viewer"


def test_two_admins_who_dismiss_each_other_at_once_leave_one(accounts, ada):
    accounts.add_person("bob", GOOD, "admin")
    start = threading.Barrier(2)
    refused = []

    def dismiss(name: str) -> None:
        start.wait()
        try:
            accounts.disable(name)
        except LastAdminError:
            refused.append(name)

    threads = [threading.Thread(target=dismiss, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sum(not person.disabled for person in accounts.people()) == 1


def test_a_disabled_person_is_out_at_once_and_comes_back_with_the_old_password(accounts, ada):
    bob = accounts.add_person("bob", GOOD, "analyst")
    _bob, token = accounts.log_in("bob", GOOD, address=HERE)
    _record, secret = accounts.create_token(bob, "cron", ["place"])
    accounts.disable("bob", by=ada)
    assert accounts.session(token) is None
    assert accounts.token(secret) is None
    with pytest.raises(LoginRefused):
        accounts.log_in("bob", GOOD, address=HERE)
    accounts.enable("bob", by=ada)
    assert accounts.session(token) is None
    assert accounts.log_in("bob", GOOD, address=HERE)[0].username == "bob"


def test_a_changed_password_ends_all_sessions(accounts, ada):
    tokens = [accounts.log_in("ada", GOOD, address=HERE)[1] for _ in range(3)]
    accounts.change_password(ada, GOOD, OTHER)
    assert [accounts.session(token) for token in tokens] == [None] * 3
    with pytest.raises(LoginRefused):
        accounts.log_in("ada", GOOD, address=HERE)
    accounts.log_in("ada", OTHER, address=HERE)


def test_a_password_is_changed_only_with_the_old_one_and_to_a_good_one(accounts, ada):
    _ada, token = accounts.log_in("ada", GOOD, address=HERE)
    with pytest.raises(WrongPasswordError, match="Nothing was changed"):
        accounts.change_password(ada, "something else", OTHER)
    with pytest.raises(PasswordRefusedError):
        accounts.change_password(ada, GOOD, "short")
    assert accounts.session(token) is not None


def test_guesses_at_the_current_password_are_slowed_without_locking_the_login(accounts, ada):
    waits = []
    for _ in range(7):
        with pytest.raises(WrongPasswordError) as caught:
            accounts.change_password(ada, "something else", OTHER)
        waits.append(caught.value.retry_after)
    assert waits[:6] == [None] * 6
    assert waits[6] == pytest.approx(5)
    with pytest.raises(WrongPasswordError, match="Wait 5 seconds"):
        accounts.change_password(ada, GOOD, OTHER)
    accounts.log_in("ada", GOOD, address=HERE)


def test_a_reset_makes_everything_old_worthless_and_its_link_works_once(accounts, ada):
    bob = accounts.add_person("bob", GOOD, "analyst")
    _bob, session = accounts.log_in("bob", GOOD, address=HERE)
    _record, secret = accounts.create_token(bob, "cron", ["place"])
    first = accounts.reset_password("bob", by=ada)
    link = accounts.reset_password("bob", by=ada)
    assert accounts.session(session) is None
    assert accounts.token(secret) is None
    with pytest.raises(LoginRefused):
        accounts.log_in("bob", GOOD, address=HERE)
    assert accounts.link(first) is None
    assert accounts.link(link).username == "bob"
    with pytest.raises(PasswordRefusedError):
        accounts.finish_reset(link, "short")
    assert accounts.finish_reset(link, OTHER) == bob
    assert accounts.link(link) is None
    assert accounts.log_in("bob", OTHER, address=HERE)[0] == bob
    with pytest.raises(AccountError, match="used already"):
        accounts.finish_reset(link, GOOD)


def test_a_reset_link_of_a_disabled_person_waits_until_they_are_enabled(accounts, ada):
    accounts.add_person("bob", GOOD, "analyst")
    accounts.disable("bob")
    link = accounts.reset_password("bob")
    assert accounts.link(link) is None
    with pytest.raises(LinkRefusedError):
        accounts.finish_reset(link, OTHER)
    accounts.enable("bob")
    accounts.finish_reset(link, OTHER)
    assert accounts.log_in("bob", OTHER, address=HERE)[0].username == "bob"


def test_an_identity_is_known_by_issuer_and_subject_and_never_takes_a_name_over(accounts, ada):
    new = {"username": "bob", "email": "bob@example.org", "role": "viewer"}
    bob = accounts.person_for_identity("https://id.test", "17", **new, create=True)
    again = {**new, "username": "robert"}
    assert accounts.person_for_identity("https://id.test", "17", **again, create=False) == bob
    with pytest.raises(UsernameRefusedError, match="Ada is taken"):
        accounts.person_for_identity(
            "https://id.test", "18", username="Ada", email=None, role="viewer", create=True
        )
    with pytest.raises(SignUpClosedError):
        accounts.person_for_identity("https://other.test", "17", **again, create=False)
    with pytest.raises(LoginRefused):  # no password was ever set
        accounts.log_in("bob", "", address=HERE)
    session = accounts.session(accounts.open_session(bob, address=HERE))
    assert session.person == bob


def test_a_disabled_person_gets_no_session_by_single_sign_on(accounts, ada):
    new = {"username": "bob", "email": None, "role": "viewer"}
    bob = accounts.person_for_identity("https://id.test", "17", **new, create=True)
    accounts.disable("bob")
    assert accounts.person_for_identity("https://id.test", "17", **new, create=True).disabled
    with pytest.raises(LoginRefused):
        accounts.open_session(bob, address=HERE)
