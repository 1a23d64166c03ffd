"""Which new passwords are refused, and in what words."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.stores.accounts import PasswordRefusedError, check_password
from coterie.stores.accounts.passwords import SHORTEST, _listed


@pytest.mark.parametrize(
    "password",
    [
        "three geese over Bergen",
        "my dog eats old shoes",
        "kzJ2m!vQ9x#Lw",
        "Tr0ub4dor&3xyz",
        "7391-4402-8865-1207",
        "Пять гусей над Невой",
        "雪の日に山を歩いて帰った犬のはなし",
        "ωραία πέτρα στη θάλασσα",
        "monkey harbour violin eleven",
    ],
)
def test_long_passwords_of_ones_own_are_welcome(password):
    check_password(password, "ada", "ada@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password2024!",
        "P@ssw0rd!!!!!!",
        "PASSWORD_1234",
        "1234Password!",
        "Welcome-Welcome",
        "Summer2024!!!",
        "summerwinter2024!",
        "iloveyou1234",
        "Liverpool1892!",
        "administrator",
        "correct horse battery staple",
        "letmein-letmein",
        "monkeydragon99",
        "Motdepasse2025",
        "Passwort123456",
        "contraseña123",
        "Jennifer1985!",
        "mustang-ferrari",
        "m0nk3ydr4g0n!",
        "l3tm31nl3tm31n",
    ],
)
def test_common_passwords_are_refused_however_they_are_decorated(password):
    with pytest.raises(PasswordRefusedError, match=r"most common ones|guessed first"):
        check_password(password)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("qwertyuiop123", "keys of a keyboard"),
        ("1qaz2wsx3edc4", "keys of a keyboard"),
        ("asdfghjkl;12", "keys of a keyboard"),
        ("poiuytrewq99", "keys of a keyboard"),
        ("qwerasdfzxcvtgb", "keys of a keyboard"),
        ("abcdefghijklm", "keys of a keyboard"),
        ("abcdefgh1234", "keys of a keyboard"),
        ("123456789012", "keys of a keyboard"),
        ("aaaaaaaaaaaa", "repeats a few characters"),
        ("abababababab", "repeats a few characters"),
        ("xkqzxkqzxkqz", "repeats a few characters"),
        ("            ", "repeats a few characters"),
        ("........----", "repeats a few characters"),
        ("1984-12-31-84", "a date or a short number"),
        ("31.12.1984 !!", "a date or a short number"),
    ],
)
def test_walks_repetitions_and_dates_are_refused(password, words):
    with pytest.raises(PasswordRefusedError, match=words):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    ["coteriecoterie", "Coterie-2026!!", "ada.lovelace1", "lovelace-coterie", "adalovelace12",
     "4d4-l0v3l4c3!!", "ADA@analytical.org"],
)  # fmt: skip
def test_the_own_name_and_this_program_are_no_password(password):
    with pytest.raises(PasswordRefusedError, match=r"little more than the username|repeats"):
        check_password(password, "ada.lovelace", "ada@analytical.org")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "has 0 characters; it needs at least 12"),
        ("x", "has 1 character;"),
        ("kzJ2m!vQ9x#", "has 11 characters"),
        ("ﬀ" * 6, "repeats"),  # six signs that read as twelve letters
        ("q7 Ω" * 300, "longer than 1024 bytes"),
        ("x" * 5_000_000, "longer than 1024 bytes"),
        ("\ufdfa" * 200, "longer than 1024 bytes"),  # each becomes eighteen characters
        ("\ud800" * 12, "no text"),
    ],
)
def test_length_is_counted_as_the_password_is_hashed(password, words):
    start = time.perf_counter()
    with pytest.raises(PasswordRefusedError, match=words):
        check_password(password)
    assert time.perf_counter() - start < 0.5


def test_every_listed_password_is_refused_in_any_case():
    for password in _listed("common_passwords.txt"):
        for spelt in (password, password.upper(), password.capitalize()):
            with pytest.raises(PasswordRefusedError):
                check_password(spelt)


def test_every_listed_word_is_refused_with_years_signs_and_doubled():
    accepted = []
    for word in sorted(_listed("common_words.txt")):
        for spelt in (f"{word}2026!!!!!!!!!", f"{word.capitalize()}{word}!1234567"[:40],
                      f"!!!!!!!!{word.upper()}1987"):  # fmt: skip
            try:
                check_password(spelt)
            except PasswordRefusedError:
                continue
            accepted.append(spelt)
    assert accepted == []


def test_the_lists_are_folded_sorted_and_worth_their_place():
    passwords = _listed("common_passwords.txt")
    assert len(passwords) > 500
    assert len(_listed("common_words.txt")) > 1_300
    assert all(len(one) >= SHORTEST and one == one.casefold() for one in passwords)
    for word in _listed("common_words.txt"):
        assert word == unicodedata.normalize("NFKC", word).casefold()


def refusal(*given: str) -> str:
    """Return the words of a refusal, nothing where there is none."""
    try:
        check_password(*given)
    except PasswordRefusedError as refused:
        return str(refused)
    return ""


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_answered_in_a_sentence(password, username, email):
    words = refusal(password, username, email)
    assert words == "" or (words.startswith("The password ") and words.endswith("."))
    assert len(words) < 400


@given(st.lists(st.characters(codec="utf-8"), min_size=40, max_size=40, unique=True))
def test_no_refusal_shows_what_was_typed(signs):
    assert "".join(signs) not in refusal("".join(signs))


def test_the_longest_password_is_judged_quickly():
    start = time.perf_counter()
    check_password("".join(chr(33 + i * 7 % 90) for i in range(1_024)))
    assert time.perf_counter() - start < 1.0
