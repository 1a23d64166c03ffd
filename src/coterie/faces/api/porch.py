"""What every request passes: somebody must ask, not too often, and faults stay our own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from starlette.routing import Match

from coterie.faces.api.permissions import caller
from coterie.faces.api.problems import Problem, broken

if TYPE_CHECKING:
    from starlette.routing import Route
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from coterie.faces.api.limits import TokenBuckets

DEAR = {"score": 10.0, "studies": 20.0}
"""Requests that change or compute much count as so many, by the last part of their path."""


class Porch:
    """An ASGI middleware around the whole API.

    Parameters
    ----------
    app : ASGI application
    buckets : TokenBuckets
    express : Route
        Asked first, and without what FastAPI puts around its routes: a placing takes less time
        than to be handed through that.
    """

    def __init__(self, app: ASGIApp, buckets: TokenBuckets, express: Route) -> None:
        self._app = app
        self._buckets = buckets
        self._express = express

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request of somebody known in; answer a fault that nobody caught."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            self._admit(scope)
            await self._way(scope)(scope, receive, noted)
        except Problem as problem:
            if begun:
                raise
            await problem.response()(scope, receive, send)
        except Exception as fault:
            told = broken(fault)
            if begun:
                raise
            await told.response()(scope, receive, send)

    def _way(self, scope: Scope) -> ASGIApp:
        """Return what answers a request."""
        if scope["path"].endswith("/place"):
            match, found = self._express.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                scope["route"] = self._express  # As routers leave it, for who counts requests.
                return self._express.app
        return self._app

    def _admit(self, scope: Scope) -> None:
        """Raise Problem 401 where nobody asks, and 429 where somebody asks too often."""
        person = caller(scope)
        cost = 1.0
        if scope["method"] == "POST":
            cost = DEAR.get(scope["path"].rpartition("/")[2], 1.0)
        wait = self._buckets.take(person.id, cost)
        if wait:
            seconds = math.ceil(wait)
            raise Problem(
                429,
                "too-many-requests",
                f"You send requests faster than this server answers one person. Wait {seconds} "
                "s, or send many records in one request to /score.",
                headers={"Retry-After": str(seconds)},
            )
