"""Slow hashes: their kind, their renewal, and that few are computed at once."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from coterie.stores.accounts import HashCost
from coterie.stores.accounts.hashing import PASSWORD_BYTES, Hasher, is_argon2

GOOD = "three geese over Bergen"
HERE = "192.0.2.1"
CHEAP = HashCost(passes=1, memory_kib=8)


def test_the_default_cost_is_at_least_what_owasp_advises():
    # Password Storage Cheat Sheet: m=47104 t=1 p=1, m=19456 t=2 p=1, or an equal of these.
    found = extract_parameters(Hasher(HashCost(), 1).hash(GOOD))
    assert found.type is Type.ID
    assert found.memory_cost >= 47_104
    assert found.time_cost >= 2
    assert (found.salt_len, found.hash_len) == (16, 32)


def test_one_password_never_gets_the_same_hash_twice():
    hasher = Hasher(CHEAP, 1)
    one, other = hasher.hash(GOOD), hasher.hash(GOOD)
    assert one != other
    assert hasher.fits(GOOD, one)
    assert hasher.fits(GOOD, other)
    assert not hasher.fits(GOOD + ".", one)


def test_what_looks_the_same_is_the_same_password():
    hasher = Hasher(CHEAP, 1)
    composed, decomposed = "Café au lait, s'il", "Cafe\u0301 au lait, s'il"
    assert composed != decomposed
    assert hasher.fits(decomposed, hasher.hash(composed))
    assert hasher.fits(composed, hasher.hash(decomposed))


def test_a_password_of_the_greatest_length_fits_and_none_longer_is_hashed_whole():
    hasher = Hasher(CHEAP, 1)
    longest = "ab cd" * (PASSWORD_BYTES // 5)
    assert hasher.fits(longest, hasher.hash(longest))
    endless, stored = "x" * 50_000_000, hasher.hash(longest)
    start = time.perf_counter()
    assert not hasher.fits(endless, stored)
    assert time.perf_counter() - start < 0.1


def test_nobody_and_what_is_no_hash_fit_nothing():
    hasher = Hasher(CHEAP, 1)
    for stored in (None, "", "!", "plain text", "$argon2id$v=19$broken"):
        assert not hasher.fits("", stored)
        assert not hasher.fits(GOOD, stored)


def test_a_hash_made_otherwise_is_made_anew_at_the_next_login(opened):
    opened(hash_cost=CHEAP).add_person("ada", GOOD, "admin")
    stronger = opened(hash_cost=HashCost(passes=2, memory_kib=16))
    before = stored_hash(stronger)
    stronger.log_in("ada", GOOD, address=HERE)
    after = stored_hash(stronger)
    assert before != after
    assert extract_parameters(after).time_cost == 2
    stronger.log_in("ada", GOOD, address=HERE)
    assert stored_hash(stronger) == after


def stored_hash(accounts):
    from coterie.stores.accounts.tables import people

    with accounts._database.read() as connection:
        return connection.execute(people.select()).one().password_hash


def test_no_more_hashes_are_computed_at_once_than_allowed(monkeypatch):
    hasher = Hasher(CHEAP, 2)
    inside, most, lock = 0, 0, threading.Lock()

    def slow(_password: str) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return ""

    monkeypatch.setattr(hasher, "_argon2", SimpleNamespace(hash=slow))
    threads = [threading.Thread(target=hasher.hash, args=(GOOD,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (PasswordHasher(1, 8, 1).hash(GOOD), True),
        (PasswordHasher(1, 8, 1, type=Type.I).hash(GOOD), True),
        ("$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43, False),
        ("$argon2id$v=19$m=65536,t=4000,p=4$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43, False),
        ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ", False),
        ("$2b$12$abcdefghijklmnopqrstuv", False),
        ("", False),
    ],
    # Salts are drawn anew in each process, and names of tests must be the same in all.
    ids=["id", "i", "large", "long", "torn", "bcrypt", "empty"],
)
def test_only_hashes_that_are_quick_enough_to_check_are_taken_over(text, kept):
    assert is_argon2(text) is kept
