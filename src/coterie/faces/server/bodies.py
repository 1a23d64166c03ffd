"""Holds the body of a request to its limit, whatever it says of its own length."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Bounded:
    """Runs one request of an application with at most `largest` bytes of body.

    Past the limit the client gets the refusal at once, and the application sees a client that
    went away; whatever it still answers is dropped.

    Parameters
    ----------
    app : ASGI application
    largest : int
        Bytes.
    refuse : callable
        Sends the refusal.
    """

    def __init__(self, app: ASGIApp, largest: int, refuse: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._largest = largest
        self._refuse = refuse
        self._read = 0
        self._refused = False
        self._answering = False

    async def run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request."""

        async def counted() -> Message:
            if self._refused:
                return {"type": "http.disconnect"}
            message = await receive()
            self._read += len(message.get("body", b""))
            if self._read <= self._largest:
                return message
            self._refused = True
            if not self._answering:
                await self._refuse()
            return {"type": "http.disconnect"}

        async def passed_on(message: Message) -> None:
            if self._refused:
                return
            self._answering = True
            await send(message)

        try:
            await self._app(scope, counted, passed_on)
        except Exception:
            # The application may well stumble over a client that went away in mid-sentence.
            if not self._refused:
                raise
