"""Asks the accounts who somebody is, in threads of its own, so that no answer waits for another."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from coterie.errors import CoterieError

if TYPE_CHECKING:
    from coterie.stores.accounts import Accounts, Person, Session

T = TypeVar("T")

_LOOKUPS_AT_ONCE = 16
_HASHINGS_AT_ONCE = 4
_TOKEN_KEPT_SECONDS = 1.0
_TOKENS_KEPT = 4096
_PATIENCE_SECONDS = 5.0


class Keeper:
    """The accounts, as the event loop may ask them.

    Hashing a password takes a tenth of a second of a whole core. It has its own few threads, so
    that a rush of logins makes logins wait and nothing else.

    Parameters
    ----------
    accounts : Accounts
    """

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self._lookups = CapacityLimiter(_LOOKUPS_AT_ONCE)
        self._hashings = CapacityLimiter(_HASHINGS_AT_ONCE)
        self._tokens: dict[bytes, tuple[float, tuple[Person, frozenset[str]]]] = {}

    async def look_up(self, ask: Callable[..., T], *args: Any) -> T:
        """Run a quick question to the database in a thread."""
        return await run_sync(ask, *args, limiter=self._lookups)

    async def answers(self) -> bool:
        """Tell whether the database answers, without waiting for one that does not."""

        def ask() -> None:
            self.accounts.session("nobody's", touch=False)

        try:
            with anyio.fail_after(_PATIENCE_SECONDS):
                await run_sync(ask, limiter=self._lookups, abandon_on_cancel=True)
        except (CoterieError, TimeoutError):
            return False
        return True

    async def hash(self, work: Callable[..., T], *args: Any) -> T:
        """Run something that hashes a password in a thread kept for that."""
        return await run_sync(work, *args, limiter=self._hashings)

    async def session(self, token: str, *, touch: bool = True) -> Session | None:
        """Return the session that a cookie stands for; None where it has ended."""
        return await self.look_up(lambda: self.accounts.session(token, touch=touch))

    async def token(self, secret: str) -> tuple[Person, frozenset[str]] | None:
        """Return whose API token this is and what it allows, remembered for one second.

        A program that scores customers asks hundreds of times a second with one token; a token
        revoked elsewhere is therefore refused one second later at the latest. Sessions are never
        remembered.
        """
        digest = hashlib.sha256(secret.encode()).digest()
        kept = self._tokens.get(digest)
        now = time.monotonic()
        if kept is not None and kept[0] > now:
            return kept[1]
        found = await self.look_up(self.accounts.token, secret)
        if found is None:
            self._tokens.pop(digest, None)
            return None
        known = (found[0], frozenset(found[1]))
        if len(self._tokens) >= _TOKENS_KEPT:
            self._tokens.clear()
        self._tokens[digest] = (now + _TOKEN_KEPT_SECONDS, known)
        return known

    def forget_tokens(self) -> None:
        """Ask the database again for each token, because one was revoked here."""
        self._tokens.clear()
