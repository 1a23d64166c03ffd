"""A WebSocket that ends when the session it was opened with ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION = 1008


class Bell:
    """Wakes every open socket to look again whether its session still stands."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    @property
    def next_ring(self) -> asyncio.Event:
        """The event of the ring to come."""
        return self._rung

    def ring(self) -> None:
        """Wake them all; call from the event loop."""
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()


class WatchedSocket:
    """Runs one WebSocket of an application, and closes it once its session has ended.

    The session is checked before each message of the browser is passed on, whenever the bell
    rings, and every so often while nothing is said: a tab that was left open does not go on
    showing customers.

    Parameters
    ----------
    app : ASGI application
    holds : callable
        Tells whether the session still stands; its argument is whether a person did something.
    counts : callable
        Tells whether a message is a person's doing, not the page's own.
    bell : Bell
    farewell : bytes or None
        Sent as the last message, for the page to act upon.
    every : float
        Seconds between the checks of a silent socket.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        holds: Callable[[bool], Awaitable[bool]],
        counts: Callable[[Message], bool],
        bell: Bell,
        farewell: bytes | None,
        every: float,
    ) -> None:
        self._app = app
        self._holds = holds
        self._counts = counts
        self._bell = bell
        self._farewell = farewell
        self._every = every
        self._accepted = False
        self._closed = False

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the socket until either side, or the session, ends."""
        waiting: asyncio.Future[Message] | None = None

        async def watched() -> Message:
            nonlocal waiting
            while not self._closed:
                if waiting is None:
                    waiting = asyncio.ensure_future(receive())
                message = await self._next(waiting)
                if message is not None and message["type"] != "websocket.receive":
                    waiting = None
                    return message
                if not await self._holds(message is not None and self._counts(message)):
                    await self._end(send)
                    break
                if message is not None:
                    waiting = None
                    return message
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

        async def passed_on(message: Message) -> None:
            if self._closed:
                return
            self._accepted = self._accepted or message["type"] == "websocket.accept"
            self._closed = message["type"] == "websocket.close"
            try:
                await send(message)
            except OSError:  # The browser has left in the meantime.
                self._closed = True

        try:
            await self._app(scope, watched, passed_on)
        finally:
            if waiting is not None:
                waiting.cancel()

    async def _next(self, waiting: asyncio.Future[Message]) -> Message | None:
        """Wait for a message, a ring of the bell, or the time to look again."""
        ringing = asyncio.ensure_future(self._bell.next_ring.wait())
        either: set[asyncio.Future[Any]] = {waiting, ringing}
        try:
            await asyncio.wait(either, timeout=self._every, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
        return waiting.result() if waiting.done() else None

    async def _end(self, send: Send) -> None:
        self._closed = True
        if self._accepted and self._farewell is not None:
            await send({"type": "websocket.send", "bytes": self._farewell})
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "logged out"})
