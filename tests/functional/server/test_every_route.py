"""Every route there is, found in the applications themselves, asked for without a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from .conftest import Served

pytestmark = pytest.mark.slow

OPEN = {
    "/first/{token}",
    "/health",
    "/invite/{token}",
    "/login",
    "/metrics",
    "/reset/{token}",
    "/signup",
    "/static/auth/{name}",
}
"""What may be asked for without a session. A new one belongs here only after some thought."""

KNOWN = {
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/stream",
    "/_stcore/upload_file/{session_id}/{file_id}",
    "/account",
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/app/static/{path:path}",
    "/component/{path:path}",
    "/demo/config",
    "/demo/gradio_api/file={path_or_url:path}",
    "/demo/gradio_api/queue/data",
    "/demo/gradio_api/queue/join",
    "/demo/gradio_api/upload",
    "/logout",
    "/media/{file_id:path}",
    "/password",
}
"""Some that must be among those found, or the walk itself is broken."""


def walk(routes: Any, before: str = "") -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield kind, path and methods of every route, those of mounted applications included."""
    for route in routes:
        path = before + getattr(route, "path", "").rstrip("/")
        if isinstance(route, Mount):
            inner = getattr(route.app, "_starlette_app", None) or route.app
            # A mounted application may answer anything below it.
            yield "http", f"{path}/anything/at/all", frozenset({"GET", "POST"})
            yield from walk(getattr(inner, "routes", ()), path)
        elif isinstance(route, WebSocketRoute):
            yield "websocket", path, frozenset()
        elif isinstance(route, Route):
            yield "http", path or "/", frozenset(route.methods or {"GET", "POST"})
        else:
            # FastAPI keeps an included router as one; anything else is unknown, and fails here.
            inside = route.original_router.routes
            yield from walk(inside, before + route.include_context.prefix)


def filled(path: str) -> str:
    """Return a path with something in place of its parameters."""
    return re.sub(r"{[^}]+}", "1", path)


@pytest.fixture(scope="module")
def routes(served: Served) -> list[tuple[str, str, frozenset[str]]]:
    # Streamlit puts its routes together when it is first asked.
    assert served.browser("walker", "admin").get("/_stcore/health").status_code == 200
    return list(walk(served.app.house.routes))


def test_the_walk_finds_streamlits_gradios_and_our_own_routes(routes: Any) -> None:
    paths = {path for _, path, _ in routes}
    assert paths >= KNOWN, KNOWN - paths
    assert len(paths) > 80
    assert ("websocket", "/_stcore/stream", frozenset()) in routes


def test_no_route_of_the_house_answers_without_a_session(served: Served, routes: Any) -> None:
    reached = []

    async def house(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"])

    visitor, kept = served.visitor(), served.app.gate.house
    served.app.gate.house = house
    try:
        for kind, path, methods in routes:
            where = filled(path)
            if kind == "websocket":
                with pytest.raises(WebSocketDisconnect):
                    visitor.websocket_connect(f"ws://127.0.0.1:8501{where}").__enter__()
                continue
            for method in methods | {"GET", "OPTIONS", "HEAD"}:
                assert visitor.request(method, where).status_code == 401, (method, where)
            shown = visitor.get(where, headers={"accept": "text/html"})
            login = shown.status_code == 303 and shown.headers["location"].startswith("/login")
            assert login or where.startswith("/api"), where
    finally:
        served.app.gate.house = kept
    assert reached == []


def test_only_the_routes_that_were_thought_about_are_open(served: Served) -> None:
    found = {path for kind, path, _ in walk(served.app.porch.routes) if kind == "http"}
    assert found == OPEN


def test_the_open_routes_give_nothing_of_anybody(served: Served) -> None:
    visitor = served.visitor()
    for path in OPEN:
        answer = visitor.get(filled(path))
        assert answer.status_code in (200, 401, 404, 410), path
        assert "walker" not in answer.text


def test_the_same_routes_answer_somebody_who_may(served: Served) -> None:
    browser = served.browser("walker", "admin")
    html = {"accept": "text/html"}
    for path, mark in (
        ("/", "<title>"),
        ("/demo/", "gradio"),
        ("/api/v1/openapi.json", "openapi"),
        ("/account", "walker"),
        ("/_stcore/host-config", "allowedOrigins"),
    ):
        answer = browser.get(path, headers=html)
        assert answer.status_code == 200, path
        assert mark in answer.text, path
    assert browser.get("/demo").headers["location"] == "/demo/"
    assert browser.get("/api/v1").headers["location"] == "/api/v1/docs"
    assert browser.get("/overview?study=abc").headers["location"] == "/?study=abc"


def test_streamlits_own_protection_is_on(served: Served) -> None:
    browser = served.browser("walker", "admin")
    # Behind the gate Streamlit asks for its own code with every upload.
    upload = browser.put("/_stcore/upload_file/s/f", files={"file": ("a.csv", b"a,b\n1,2\n")})
    assert upload.status_code == 403
    assert browser.post("/_stcore/agent/interact", json={}).status_code in (403, 404)


def test_no_face_allows_other_sites_to_read_its_answers(served: Served) -> None:
    browser = served.browser("walker", "admin")
    font = "/app/static/inter-latin-wght-normal.woff2"
    for path in ("/", font, "/demo/", "/demo/config", "/api/v1/openapi.json"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "access-control-allow-origin" not in answer.headers, path


def test_a_viewer_sees_the_dashboard_and_not_the_demo(served: Served) -> None:
    viewer = served.browser("onlooker", "viewer")
    assert viewer.get("/").status_code == 200
    assert viewer.get("/demo/").status_code == 403


def test_the_api_is_counted_by_the_templates_of_its_routes(served: Served) -> None:
    browser = served.browser("walker", "admin")
    browser.get("/api/v1/models")
    browser.get("/api/v1/models/no-such-model/segments")
    text = served.app.metrics.text().decode()
    assert 'route="/api/v1/models",status="200"' in text
    assert 'route="/api/v1/models/{name}/segments",status="404"' in text
    assert "no-such-model" not in text
