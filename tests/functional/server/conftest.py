"""A gate before two rooms of chalk, and the whole server, each made once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from coterie.faces.server.cookies import SESSION, Jar
from coterie.faces.server.gate import Door, Gate
from coterie.faces.server.keeping import Keeper
from coterie.stores.accounts import Accounts, HashCost, Person, Policy

BASE = "http://127.0.0.1:8501"
PASSWORD = "engine of analysis 1843"  # noqa: S105
CHEAP = HashCost(passes=1, memory_kib=64)


def csrf_of(page: str) -> str:
    """Return the hidden code of the first form on a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


class Room:
    """Stands for all that lies behind a door: says who it was told is there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard = 0
        self.closed: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.heard += 1
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the client went away")
            body, more = body + message.get("body", b""), message.get("more_body", False)
        state = scope["state"]
        answer = {
            "room": self.name,
            "person": state["person"].username if state["person"] else None,
            "scopes": sorted(state["scopes"]) if state["scopes"] is not None else None,
            "headers": {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
            "body": len(body),
        }
        await JSONResponse(answer)(scope, receive, send)

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self.closed.append(message["code"])
                return
            person = scope["state"]["person"].username
            await send({"type": "websocket.send", "text": f"{person}: {message.get('text')}"})


class Before:
    """A gate with rooms of chalk behind it, and people who may come."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.porch, self.house = Room("porch"), Room("house")
        self.door = Door(
            allowed_hosts=("localhost", "127.0.0.1"),
            jar=Jar(secure=False),
            upload_bytes=1_000_000,
            farewells={"/stream": b"farewell"},
            counts=lambda message: message.get("text") != "tick",
            look_every=0.05,
        )
        self.keeper = Keeper(accounts)
        self.gate = Gate(self.porch, self.house, self.keeper, self.door)

    def client(self, person: Person | None = None) -> TestClient:
        """Return a browser, logged in as a person."""
        client = TestClient(self.gate, base_url=BASE, follow_redirects=False)
        if person is not None:
            token = self.accounts.open_session(person, address="test")
            client.cookies.set(SESSION, token, domain="127.0.0.1")
        return client


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    """Accounts with quick hashes."""
    with Accounts.open(f"sqlite:///{tmp_path}/a.db", policy=Policy(hash_cost=CHEAP)) as opened:
        yield opened


@pytest.fixture
def ada(accounts: Accounts) -> Person:
    return accounts.add_person("ada", PASSWORD, "admin")


@pytest.fixture
def vera(accounts: Accounts) -> Person:
    """Somebody who may only look."""
    return accounts.add_person("vera", PASSWORD, "viewer")


@pytest.fixture
def before(accounts: Accounts) -> Before:
    return Before(accounts)


@pytest.fixture
def browser(before: Before, ada: Person) -> TestClient:
    """A browser that Ada is logged in with."""
    return before.client(ada)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The whole server, started; one a process, as Streamlit will have it."""
    from coterie.faces.server.app import create_app
    from coterie.faces.services import Services, Settings

    data = tmp_path_factory.mktemp("server") / "data"
    services = Services.open(Settings(data_dir=data, sign_up="open", upload_mb=3))
    app = create_app(services)
    with TestClient(app, base_url=BASE, follow_redirects=False) as client:
        yield Served(app, services, client)
    services.close()


class Served:
    """The whole server and what is inside it."""

    def __init__(self, app: Any, services: Any, client: TestClient) -> None:
        self.app = app
        self.services = services
        self.started = client
        self.accounts: Accounts = services.accounts

    def visitor(self, *, address: str = "testclient") -> TestClient:
        """Return a browser that nobody is logged in with."""
        return TestClient(self.app, base_url=BASE, follow_redirects=False, client=(address, 50_000))

    def person(self, name: str, role: Any = "analyst") -> Person:
        """Return a person, made if need be."""
        known = {one.username: one for one in self.accounts.people()}
        return known.get(name) or self.accounts.add_person(name, PASSWORD, role)

    def browser(self, name: str, role: Any = "analyst") -> TestClient:
        """Return a browser that a person is logged in with."""
        client = self.visitor()
        token = self.accounts.open_session(self.person(name, role), address="test")
        client.cookies.set(SESSION, token, domain="127.0.0.1")
        return client
