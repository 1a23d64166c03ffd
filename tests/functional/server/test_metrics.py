"""What is counted, and for whom."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from coterie.faces.server.metrics import Counted, Metrics, metrics_endpoint, route_of
from coterie.stores.accounts import Person

from .conftest import BASE, Before


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(lambda: {"done": 3, "running": 1})


def counted(before: Before, metrics: Metrics, *, loopback: bool = False) -> Counted:
    """Return a server that counts, with one route to count."""
    endpoint = metrics_endpoint(metrics, open_on_loopback=loopback)
    before.gate.porch = Starlette(routes=[Route("/metrics", endpoint)])

    async def place(_request: object) -> PlainTextResponse:
        return PlainTextResponse("placed")

    api = Starlette(routes=[Route("/models/{name}/place", place, methods=["GET", "POST"])])
    before.gate.house = Starlette(routes=[Mount("/api/v1", app=api), Route("/{rest:path}", place)])
    return Counted(before.gate, metrics)


def browser(app: Counted, before: Before, person: Person | None, address: str) -> TestClient:
    client = TestClient(app, base_url=BASE, client=(address, 1))
    if person is not None:
        client.cookies = before.client(person).cookies
    return client


def test_the_figures_are_for_admins_and_tokens_that_may_read(
    before: Before, metrics: Metrics, ada: Person, vera: Person
) -> None:
    app = counted(before, metrics)
    assert browser(app, before, None, "127.0.0.1").get("/metrics").status_code == 401
    assert browser(app, before, vera, "127.0.0.1").get("/metrics").status_code == 403
    assert browser(app, before, ada, "10.0.0.1").get("/metrics").status_code == 200
    for scopes, status in ((["read"], 200), (["place"], 403)):
        _, secret = before.accounts.create_token(ada, "t", scopes)
        bearer = {"authorization": f"Bearer {secret}"}
        answer = browser(app, before, None, "10.0.0.1").get("/metrics", headers=bearer)
        assert answer.status_code == status


def test_they_can_be_opened_to_this_machine_alone(before: Before, metrics: Metrics) -> None:
    app = counted(before, metrics, loopback=True)
    assert browser(app, before, None, "127.0.0.1").get("/metrics").status_code == 200
    assert browser(app, before, None, "10.0.0.1").get("/metrics").status_code == 401
    forged = {"x-forwarded-for": "127.0.0.1"}
    assert browser(app, before, None, "10.0.0.1").get("/metrics", headers=forged).status_code == 401


def test_requests_jobs_and_logins_are_counted(
    before: Before, metrics: Metrics, ada: Person
) -> None:
    client = browser(counted(before, metrics), before, ada, "127.0.0.1")
    for name in ("one", "two", "three"):
        client.get(f"/api/v1/models/{name}/place")
    browser(counted(before, metrics), before, None, "10.0.0.1").get("/secret/thing")
    metrics.login(refused=True)
    text = client.get("/metrics").text
    place = 'coterie_requests_total{method="GET",route="/api/v1/models/{name}/place",status="200"}'
    assert f"{place} 3.0" in text
    assert 'coterie_requests_total{method="GET",route="/page",status="401"} 1.0' in text
    assert 'coterie_request_seconds_count{route="/api/v1/models/{name}/place"} 3.0' in text
    assert 'coterie_jobs{state="done"} 3.0' in text
    assert 'coterie_jobs{state="running"} 1.0' in text
    assert 'coterie_logins_total{answer="refused"} 1.0' in text
    assert "secret" not in text


def test_a_stranger_cannot_make_the_figures_grow(before: Before, metrics: Metrics) -> None:
    client = browser(counted(before, metrics), before, None, "10.0.0.1")
    client.get("/a")
    many = len(metrics.text().splitlines())
    for number in range(50):
        client.get(f"/{number}/{number}?q={number}")
        client.get(f"/api/v1/{number}/x")
        client.request(f"VERB{number}", f"/{number}")
    # One more route (/api) and one more method (other), with their buckets.
    assert len(metrics.text().splitlines()) < many + 30


def test_open_pages_are_counted_while_they_are_open(before: Before, ada: Person) -> None:
    metrics = Metrics(dict)
    client = browser(Counted(before.gate, metrics), before, ada, "127.0.0.1")
    with client.websocket_connect("ws://127.0.0.1:8501/stream") as socket:
        socket.send_text("x")
        socket.receive_text()
        assert b"coterie_open_pages 1.0" in metrics.text()
    assert b"coterie_open_pages 0.0" in metrics.text()


@pytest.mark.parametrize(
    ("path", "route"),
    [("/", "/"), ("/_stcore/health", "/_stcore"), ("/demo/x", "/demo"), ("/predict", "/page")],
)
def test_routes_are_named_by_their_first_part(path: str, route: str) -> None:
    assert route_of(path, {"type": "http"}) == route
