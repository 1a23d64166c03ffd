"""API tokens."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from coterie.stores.accounts import AccountError


def test_a_token_tells_whose_it_is_and_what_for(accounts, ada):
    record, secret = accounts.create_token(ada, " nightly ", ["score", "place"])
    assert accounts.token(secret) == (ada, frozenset({"place", "score"}))
    assert (record.name, record.scopes, record.expires_at) == ("nightly", ("place", "score"), None)
    assert secret.startswith("cot_")
    assert len(secret) == 47


def test_tokens_are_listed_without_their_secrets_newest_first(accounts, ada):
    made = [accounts.create_token(ada, name, ["place"]) for name in ("one", "two")]
    listed = accounts.tokens(ada)
    assert listed == [made[1][0], made[0][0]]
    assert not any(secret in repr(listed) for _record, secret in made)


def test_a_revoked_token_is_worthless_and_only_its_owner_revokes_it(accounts, ada):
    bob = accounts.add_person("bob", "three geese over Bergen", "analyst")
    record, secret = accounts.create_token(ada, "cron", ["place"])
    with pytest.raises(AccountError, match="no such token"):
        accounts.revoke_token(bob, record.id)
    assert accounts.token(secret) is not None
    accounts.revoke_token(ada, record.id)
    assert accounts.token(secret) is None
    with pytest.raises(AccountError, match="revoked already"):
        accounts.revoke_token(ada, record.id)


def test_a_token_ends_when_it_was_said_to(accounts, ada, clock):
    ends = clock.now + timedelta(days=1)
    record, secret = accounts.create_token(ada, "cron", ["place"], expires_at=ends)
    assert record.expires_at == ends
    clock.forward(hours=23, minutes=59)
    assert accounts.token(secret) is not None
    clock.forward(minutes=1)
    assert accounts.token(secret) is None


def test_the_last_use_is_written_at_most_once_a_minute(accounts, ada, clock):
    _record, secret = accounts.create_token(ada, "cron", ["place"])
    written = []
    sa.event.listen(
        accounts._database.engine,
        "before_cursor_execute",
        lambda *call: written.append(call[2]) if call[2].startswith("UPDATE") else None,
    )
    for _ in range(120):
        accounts.token(secret)
        clock.forward(seconds=1)
    assert len(written) == 2
    assert accounts.tokens(ada)[0].used_at == clock.now - timedelta(seconds=60)


@pytest.mark.parametrize(
    ("name", "scopes", "words"),
    [
        ("", ["place"], "needs a name"),
        ("x" * 101, ["place"], "needs a name"),
        ("a\nb", ["place"], "needs a name"),
        ("cron", [], "none was chosen"),
        ("cron", ["place", "everything"], "cannot be good for everything"),
    ],
)
def test_tokens_that_cannot_be_are_refused(accounts, ada, name, scopes, words):
    with pytest.raises(AccountError, match=words):
        accounts.create_token(ada, name, scopes)


def test_a_token_that_has_ended_already_is_refused(accounts, ada, clock):
    with pytest.raises(AccountError, match="in the future"):
        accounts.create_token(ada, "cron", ["place"], expires_at=clock.now)
    with pytest.raises(ValueError, match="time zone"):
        accounts.create_token(ada, "cron", ["place"], expires_at=datetime(2090, 1, 1))


def test_nobody_collects_tokens_without_end(accounts, ada):
    for number in range(50):
        accounts.create_token(ada, f"cron {number}", ["place"])
    with pytest.raises(AccountError, match="50 tokens already"):
        accounts.create_token(ada, "one more", ["place"])
