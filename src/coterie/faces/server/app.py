"""One ASGI application: the gate, our own pages, the API, the demo and the dashboard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from coterie.errors import CoterieError
from coterie.faces.api import create_api
from coterie.faces.server.account import Account
from coterie.faces.server.cookies import Jar
from coterie.faces.server.dashboard_face import (
    SOCKET,
    farewell,
    is_a_persons_doing,
    make_dashboard,
)
from coterie.faces.server.demo_face import mount_demo
from coterie.faces.server.entry import Entry
from coterie.faces.server.forms import FormGuard
from coterie.faces.server.gate import Door, Gate
from coterie.faces.server.health import health_endpoint
from coterie.faces.server.keeping import Keeper
from coterie.faces.server.metrics import Counted, Metrics, metrics_endpoint
from coterie.faces.server.pages import send_static, show_message
from coterie.faces.services import use

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from coterie.faces.services import Services


_API = "/api/v1"


@dataclass(frozen=True)
class Server:
    """The whole server as one ASGI application, with its parts at hand.

    Attributes
    ----------
    gate : Gate
    porch : Starlette
        Pages that need no session.
    house : Starlette
        All others: our pages about the account, the API, the demo and the dashboard.
    metrics : Metrics
    """

    gate: Gate
    porch: Starlette
    house: Starlette
    metrics: Metrics
    _front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._front(scope, receive, send)


def create_app(services: Services) -> Server:
    """Build the server.

    Parameters
    ----------
    services : Services
        Opened; the application uses them and does not close them.

    Returns
    -------
    Server
        An ASGI application; its lifespan starts and stops Streamlit and Gradio.
    """
    settings = services.settings
    jar = Jar(secure=is_secure(services))
    keeper, metrics = Keeper(services.accounts), Metrics(services.jobs.counts)
    entry = Entry(keeper, jar, FormGuard.make(jar), metrics)
    account = Account(keeper, jar, lambda: gate.bell.ring())
    porch = _make_porch(entry, keeper, metrics, services, jar)
    house = _make_house(account, services)
    door = Door(
        allowed_hosts=hosts_of(services),
        jar=jar,
        upload_bytes=int(settings.upload_mb * 1e6),
        public_url=settings.public_url,
        farewells={SOCKET: farewell()},
        counts=is_a_persons_doing,
    )
    gate = Gate(porch, _Hall(house), keeper, door)
    return Server(gate, porch, house, metrics, Counted(gate, metrics))


class _Hall:
    """Takes requests to the API straight there, and all others to the house.

    The house tries a dozen routes before it, which takes as long as placing a customer.

    Parameters
    ----------
    house : Starlette
        With the API mounted in it.
    """

    def __init__(self, house: Starlette) -> None:
        self._house = house
        self._mount = next(r for r in house.routes if isinstance(r, Mount) and r.path == _API)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run the house's lifespan."""
        if scope["type"] == "http" and scope["path"].startswith(f"{_API}/"):
            scope["app"] = self._house
            _, found = self._mount.matches(scope)
            scope.update(found)
            await self._mount.app(scope, receive, send)
        else:
            await self._house(scope, receive, send)


def is_secure(services: Services) -> bool:
    """Tell whether people reach the server over TLS, its own or that of a proxy in front."""
    settings = services.settings
    return settings.tls_cert is not None or settings.public_url.startswith("https://")


def hosts_of(services: Services) -> tuple[str, ...]:
    """Return the names that the server answers to."""
    settings = services.settings
    named = [*settings.allowed_hosts]
    if settings.host not in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        named.append(settings.host)
    if settings.public_url:
        named.append(urlsplit(settings.public_url).hostname or "")
    return tuple(dict.fromkeys(name for name in named if name))


def _make_porch(
    entry: Entry, keeper: Keeper, metrics: Metrics, services: Services, jar: Jar
) -> Starlette:
    settings = services.settings
    routes = [
        Route("/health", health_endpoint(keeper)),
        Route("/metrics", metrics_endpoint(metrics, open_on_loopback=settings.metrics_open)),
        Route("/static/auth/{name}", send_static),
        *entry.routes(),
    ]
    if settings.oidc is not None:
        from coterie.faces.server.oidc import SingleSignOn

        sign_on = SingleSignOn(settings.oidc, entry, settings.public_url, secure=jar.secure)
        entry.oidc_name = settings.oidc.label
        routes.append(Mount("/oidc", app=sign_on.app()))
    return Starlette(routes=routes, exception_handlers=_handlers("/login", "To the login"))


def _make_house(account: Account, services: Services) -> Starlette:
    api, dashboard = create_api(services), make_dashboard(services.settings)

    @asynccontextmanager
    async def run(house: Starlette) -> AsyncIterator[None]:
        use(services)
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(api.router.lifespan_context(api))
                await stack.enter_async_context(dashboard.lifespan()(house))
                yield
        finally:
            use(None)

    house = Starlette(
        routes=[
            *account.routes(),
            Route("/api", _sent_to("/api/v1/docs")),
            Route(_API, _sent_to("/api/v1/docs")),
            Mount(_API, app=api),
            Route("/demo", _sent_to("/demo/")),
            # Streamlit knows its first page by no other address than this.
            Route("/overview", _sent_to("/")),
        ],
        exception_handlers=_handlers("/", "To the dashboard"),
        lifespan=run,
    )
    mount_demo(house, services)
    # Last, since it takes every path that nobody else has.
    house.mount("/", dashboard)
    return house


def _sent_to(place: str) -> Callable[[Request], Response]:
    """Return an endpoint that sends a browser on, with the question its address asks."""

    def send_on(request: Request) -> Response:
        asked = request.url.query
        return RedirectResponse(f"{place}?{asked}" if asked else place, 307)

    return send_on


def _handlers(link: str, link_words: str) -> Mapping[Any, Callable[..., Response]]:
    """Return what is shown in place of a fault: a page, and never a traceback."""

    def on_status(_request: Request, fault: HTTPException) -> Response:
        title, detail = _STATUS.get(fault.status_code, _STATUS[400])
        return show_message(
            title, detail, status=fault.status_code, link=link, link_words=link_words
        )

    def on_coterie(_request: Request, fault: CoterieError) -> Response:
        return show_message(
            "This did not work", str(fault), status=422, link=link, link_words=link_words
        )

    def on_bug(_request: Request, _fault: Exception) -> Response:
        return show_message(*_BUG, status=500, link=link, link_words=link_words)

    return {HTTPException: on_status, CoterieError: on_coterie, Exception: on_bug}


_STATUS = {
    400: ("This request cannot be read", "Go back, reload the page, and send it again."),
    404: ("There is no such page", "Check the address, or start from the first page."),
    405: ("This page takes no such request", "Open it by its address."),
    413: ("This is too large", "Send less at once."),
}
_BUG = (
    "Something broke on our side",
    "It is written in the server's log. What you entered was not changed by it; try again, and "
    "tell an administrator if it stays so.",
)
