"""The pages before a session: login, sign-up, and what a one-time link leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from coterie.errors import CoterieError
from coterie.faces.server.cookies import SESSION, Jar
from coterie.faces.server.forms import FormGuard, read_form, safe_target, text_of
from coterie.faces.server.pages import show, show_message
from coterie.stores.accounts import (
    AccountStoreError,
    LinkRefusedError,
    LoginRefused,
    PasswordRefusedError,
    SignUpClosedError,
)

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from coterie.faces.server.keeping import Keeper
    from coterie.faces.server.metrics import Metrics
    from coterie.stores.accounts import Person

EXPIRED = "This page was open for too long, or was sent from elsewhere. Please send it once more."
DIFFERENT = "The two passwords are not the same. Type both again."

_NOTICES = {
    "out": "You are logged out.",
    "ended": "You are logged out. Log in to go on where you were.",
    "changed": "Your password is changed. Log in with the new one.",
    "everywhere": "You are logged out everywhere.",
}


@dataclass
class Entry:
    """Answers the requests of people who are not logged in.

    Attributes
    ----------
    keeper : Keeper
    jar : Jar
    guard : FormGuard
    metrics : Metrics
    oidc_name : str or None
        What the button of the single sign-on says, None where there is none.
    """

    keeper: Keeper
    jar: Jar
    guard: FormGuard
    metrics: Metrics
    oidc_name: str | None = None
    _has_people: bool = field(default=False, init=False)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of these pages."""
        links = (
            ("/first/{token}", "first"),
            ("/invite/{token}", "invitation"),
            ("/reset/{token}", "reset"),
        )
        return [
            Route("/login", self.show_login),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/signup", self.show_sign_up),
            Route("/signup", self.sign_up, methods=["POST"]),
            *(Route(path, self._shower(kind), name=f"show-{kind}") for path, kind in links),
            *(
                Route(path, self._joiner(kind), methods=["POST"], name=f"use-{kind}")
                for path, kind in links
            ),
        ]

    async def show_login(self, request: Request) -> Response:
        """Show the login, or go on where somebody is logged in already."""
        target = safe_target(request.query_params.get("next", ""))
        if request.state.person is not None:
            return RedirectResponse(target, 303)
        notice = _NOTICES.get(request.query_params.get("notice", ""), "")
        return await self._login_page(request, target=target, notice=notice)

    async def log_in(self, request: Request) -> Response:
        """Check a username and a password."""
        form = await read_form(request)
        name, target = text_of(form, "username"), safe_target(text_of(form, "next"))
        again = {"target": target, "name": name}
        if not self.guard.holds(request, form):
            return await self._login_page(request, message=EXPIRED, status=403, **again)
        try:
            _person, token = await self.keeper.hash(
                lambda: self.keeper.accounts.log_in(
                    name, text_of(form, "password"), address=address_of(request)
                )
            )
        except LoginRefused as refused:
            self.metrics.login(refused=True)
            status = 401 if refused.retry_after is None else 429
            page = await self._login_page(request, message=str(refused), status=status, **again)
            if refused.retry_after is not None:
                page.headers["Retry-After"] = str(int(refused.retry_after) + 1)
            return page
        except CoterieError as fault:
            return await self._login_page(request, message=str(fault), status=503, **again)
        self.metrics.login(refused=False)
        return await self.begin(request, token, target)

    async def begin(self, request: Request, token: str, target: str) -> Response:
        """Start a session in this browser; the one it had before, if any, ends."""
        before = request.state.session_token
        if before is not None:
            await self.keeper.look_up(self.keeper.accounts.log_out, before)
        answer = RedirectResponse(target, 303)
        policy = self.keeper.accounts.policy
        self.jar.put(answer, SESSION, token, seconds=int(policy.absolute_hours * 3600))
        return answer

    async def show_sign_up(self, request: Request) -> Response:
        """Show the sign-up, where it is open."""
        policy = self.keeper.accounts.policy.sign_up
        if policy != "open":
            return show_message(
                "Sign-up is not open",
                str(SignUpClosedError(policy)),
                status=403,
                link="/login",
                link_words="To the login",
            )
        return self._join_page(request, "signup")

    async def sign_up(self, request: Request) -> Response:
        """Make an account for anybody, where that is open."""

        def join(name: str, password: str) -> Person:
            return self.keeper.accounts.sign_up(name, password, address=address_of(request))

        return await self._join(request, "signup", join)

    def _shower(self, kind: str) -> Callable[[Request], Awaitable[Response]]:
        async def show_link(request: Request) -> Response:
            token = request.path_params["token"]
            link = await self.keeper.look_up(self.keeper.accounts.link, token)
            if link is None or link.kind != kind:
                return _link_refused()
            return self._join_page(request, kind, name=link.username or "")

        return show_link

    def _joiner(self, kind: str) -> Callable[[Request], Awaitable[Response]]:
        async def use_link(request: Request) -> Response:
            token, accounts = request.path_params["token"], self.keeper.accounts

            def join(name: str, password: str) -> Person:
                if kind == "reset":
                    return accounts.finish_reset(token, password)
                use = accounts.create_first if kind == "first" else accounts.accept_invitation
                return use(token, name, password)

            return await self._join(request, kind, join)

        return use_link

    async def _join(
        self, request: Request, kind: str, join: Callable[[str, str], Person]
    ) -> Response:
        """Make an account, or renew a password, then log in with it."""
        form = await read_form(request)
        name = text_of(form, "username")
        fault = self._fault(request, form)
        if fault:
            return self._join_page(
                request, kind, name=name, message=fault, wrong="password", status=422
            )
        try:
            person = await self.keeper.hash(join, name, text_of(form, "password"))
        except LinkRefusedError:
            return _link_refused()
        except CoterieError as refused:
            wrong = "password" if isinstance(refused, PasswordRefusedError) else "username"
            status = 503 if isinstance(refused, AccountStoreError) else 422
            return self._join_page(
                request, kind, name=name, message=str(refused), wrong=wrong, status=status
            )
        self._has_people = True
        token = await self.keeper.look_up(
            lambda: self.keeper.accounts.open_session(person, address=address_of(request))
        )
        return await self.begin(request, token, "/")

    def _fault(self, request: Request, form: FormData) -> str | None:
        if not self.guard.holds(request, form):
            return EXPIRED
        same = text_of(form, "password") == text_of(form, "again")
        return None if same else DIFFERENT

    async def _login_page(
        self,
        request: Request,
        *,
        target: str,
        name: str = "",
        message: str = "",
        notice: str = "",
        status: int = 200,
    ) -> Response:
        if not self._has_people:
            self._has_people = await self._any_people()
        return self._form_page(
            request,
            "login",
            status=status,
            next=target,
            name=name,
            message=message,
            notice=notice,
            sign_up=self.keeper.accounts.policy.sign_up,
            no_people=not self._has_people,
            oidc=self.oidc_name,
        )

    async def _any_people(self) -> bool:
        """Tell whether anybody has an account; yes while that cannot be looked up."""
        try:
            return bool(await self.keeper.look_up(self.keeper.accounts.people))
        except CoterieError:
            return True

    def _join_page(
        self,
        request: Request,
        kind: str,
        *,
        name: str = "",
        message: str = "",
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        title, lead, button = _JOINING[kind]
        return self._form_page(
            request,
            "join",
            status=status,
            kind=kind,
            title=title,
            lead=lead.format(name=name),
            button=button,
            action=request.url.path,
            asks_name=kind != "reset",
            name=name,
            message=message,
            wrong=wrong,
        )

    def _form_page(self, request: Request, template: str, **values: Any) -> Response:
        nonce = self.guard.nonce(request)
        return self.guard.keep(show(template, csrf=self.guard.code(nonce), **values), nonce)


_JOINING = {
    "signup": ("Make an account", "It holds your files and your studies.", "Make the account"),
    "first": (
        "The first account",
        "It is an administrator's: it invites the others and decides what they may do.",
        "Make the account",
    ),
    "invitation": (
        "You are invited",
        "Choose a name and a password, and you are in.",
        "Make the account",
    ),
    "reset": (
        "Choose a new password",
        "For the account {name}. Browsers that are logged in with it are logged out.",
        "Set the password",
    ),
}
"""Title, lead and button of each page that makes an account or renews a password."""


def address_of(request: Request) -> str:
    """Return where a request comes from, as the connection itself shows."""
    return request.client.host if request.client else ""


def _link_refused() -> Response:
    return show_message(
        "This link does not work any more",
        str(LinkRefusedError()),
        status=410,
        link="/login",
        link_words="To the login",
    )
