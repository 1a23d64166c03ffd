"""Slow salted hashes of passwords, a few at a time; quick ones of random tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from coterie.stores.accounts.values import HashCost

PASSWORD_BYTES = 1_024
_FAR_TOO_LONG = 4 * PASSWORD_BYTES


class Hasher:
    """Argon2id, with a limit on how many hashes are computed at once.

    Parameters
    ----------
    cost : HashCost
    at_once : int
        Further ones wait.

    Attributes
    ----------
    computed : int
        Hashes computed so far; a test holds that an unknown name costs as many as a known one.
    """

    def __init__(self, cost: HashCost, at_once: int) -> None:
        self._argon2 = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            type=Type.ID,
        )
        self._turns = threading.BoundedSemaphore(at_once)
        self._counting = threading.Lock()
        self.computed = 0
        # What nobody's password is compared with, so that nobody takes as long as somebody.
        self._nobody = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return the argon2id hash of a password, with a salt of its own."""
        with self._turns:
            self._count()
            return self._argon2.hash(normal(password))

    def fits(self, password: str, stored: str | None) -> bool:
        """Return whether a password is the one that was hashed.

        Parameters
        ----------
        password : str
            Anything at all, as it came in.
        stored : str or None
            None for nobody: False, after as much work as for somebody.
        """
        known = stored is not None
        fit = False
        for tried in _readings(password):
            # Both readings are tried each time: the work must not depend on the first answer.
            fit = self._verify(stored if stored is not None else self._nobody, tried) or fit
        return fit and known

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash was made in another way than new ones are."""
        return self._argon2.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        with self._turns:
            self._count()
            try:
                return self._argon2.verify(stored, password)
            except (VerificationError, InvalidHashError):
                return False

    def _count(self) -> None:
        with self._counting:
            self.computed += 1


def normal(password: str) -> str:
    """Return a password as it is hashed: one spelling for what looks the same (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def is_argon2(text: str) -> bool:
    """Return whether this is an argon2 hash that is safe to check passwords against.

    One that asks for gigabytes, or minutes, would stall the server at each login.
    """
    try:
        found = extract_parameters(text)
    except (InvalidHashError, ValueError):
        return False
    return found.memory_cost <= 1 << 20 and found.time_cost <= 20 and found.hash_len >= 16


def new_token() -> str:
    """Return 256 random bits, as 43 characters."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """Return what is stored of a random token: its SHA-256.

    A slow hash would add nothing: 256 random bits cannot be guessed.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """Return the word that goes with the forms of one session; it tells nothing of the token."""
    made = hmac.new(token.encode(), b"coterie csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _readings(password: str) -> tuple[str, ...]:
    """Return the spellings of a password to try; imported hashes may be of the plain one."""
    if len(password) > _FAR_TOO_LONG:
        return ("",)
    try:
        spelt = tuple(dict.fromkeys((normal(password), password)))
        if max(len(one.encode()) for one in spelt) > PASSWORD_BYTES:
            return ("",)
    except UnicodeEncodeError:
        return ("",)
    return spelt
