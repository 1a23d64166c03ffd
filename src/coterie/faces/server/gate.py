"""The gate: nothing, a WebSocket included, gets past it without a session."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from coterie.errors import CoterieError
from coterie.faces.server import refusing
from coterie.faces.server.asking import OWN_HEADERS, Asked
from coterie.faces.server.bodies import Bounded
from coterie.faces.server.cookies import SESSION, Jar
from coterie.faces.server.headers import secured
from coterie.faces.server.origins import (
    SAFE_METHODS,
    fetched_from_elsewhere,
    goes_by,
    host_name,
    is_own,
)
from coterie.faces.server.refusing import Refusal, refuse, refuse_socket
from coterie.faces.server.rules import OWN_SECTIONS, largest_body, needed_action
from coterie.faces.server.sockets import Bell, WatchedSocket

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from coterie.faces.server.keeping import Keeper
    from coterie.stores.accounts import Person, Session

IDENTITY_HEADER = "X-Coterie-Person"
"""Tells Streamlit whose connection this is; a page's state is never handed to anybody else."""

_IDENTITY = IDENTITY_HEADER.lower().encode()


@dataclass(frozen=True)
class Visitor:
    """Who sent a request, as far as it shows.

    Attributes
    ----------
    person : Person or None
    session : Session or None
        Of a browser.
    token : str or None
        The session's token, as the cookie holds it.
    scopes : frozenset of str or None
        Of an API token; None for a browser.
    """

    person: Person | None = None
    session: Session | None = None
    token: str | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True)
class Door:
    """What the gate holds requests to.

    Attributes
    ----------
    allowed_hosts : tuple of str
    jar : Jar
    upload_bytes : int
        Largest file that may be sent.
    public_url : str
        As people reach the server through a proxy; empty where none is in front.
    farewells : dict of str to bytes
        Path of a WebSocket -> the last message a page gets there once its session has ended.
    counts : callable
        Tells whether a message of a WebSocket is a person's doing.
    look_every : float
        Seconds between the checks of a silent WebSocket.
    """

    allowed_hosts: tuple[str, ...]
    jar: Jar
    upload_bytes: int
    public_url: str = ""
    farewells: dict[str, bytes] = field(default_factory=dict)
    counts: Callable[[Message], bool] = lambda _message: True
    look_every: float = 20.0


class Gate:
    """An ASGI application in front of two others.

    Parameters
    ----------
    porch : ASGI application
        The pages that need no session. It leads nowhere else: a path that only looks like one of
        its own ends there.
    house : ASGI application
        All the rest, and the lifespan.
    keeper : Keeper
    door : Door
    """

    def __init__(self, porch: ASGIApp, house: ASGIApp, keeper: Keeper, door: Door) -> None:
        self.porch = porch
        self.house = house
        self.door = door
        self.bell = Bell()
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] == "lifespan":
            await self.house(scope, receive, send)
            return
        asked = Asked.read(scope)
        if scope["type"] == "websocket":
            await self._socket(asked, scope, receive, send)
        else:
            await self._request(asked, scope, receive, self._guarded(asked, send))

    async def _request(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = Visitor()
        refusal = self._foreign(asked)
        if refusal is None:
            try:
                visitor = await self._identify(asked)
                refusal = self._judge(asked, visitor)
            except CoterieError as fault:
                refusal = refusing.out_of_order(fault)
        if refusal is not None:
            await refuse(refusal, asked, scope, receive, send)
            return
        self._introduce(scope, visitor)
        largest = largest_body(asked, self.door.upload_bytes)
        no = partial(refuse, refusing.too_large(largest), asked, scope, receive, send)
        if _declared_length(asked) > largest:
            await no()
            return
        await Bounded(self.porch if asked.is_open else self.house, largest, no).run(
            scope, receive, send
        )

    async def _socket(self, asked: Asked, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = Visitor()
        refusal = self._foreign(asked)
        if refusal is None:
            try:
                visitor = await self._by_cookie(asked)
                refusal = None if visitor.person else refusing.NO_SESSION
            except CoterieError as fault:
                refusal = refusing.out_of_order(fault)
        if refusal is None and visitor.person is not None:
            refusal = _beyond(asked, visitor.person)
        if refusal is not None or visitor.token is None:
            await refuse_socket(refusal or refusing.NO_SESSION, scope, send)
            return
        self._introduce(scope, visitor)
        socket = WatchedSocket(
            self.house,
            holds=partial(self._holds, visitor.token),
            counts=self.door.counts,
            bell=self.bell,
            farewell=self.door.farewells.get(asked.path),
            every=self.door.look_every,
        )
        await socket.run(scope, receive, send)

    def _foreign(self, asked: Asked) -> Refusal | None:
        """Refuse what was not meant for this server, or was sent by another site's page."""
        if asked.doubled:
            return refusing.DOUBLED
        if not goes_by(asked.host, self.door.allowed_hosts):
            return refusing.FOREIGN_HOST
        origin = asked.header("origin")
        if origin is not None and not self._own_origin(origin, asked):
            return refusing.FOREIGN_ORIGIN
        if fetched_from_elsewhere(asked.method, asked.headers):
            return refusing.FOREIGN_ORIGIN
        return None

    def _own_origin(self, origin: str, asked: Asked) -> bool:
        public = self.door.public_url
        if public and is_own(origin, urlsplit(public).netloc, urlsplit(public).scheme):
            return True
        return is_own(origin, asked.host, asked.scheme)

    async def _identify(self, asked: Asked) -> Visitor:
        if asked.bearer and (asked.is_api or asked.path == "/metrics"):
            found = await self._keeper.token(asked.bearer)
            return Visitor() if found is None else Visitor(person=found[0], scopes=found[1])
        if asked.needs_nobody:
            return Visitor()
        return await self._by_cookie(asked)

    async def _by_cookie(self, asked: Asked) -> Visitor:
        token = self.door.jar.read(asked.header("cookie") or "", SESSION)
        if token is None:
            return Visitor()
        session = await self._keeper.session(token)
        if session is None:
            return Visitor()
        return Visitor(person=session.person, session=session, token=token)

    async def _holds(self, token: str, a_persons_doing: bool) -> bool:
        return await self._keeper.session_now(token, touch=a_persons_doing) is not None

    @staticmethod
    def _judge(asked: Asked, visitor: Visitor) -> Refusal | None:
        if asked.is_open:
            return None
        if visitor.person is None:
            if not asked.is_api:
                return refusing.NO_SESSION
            return refusing.BAD_TOKEN if asked.bearer else refusing.NO_API_CREDENTIALS
        if asked.is_api and visitor.session is not None and asked.method not in SAFE_METHODS:
            sent = asked.header("x-csrf-token") or ""
            known = hmac.compare_digest(sent.encode(), visitor.session.csrf.encode())
            if not known or asked.header("origin") is None:
                return refusing.BAD_CSRF
        return _beyond(asked, visitor.person)

    @staticmethod
    def _introduce(scope: Scope, visitor: Visitor) -> None:
        """Tell the faces who asks, where a client cannot."""
        headers = [pair for pair in scope["headers"] if not pair[0].startswith(OWN_HEADERS)]
        if visitor.person is not None and visitor.token is not None:
            mark = hashlib.sha256(visitor.token.encode()).hexdigest()[:16]
            headers.append((_IDENTITY, f"{visitor.person.id}-{mark}".encode()))
        scope["headers"] = headers
        state: dict[str, Any] = dict(scope.get("state") or {})
        state["person"] = visitor.person
        state["session"] = visitor.session
        state["session_token"] = visitor.token
        state["scopes"] = visitor.scopes
        scope["state"] = state

    def _guarded(self, asked: Asked, send: Send) -> Send:
        """Return a `send` that completes the headers of the response."""
        own = asked.is_open or asked.section in OWN_SECTIONS

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                tls = asked.scheme == "https"
                host = (host_name(asked.host) or "") if tls else ""
                headers = secured(message.get("headers", ()), own=own, tls=tls, host=host)
                message = {**message, "headers": headers}
            await send(message)

        return guarded


def _beyond(asked: Asked, person: Person) -> Refusal | None:
    action = needed_action(asked)
    return refusing.NOT_ALLOWED if action is not None and not person.may(action) else None


def _declared_length(asked: Asked) -> int:
    declared = asked.header("content-length") or "0"
    return int(declared) if declared.isdigit() else 0
