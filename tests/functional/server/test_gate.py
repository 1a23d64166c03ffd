"""The gate itself, before rooms that let everybody in."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from coterie.faces.server.cookies import SESSION
from coterie.faces.server.gate import IDENTITY_HEADER
from coterie.stores.accounts import AccountStoreError, Person

from .conftest import BASE, Before

PAGE = {"accept": "text/html"}


def talk(client: TestClient, path: str = "/stream", **headers: str) -> Any:
    """Open a WebSocket at the server's own address."""
    return client.websocket_connect(f"ws://127.0.0.1:8501{path}", headers=headers)


def refused_socket(client: TestClient, path: str = "/stream", **headers: str) -> int:
    """Return the status, or the code, with which a WebSocket is refused."""
    with pytest.raises(WebSocketDisconnect) as caught, talk(client, path, **headers):
        pass
    return int(getattr(caught.value, "status_code", None) or caught.value.code)


# Without a session


def test_a_page_without_a_session_leads_to_the_login_and_back(before: Before) -> None:
    answer = before.client().get("/predict?study=4", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fpredict%3Fstudy%3D4"


def test_whatever_is_no_page_gets_401(before: Before) -> None:
    client = before.client()
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"):
        assert client.request(method, "/media/x").status_code == 401, method


def test_the_api_says_which_credentials_it_wants(before: Before) -> None:
    answer = before.client().get("/api/v1/models", headers=PAGE)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["status"] == 401


def test_a_websocket_without_a_session_is_not_opened(before: Before) -> None:
    assert refused_socket(before.client()) == 401
    assert refused_socket(before.client(), cookie=f"{SESSION}=made-up") == 401


def test_a_session_that_was_made_up_is_none(before: Before) -> None:
    client = before.client()
    client.cookies.set(SESSION, "x" * 43, domain="127.0.0.1")
    assert client.get("/").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/static/auth/../../_stcore/health",
        "/login/../predict",
        "/health/anything",
        "/oidc/../demo/",
        "/metrics/../api/v1/models",
        "//login/x",
        "/loginx",
    ],
)
def test_a_path_that_only_looks_open_never_reaches_the_house(before: Before, path: str) -> None:
    answer: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    # A client would tidy the path; one of bad will does not.
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("10.0.0.1", 1),
    }
    anyio.run(before.gate, scope, receive, send)
    assert before.house.heard == 0
    assert before.porch.heard or answer[0]["status"] == 401


# From elsewhere


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "", "["])
def test_a_foreign_host_gets_400(before: Before, ada: Person, host: str) -> None:
    client = before.client(ada)
    for path in ("/", "/login", "/health", "/api/v1/models"):
        assert client.get(path, headers={"host": host}).status_code == 400, path
    assert refused_socket(client, host=host) == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "LOCALHOST."])
def test_the_servers_own_names_are_known(before: Before, host: str) -> None:
    assert before.client().get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://127.0.0.1:8502",
        "http://localhost:8501",
        "http://127.0.0.1",
        "null",
        "http://127.0.0.1:8501.evil.example",
        "file://127.0.0.1:8501",
        "http://127.0.0.1:99999",
    ],
)
def test_a_foreign_origin_gets_403(before: Before, browser: TestClient, origin: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = browser.request(method, "/_stcore/upload_file/a/b", headers={"origin": origin})
        assert answer.status_code == 403, method
    assert before.client().post("/login", headers={"origin": origin}).status_code == 403
    assert refused_socket(browser, origin=origin) == 403


def test_ones_own_origin_may(browser: TestClient) -> None:
    assert browser.post("/x", headers={"origin": BASE}).status_code == 200
    with talk(browser, origin=BASE) as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "ada: hello"


def test_over_tls_the_origin_is_https(before: Before, ada: Person) -> None:
    client = before.client(ada)
    insecure = client.get("https://127.0.0.1:8501/x", headers={"origin": "http://127.0.0.1:8501"})
    assert insecure.status_code == 403
    secure = client.get("https://127.0.0.1:8501/x", headers={"origin": "https://127.0.0.1:8501"})
    assert secure.status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_sites_page_sends_is_refused(browser: TestClient, site: str) -> None:
    form = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert browser.post("/x", headers=form).status_code == 403
    assert browser.get("/x", headers={**form, "sec-fetch-dest": "iframe"}).status_code == 403
    picture = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert browser.get("/x", headers=picture).status_code == 403


def test_a_link_from_elsewhere_may_be_followed(browser: TestClient) -> None:
    link = {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
    }
    assert browser.get("/predict", headers=link).status_code == 200


@pytest.mark.parametrize("name", ["host", "origin", "content-length", "authorization"])
def test_a_header_that_comes_twice_is_refused(browser: TestClient, name: str) -> None:
    value = {"host": "127.0.0.1:8501", "origin": BASE, "content-length": "0"}.get(name, "Bearer x")
    answer = browser.get("/x", headers=[("host", "127.0.0.1:8501"), (name, value), (name, value)])
    assert answer.status_code == 400


# Who asks


def test_the_faces_are_told_who_asks_and_a_client_cannot_say_so(
    before: Before, ada: Person, browser: TestClient
) -> None:
    answer = browser.get("/x", headers={IDENTITY_HEADER: "7-forged", "X-Coterie-Else": "y"}).json()
    assert answer["person"] == "ada"
    assert answer["headers"][IDENTITY_HEADER.lower()].startswith(f"{ada.id}-")
    assert "x-coterie-else" not in answer["headers"]
    again = before.client(ada).get("/x").json()
    # Another login is another identity: a page's state is not handed over with it.
    assert again["headers"][IDENTITY_HEADER.lower()] != answer["headers"][IDENTITY_HEADER.lower()]


def test_a_token_opens_the_api_and_nothing_else(before: Before, ada: Person) -> None:
    _, secret = before.accounts.create_token(ada, "t", ["place", "read"])
    bearer = {"authorization": f"Bearer {secret}"}
    client = before.client()
    answer = client.post("/api/v1/models/x/place", headers=bearer, content=b"{}").json()
    assert (answer["person"], answer["scopes"]) == ("ada", ["place", "read"])
    assert client.get("/", headers=bearer).status_code == 401
    assert client.get("/demo/config", headers=bearer).status_code == 401
    assert refused_socket(client, **bearer) == 401


def test_a_bad_token_is_not_saved_by_a_good_cookie(browser: TestClient) -> None:
    bad = {"authorization": "Bearer cot_" + "x" * 43}
    assert browser.get("/api/v1/models", headers=bad).status_code == 401


def test_who_asks_is_remembered_for_a_second_and_no_longer_than_it_holds(
    before: Before, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, asked = before.client(ada), []
    look = before.accounts.session

    def counted(token: str, *, touch: bool = True) -> Any:
        asked.append(token)
        return look(token, touch=touch)

    monkeypatch.setattr(before.accounts, "session", counted)
    for _ in range(20):
        assert client.get("/x").status_code == 200
    assert len(asked) < 5
    before.accounts.end_sessions(ada)
    assert client.get("/x").status_code == 401


def test_a_role_that_changes_here_holds_at_once(before: Before, ada: Person) -> None:
    before.accounts.add_person("second", "another quiet river", "admin")
    _record, secret = before.accounts.create_token(ada, "t", ["train"])
    client, bearer = before.client(), {"authorization": f"Bearer {secret}"}
    assert client.post("/api/v1/studies", headers=bearer).status_code == 200
    before.accounts.set_role("ada", "viewer")
    assert client.post("/api/v1/studies", headers=bearer).status_code == 403
    before.accounts.disable("ada")
    assert client.post("/api/v1/studies", headers=bearer).status_code == 401


def test_a_revoked_token_is_refused(before: Before, ada: Person) -> None:
    record, secret = before.accounts.create_token(ada, "t", ["read"])
    client, bearer = before.client(), {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/models", headers=bearer).status_code == 200
    before.accounts.revoke_token(ada, record.id)
    assert client.get("/api/v1/models", headers=bearer).status_code == 401


def test_a_revocation_elsewhere_is_seen_after_a_second(
    before: Before, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, secret = before.accounts.create_token(ada, "t", ["read"])
    client, bearer = before.client(), {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/models", headers=bearer).status_code == 200
    before.accounts.revoke_token(ada, record.id)
    later = time.monotonic() + 1.1
    monkeypatch.setattr("coterie.faces.server.keeping.time.monotonic", lambda: later)
    assert client.get("/api/v1/models", headers=bearer).status_code == 401


def test_a_browsers_session_changes_by_the_api_only_with_its_code(
    before: Before, browser: TestClient
) -> None:
    session = before.accounts.session(browser.cookies[SESSION])
    assert session is not None
    known, own = {"x-csrf-token": session.csrf}, {"origin": BASE}
    assert browser.get("/api/v1/models").status_code == 200
    assert browser.post("/api/v1/studies").status_code == 403
    assert browser.post("/api/v1/studies", headers=known).status_code == 403
    assert browser.post("/api/v1/studies", headers=own).status_code == 403
    assert browser.post("/api/v1/studies", headers={**known, **own}).status_code == 200
    assert browser.delete("/api/v1/studies/1", headers={"x-csrf-token": "x"}).status_code == 403


def test_a_viewer_gets_403_where_the_role_ends(before: Before, vera: Person) -> None:
    client = before.client(vera)
    assert client.get("/predict").status_code == 200
    for method, path in (
        ("GET", "/demo/"),
        ("GET", "/demo"),
        ("POST", "/demo/gradio_api/upload"),
        ("PUT", "/_stcore/upload_file/s/f"),
    ):
        assert client.request(method, path).status_code == 403, path
    page = client.get("/demo/", headers=PAGE)
    assert page.status_code == 403
    assert "Your role does not include this" in page.text


def test_a_disabled_person_is_out_at_once(before: Before, ada: Person, vera: Person) -> None:
    client = before.client(vera)
    assert client.get("/").status_code == 200
    before.accounts.disable("vera", by=ada)
    assert client.get("/").status_code == 401


# Bodies


def test_a_body_that_says_it_is_too_large_is_not_read(browser: TestClient) -> None:
    answer = browser.put("/_stcore/upload_file/s/f", content=b"x" * 3_000_000)
    assert answer.status_code == 413
    assert "At most 1 MB" in answer.json()["detail"]


def test_a_body_that_does_not_say_so_is_cut_off(browser: TestClient) -> None:
    def pieces() -> Any:
        for _ in range(40):
            yield b"x" * 100_000

    assert browser.put("/_stcore/upload_file/s/f", content=pieces()).status_code == 413


def test_a_form_of_our_own_is_small(before: Before) -> None:
    assert before.client().post("/login", content=b"x" * 70_000).status_code == 413


def test_a_body_within_the_limit_arrives_whole(browser: TestClient) -> None:
    sent = browser.put("/_stcore/upload_file/s/f", content=b"x" * 1_000_000)
    assert sent.json()["body"] == 1_000_000


# Sockets


def test_an_open_socket_ends_with_its_session_before_the_next_message_is_heard(
    before: Before, browser: TestClient
) -> None:
    before.gate.door = replace(before.gate.door, look_every=60.0)
    with talk(browser) as socket:
        socket.send_text("one")
        assert socket.receive_text() == "ada: one"
        before.accounts.log_out(browser.cookies[SESSION])
        socket.send_text("two")
        assert socket.receive_bytes() == b"farewell"
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 1008
    assert before.house.closed == [1008]


def test_a_silent_socket_ends_too(before: Before, browser: TestClient) -> None:
    with talk(browser) as socket:
        before.accounts.log_out(browser.cookies[SESSION])
        assert socket.receive_bytes() == b"farewell"


def test_what_a_page_does_by_itself_keeps_no_session_alive(
    before: Before, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched: list[bool] = []
    ask = before.accounts.session

    def noted(token: str, *, touch: bool = True) -> Any:
        touched.append(touch)
        return ask(token, touch=touch)

    monkeypatch.setattr(before.accounts, "session", noted)
    before.gate.door = replace(before.gate.door, look_every=60.0)
    with talk(before.client(ada)) as socket:
        touched.clear()
        socket.send_text("tick")
        socket.receive_text()
        socket.send_text("a click")
        socket.receive_text()
    assert touched == [False, True]


# Trouble


def test_a_database_that_fails_is_a_sentence_and_lets_nobody_in(
    before: Before, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: object, **_more: object) -> None:
        raise AccountStoreError("The database of accounts does not answer.")

    monkeypatch.setattr(before.accounts, "session", fail)
    page = browser.get("/predict", headers=PAGE)
    assert page.status_code == 503
    assert "The database of accounts does not answer." in page.text
    assert refused_socket(browser) == 503


def test_every_answer_carries_the_headers(before: Before, browser: TestClient) -> None:
    answers = [
        browser.get("/x"),
        before.client().get("/x"),
        before.client().get("/x", headers=PAGE),
        before.client().get("/x", headers={"host": "evil"}),
        before.client().get("/login"),
        browser.get("/account"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] in ("DENY", "SAMEORIGIN")
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors" in policy
        assert "default-src" in policy
        assert "http" not in policy.replace("http-equiv", "")
    for answer in answers[-2:]:
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
