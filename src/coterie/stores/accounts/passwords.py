"""What a new password may be: long, and nothing that is guessed early.

A password is read as a chain of pieces that guessing programs try first: common words in any
spelling, keyboard walks, runs of the alphabet, repetitions, years and other short numbers, the
name of the person and of this program. Where hardly anything else is left, it is refused.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from coterie.stores.accounts.errors import PasswordRefusedError
from coterie.stores.accounts.hashing import PASSWORD_BYTES, normal

SHORTEST = 12
# A password of two common words and less than this beside them is guessed early.
_FEWEST_WORDS = 3
_FEWEST_OTHERS = 4
_FEWEST_DIFFERENT = 5
_SHORTEST_UNIT = 6
_SHORTEST_WALK = 3
_LONGEST_PIECE = 40
_SHORTEST_OWN = 3
# Of two ways that cost the same, the one with the longer pieces is taken.
_EVEN = 10_000
# Years and other short numbers are guessed along with words; many digits are not.
_MOST_DIGITS = 10
_PROGRAM = "coterie"
_ADVICE = (
    "Take a longer one: four words that have nothing to do with each other are good and easy to "
    "remember."
)
_LONG = f"The password is longer than {PASSWORD_BYTES} bytes. Take a shorter one."
_WALKS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm",
    "wxcvbn", "1234567890", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "!@#$%^&*()_+", "q1w2e3r4t5y6u7i8o9p0",
    "qawsedrftgyhujikolp", "01234567890",
)  # fmt: skip
_DIGITS_AS_LETTERS = {"@": "a", "4": "a", "3": "e", "0": "o", "$": "s", "5": "s", "7": "t",
                      "!": "i", "8": "b", "+": "t", "€": "e"}  # fmt: skip
_SPELT = tuple(str.maketrans({**_DIGITS_AS_LETTERS, "1": one}) for one in "il")
_DATE = re.compile(r"(?:19|20)\d{6}|\d{4}(?:19|20)\d\d|\d{1,4}")


def check_password(password: str, username: str = "", email: str | None = None) -> None:
    """Refuse a new password that is too short, too long or too easily guessed.

    Parameters
    ----------
    password : str
    username : str
        Whose it will be; it must not be what the password is made of.
    email : str or None

    Raises
    ------
    PasswordRefusedError
        With the reason, and what would do.

    Examples
    --------
    >>> check_password("three geese over Bergen")
    >>> check_password("Password2024!")
    Traceback (most recent call last):
    ...
    coterie.stores.accounts.errors.PasswordRefusedError: The password is made of words that are guessed first (password). Take a longer one: four words that have nothing to do with each other are good and easy to remember.
    """  # noqa: E501  a doctest shows a message whole
    text = _measured(password).casefold()
    if text in _listed("common_passwords.txt"):
        raise PasswordRefusedError(f"The password is one of the most common ones. {_ADVICE}")
    unit = _unit(text)
    if len(unit) < _SHORTEST_UNIT or len(set(unit)) < _FEWEST_DIFFERENT:
        raise PasswordRefusedError(f"The password repeats a few characters. {_ADVICE}")
    own = _own_words(username, email)
    found, others = _pieces(unit, own)
    kinds = {"own" if one in own else "walk" if _is_walk(one) else one for one in found}
    # "love" and "lovely" beside each other are hardly more than one of them.
    apart = [
        one for one in kinds if not any(one != other and one.startswith(other) for other in kinds)
    ]
    if len(apart) >= _FEWEST_WORDS or others >= _FEWEST_OTHERS:
        return
    raise PasswordRefusedError(f"{_reason(found, kinds, own)} {_ADVICE}")


def _measured(password: str) -> str:
    """Return the password as it is hashed; refuse what is too short or too long."""
    if len(password) > 4 * PASSWORD_BYTES:
        raise PasswordRefusedError(_LONG)
    text = normal(password)
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise PasswordRefusedError(
            "The password has a character that is no text. Type it again."
        ) from None
    if size > PASSWORD_BYTES:
        raise PasswordRefusedError(_LONG)
    if len(text) < SHORTEST:
        raise PasswordRefusedError(
            f"The password has {len(text)} character{'' if len(text) == 1 else 's'}; it needs at "
            f"least {SHORTEST}. A few words in a row are easy to remember."
        )
    return text


def _reason(found: list[str], kinds: set[str], own: frozenset[str]) -> str:
    """Return the sentence on what a refused password is made of."""
    if any(one in own for one in found):
        return (
            "The password is little more than the username, the e-mail address or the name of "
            "this program."
        )
    if kinds == {"walk"}:
        return "The password follows the keys of a keyboard, the alphabet or a count."
    if found:
        words = ", ".join(dict.fromkeys(one for one in found if not _is_walk(one)))
        return f"The password is made of words that are guessed first ({words})."
    return "The password is a date or a short number."


def _own_words(username: str, email: str | None) -> frozenset[str]:
    """Return the words that anybody knows who knows the person."""
    text = f"{username} {email or ''} {_PROGRAM}".casefold()
    words = {one for one in re.split(r"[\W_]+", text) if len(one) >= _SHORTEST_OWN}
    whole = {normal(username).casefold(), (email or "").casefold()}
    return frozenset(words | {one for one in whole if len(one) >= _SHORTEST_OWN})


def _pieces(text: str, own: frozenset[str]) -> tuple[list[str], int]:
    """Return the pieces a guess would be made of, and how many characters are left over.

    The cheapest way of all to read the text, a piece costing as much as one character left over;
    signs and short numbers between them cost nothing.
    """
    spellings = {text, *(text.translate(table) for table in _SPELT)}
    words = _listed("common_words.txt") | own
    walks = _walks()
    longest = max(max(map(len, own)), _LONGEST_PIECE)
    # Of each beginning: what it costs, characters left over, digits in short numbers, pieces.
    best: list[tuple[float, int, int, tuple[str, ...]]] = [(0.0, 0, 0, ())]
    for end in range(1, len(text) + 1):
        cost, others, digits, pieces = best[end - 1]
        left = text[end - 1].isalnum()
        ways = [(cost + left, others + left, digits, pieces)]
        for start in range(max(0, end - longest), end - 1):
            piece = next((s[start:end] for s in spellings if s[start:end] in words), None)
            if piece is None and text[start:end] in walks:
                piece = text[start:end]
            if piece is not None:
                cost, others, digits, pieces = best[start]
                length = end - start
                ways.append((cost + 1 - length / _EVEN, others, digits, (*pieces, piece)))
        start = _short_number(text, end)
        if start < end:
            cost, others, digits, pieces = best[start]
            ways.append((cost, others, digits + end - start, pieces))
        best.append(min(ways, key=lambda way: way[0]))
    _cost, others, digits, found = best[-1]
    return list(found), others + max(0, digits - _MOST_DIGITS)


def _short_number(text: str, end: int) -> int:
    """Return where the date or short number begins that ends there; `end` where there is none."""
    if text[end : end + 1].isdigit():
        return end
    start = end
    while start > 0 and text[start - 1].isdigit():
        start -= 1
    return start if _DATE.fullmatch(text[start:end]) else end


def _unit(text: str) -> str:
    """Return the part that a text repeats, the text itself where it repeats none.

    Examples
    --------
    >>> _unit("abcabcab"), _unit("abcabd")
    ('abc', 'abcabd')
    """
    for size in range(1, len(text) // 2 + 1):
        if text[size:] == text[:-size]:
            return text[:size]
    return text


def _is_walk(piece: str) -> bool:
    return piece in _walks() and piece not in _listed("common_words.txt")


@cache
def _walks() -> frozenset[str]:
    """Return every stretch of keys or letters in a row, in both directions."""
    found = set()
    for walk in _WALKS:
        for keys in (walk, walk[::-1]):
            for start in range(len(keys)):
                found |= {keys[start:end] for end in range(start + _SHORTEST_WALK, len(keys) + 1)}
    return frozenset(found)


@cache
def _listed(name: str) -> frozenset[str]:
    """Return the lines, or the words, of a list in this package."""
    text = files(__package__ or "").joinpath(name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    if name == "common_words.txt":
        return frozenset(word for line in lines for word in line.split())
    return frozenset(line for line in lines if line)
