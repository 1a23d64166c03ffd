"""Prometheus figures of the server: requests, how long they took, jobs, logins, open pages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import Response

from coterie.faces.server.refusing import NO_SESSION, NOT_ALLOWED

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_OWN = frozenset(
    {"health", "metrics", "login", "logout", "signup", "first", "invite", "reset", "account"}
    | {"password", "oidc", "demo", "media", "component", "static", "app", "_stcore"}
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Metrics:
    """The figures of one server, in a registry of its own.

    Parameters
    ----------
    jobs_by_state : callable
        Returns how many jobs there are in each state.
    """

    def __init__(self, jobs_by_state: Callable[[], Mapping[str, int]]) -> None:
        self.registry = CollectorRegistry()
        self._counted: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = Counter(
            "coterie_requests",
            "Requests answered, by route and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "coterie_request_seconds",
            "Seconds from a request to the end of its answer, by route.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._open = Gauge(
            "coterie_open_pages",
            "WebSockets that are open: pages of the dashboard being looked at.",
            registry=self.registry,
        )
        self._logins = Counter(
            "coterie_logins",
            "Logins with a password, or by single sign-on.",
            ("answer",),
            registry=self.registry,
        )
        for answer in ("accepted", "refused"):
            self._logins.labels(answer)
        self.registry.register(_Jobs(jobs_by_state))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        shown = method if method in _METHODS else "other"
        key = (shown, route, status)
        if key not in self._counted:
            # Finding a figure by its labels takes longer than counting; there are few of them.
            known = self._requests.labels(shown, route, str(status)), self._seconds.labels(route)
            self._counted[key] = known
        requests, took = self._counted[key]
        requests.inc()
        took.observe(seconds)

    def login(self, *, refused: bool) -> None:
        """Count one attempt to log in."""
        self._logins.labels("refused" if refused else "accepted").inc()

    def page(self, change: int) -> None:
        """Count a WebSocket that opened (1) or closed (-1)."""
        self._open.inc(change)

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self.registry)


class _Jobs:
    """Asks for the jobs at the moment they are wanted."""

    def __init__(self, jobs_by_state: Callable[[], Mapping[str, int]]) -> None:
        self._jobs_by_state = jobs_by_state

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("coterie_jobs", "Jobs, by state.", labels=("state",))
        for state, count in sorted(self._jobs_by_state().items()):
            family.add_metric((state,), count)
        yield family

    def describe(self) -> Iterable[Metric]:
        return (GaugeMetricFamily("coterie_jobs", "Jobs, by state.", labels=("state",)),)


class Counted:
    """Counts what an application answers.

    Parameters
    ----------
    app : ASGI application
    metrics : Metrics
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application and count."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        path = scope["path"]
        try:
            await self._app(scope, receive, seen)
        finally:
            spent = time.perf_counter() - began
            self._metrics.request(scope["method"], route_of(path, scope), status, spent)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = False

        async def seen(message: Message) -> None:
            nonlocal opened
            if message["type"] == "websocket.accept":
                opened = True
                self._metrics.page(1)
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            if opened:
                self._metrics.page(-1)


def route_of(path: str, scope: Scope) -> str:
    """Return the name that a request is counted under; there are few, whatever is asked for.

    For the API it is the template of the route, such as ``/api/v1/models/{name}/place``;
    elsewhere the first part of the path where it is one of the server's own.
    """
    first = path.split("/")[1] if path.startswith("/") else ""
    if first == "api":
        template = getattr(scope.get("route"), "path", None)
        return f"/api/v1{template}" if isinstance(template, str) and template else "/api"
    if first in _OWN:
        return f"/{first}"
    return "/" if first == "" else "/page"


def metrics_endpoint(metrics: Metrics, *, open_on_loopback: bool) -> Callable[[Request], Response]:
    """Return the endpoint of `/metrics`: for admins, tokens that may read, and loopback if so set.

    Parameters
    ----------
    metrics : Metrics
    open_on_loopback : bool
        Whether this machine itself may read without credentials.
    """

    def show_metrics(request: Request) -> Response:
        person, scopes = request.state.person, request.state.scopes
        local = open_on_loopback and request.client and request.client.host in _LOOPBACK
        if not local and person is None:
            return Response(NO_SESSION.title, 401, {"WWW-Authenticate": "Bearer"})
        allowed = person is not None and (
            person.may("people") if scopes is None else "read" in scopes
        )
        if not local and not allowed:
            return Response(NOT_ALLOWED.title, 403)
        return Response(metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return show_metrics
