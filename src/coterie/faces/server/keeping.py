"""Asks the accounts who somebody is, in threads of its own, so that no answer waits for another."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from coterie.errors import CoterieError

if TYPE_CHECKING:
    from coterie.stores.accounts import Accounts, Person, Session

T = TypeVar("T")

_LOOKUPS_AT_ONCE = 16
_HASHINGS_AT_ONCE = 4
_KEPT_SECONDS = 1.0
_MOST_KEPT = 4096
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
        self._tokens: Kept[tuple[Person, frozenset[str]]] = Kept(accounts)
        self._sessions: Kept[Session] = Kept(accounts)

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

    async def session(self, token: str) -> Session | None:
        """Return the session that a cookie stands for; None where it has ended.

        A page is made of a hundred requests: what was found is remembered for a second, unless
        anything about people, sessions or tokens changes here in the meantime.
        """
        return await self._sessions.find(token, lambda: self.session_now(token))

    async def session_now(self, token: str, *, touch: bool = True) -> Session | None:
        """Return the same, asked for now; without `touch` it does not count as used."""
        return await self.look_up(lambda: self.accounts.session(token, touch=touch))

    async def token(self, secret: str) -> tuple[Person, frozenset[str]] | None:
        """Return whose API token this is and what it allows, remembered for one second.

        A program that scores customers asks thousands of times a second with one token.
        """
        return await self._tokens.find(secret, lambda: self.look_up(self.accounts.token, secret))


class Kept(Generic[T]):
    """What was looked up of secrets lately, by their hashes.

    It holds for a second, and no longer than until something is written to the accounts by this
    process: a logout, a revoked token, a person disabled on a page hold at once. What another
    process changes holds a second later at the latest.

    Parameters
    ----------
    accounts : Accounts
        Counts its changes.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._held: dict[bytes, tuple[float, int, T]] = {}

    async def find(self, secret: str, ask: Callable[[], Awaitable[T | None]]) -> T | None:
        """Return what belongs to a secret; asked for where it is not known, or not any more."""
        digest = hashlib.sha256(secret.encode()).digest()
        kept, now = self._held.get(digest), time.monotonic()
        # Read before asking: what changes meanwhile makes the answer an old one.
        changes = self._accounts.changes
        if kept is not None and kept[0] > now and kept[1] == changes:
            return kept[2]
        found = await ask()
        if found is None:
            self._held.pop(digest, None)
            return None
        if len(self._held) >= _MOST_KEPT:
            self._held.clear()
        self._held[digest] = (now + _KEPT_SECONDS, changes, found)
        return found
