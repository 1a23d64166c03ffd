"""What a person may be called, and when two names are the same."""

from __future__ import annotations

import re
import unicodedata

from coterie.stores.accounts.errors import AccountError, UsernameRefusedError

LONGEST = 64
_NAME = re.compile(r"\w[\w.@+-]{0,63}")
_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")


def read_username(text: str) -> str:
    """Return a name as it is kept.

    Raises
    ------
    UsernameRefusedError
        If it is empty, too long, or has signs that names cannot have.

    Examples
    --------
    >>> read_username(" Ada.Lovelace ")
    'Ada.Lovelace'
    """
    name = unicodedata.normalize("NFKC", text[: 4 * LONGEST]).strip()
    if not name:
        raise UsernameRefusedError("A username is needed.")
    if len(name) > LONGEST:
        raise UsernameRefusedError(f"A username has at most {LONGEST} characters.")
    if not _NAME.fullmatch(name):
        raise UsernameRefusedError(
            "A username starts with a letter or digit and has only letters, digits and the signs "
            ". _ @ + -, with no spaces."
        )
    return name


def key_of(username: str) -> str:
    """Return the key that two spellings of one name share; never fails, whatever came in.

    Examples
    --------
    >>> key_of("ADA ") == key_of("ada")
    True
    """
    short = unicodedata.normalize("NFKC", username[: 4 * LONGEST]).strip().casefold()
    return writable(short, 3 * LONGEST)


def writable(text: str, length: int) -> str:
    """Return a text as every database takes it: cut, and a sign that no name can have for others.

    PostgreSQL refuses the sign of number 0, and both databases refuse half a pair of surrogates.
    """
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:length])


def read_email(text: str | None) -> str | None:
    """Return an address as it is kept, None for none.

    Raises
    ------
    AccountError
        If it does not look like one.
    """
    email = (text or "").strip()
    if not email:
        return None
    if len(email) > 254 or not email.isprintable() or not _EMAIL.fullmatch(email):
        raise AccountError(
            "The e-mail address does not look like one: it has a form like ada@example.org."
        )
    return email
