"""The pages of one's own account: password, sessions, tokens, and the way out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from coterie.errors import CoterieError
from coterie.faces.server.cookies import SESSION, Jar
from coterie.faces.server.entry import DIFFERENT, EXPIRED
from coterie.faces.server.forms import read_form, session_holds, text_of
from coterie.faces.server.pages import show, show_message

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from coterie.faces.server.keeping import Keeper

_SCOPES = (
    ("read", "see models, segments and studies"),
    ("place", "tell the segment of one customer"),
    ("score", "tell the segments of a whole file"),
    ("train", "start studies and cancel them"),
)
_ROLES = {
    "admin": "Administrator: everything, people and models included.",
    "analyst": "Analyst: uploads files, finds segments, exports.",
    "viewer": "Viewer: looks at studies and places one customer.",
}

_NOTICES = {
    "revoked": "The token is revoked. Programs that use it are refused from now on.",
    "ended": "That browser is logged out.",
    "others": "Every other browser is logged out.",
}


@dataclass
class Account:
    """Answers what people do with their own account.

    Attributes
    ----------
    keeper : Keeper
    jar : Jar
    ring : callable
        Makes open pages look again whether their session still stands.
    """

    keeper: Keeper
    jar: Jar
    ring: Callable[[], None]

    def routes(self) -> list[BaseRoute]:
        """Return the routes of these pages."""
        return [
            Route("/account", self.show_account),
            Route("/account/tokens", self._posted(self.make_token), methods=["POST"]),
            Route(
                "/account/tokens/{token_id:int}/revoke",
                self._posted(self.revoke_token),
                methods=["POST"],
            ),
            Route("/account/sessions/end", self._posted(self.end_sessions), methods=["POST"]),
            Route("/account/sessions/others", self._posted(self.end_others), methods=["POST"]),
            Route(
                "/account/sessions/{handle}/end",
                self._posted(self.end_session),
                methods=["POST"],
            ),
            Route("/password", self.show_password),
            Route("/password", self._posted(self.change_password), methods=["POST"]),
            Route("/logout", self.show_logout),
            Route("/logout", self._posted(self.log_out), methods=["POST"]),
        ]

    async def show_account(self, request: Request) -> Response:
        """Show the account."""
        notice = _NOTICES.get(request.query_params.get("notice", ""), "")
        return await self._account_page(request, notice=notice)

    async def make_token(self, request: Request, form: FormData) -> Response:
        """Make a token and show it, this once."""
        name, scopes = text_of(form, "name"), [str(scope) for scope in form.getlist("scopes")]
        days = text_of(form, "days")
        # Whatever is not one of the offers is the shortest of them.
        length = int(days) if days in ("30", "90", "365") else 30
        ends = None if days == "" else datetime.now(UTC) + timedelta(days=length)
        accounts, person = self.keeper.accounts, request.state.person
        try:
            _record, secret = await self.keeper.look_up(
                lambda: accounts.create_token(person, name, scopes, expires_at=ends)
            )
        except CoterieError as refused:
            return await self._account_page(
                request, message=str(refused), name=name, ticked=scopes, status=422
            )
        return await self._account_page(request, secret=secret)

    async def revoke_token(self, request: Request, _form: FormData) -> Response:
        """Make a token worthless."""
        accounts, token_id = self.keeper.accounts, request.path_params["token_id"]
        try:
            await self.keeper.look_up(accounts.revoke_token, request.state.person, token_id)
        except CoterieError as refused:
            return await self._account_page(request, message=str(refused), status=404)
        return RedirectResponse("/account?notice=revoked", 303)

    async def end_sessions(self, request: Request, _form: FormData) -> Response:
        """Log out every browser of this person."""
        accounts, person = self.keeper.accounts, request.state.person
        await self.keeper.look_up(lambda: accounts.end_sessions(person, by=person))
        return self._left("everywhere")

    async def end_others(self, request: Request, _form: FormData) -> Response:
        """Log out every other browser of this person."""
        accounts, token = self.keeper.accounts, request.state.session_token
        await self.keeper.look_up(accounts.end_other_sessions, request.state.person, token)
        self.ring()
        return RedirectResponse("/account?notice=others", 303)

    async def end_session(self, request: Request, _form: FormData) -> Response:
        """Log out one browser of this person; this one is sent to the login."""
        accounts, handle = self.keeper.accounts, request.path_params["handle"]
        try:
            await self.keeper.look_up(accounts.end_session, request.state.person, handle)
        except CoterieError as refused:
            return await self._account_page(request, message=str(refused), status=404)
        if handle == accounts.handle_of(request.state.session_token):
            return self._left("out")
        self.ring()
        return RedirectResponse("/account?notice=ended", 303)

    async def show_password(self, request: Request) -> Response:
        """Show the form for a new password."""
        return self._password_page(request)

    async def change_password(self, request: Request, form: FormData) -> Response:
        """Change the password; every session ends with the old one."""
        new = text_of(form, "password")
        if new != text_of(form, "again"):
            return self._password_page(request, message=DIFFERENT, status=422)
        accounts, old = self.keeper.accounts, text_of(form, "old")
        try:
            await self.keeper.hash(accounts.change_password, request.state.person, old, new)
        except CoterieError as refused:
            return self._password_page(request, message=str(refused), status=422)
        return self._left("changed")

    async def show_logout(self, request: Request) -> Response:
        """Ask before logging out: a link alone, that any page can hold, must not do it."""
        session = request.state.session
        return show("logout", csrf=session.csrf, person=session.person)

    async def log_out(self, request: Request, _form: FormData) -> Response:
        """End this session."""
        token = request.state.session_token
        await self.keeper.look_up(self.keeper.accounts.log_out, token)
        return self._left("out")

    def _posted(
        self, act: Callable[[Request, FormData], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that acts only on a form of this very session."""

        async def endpoint(request: Request) -> Response:
            form = await read_form(request)
            if not session_holds(request.state.session, form):
                return show_message(
                    "Nothing was done",
                    EXPIRED,
                    status=403,
                    link="/account",
                    link_words="To your account",
                )
            return await act(request, form)

        return endpoint

    def _left(self, notice: str) -> Response:
        self.ring()
        answer = RedirectResponse(f"/login?notice={notice}", 303)
        self.jar.drop(answer, SESSION)
        # Pages that the browser kept are not shown to whoever sits down next.
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    async def _account_page(
        self,
        request: Request,
        *,
        message: str = "",
        notice: str = "",
        secret: str = "",
        name: str = "",
        ticked: list[str] | None = None,
        status: int = 200,
    ) -> Response:
        session, accounts = request.state.session, self.keeper.accounts
        tokens = await self.keeper.look_up(accounts.tokens, session.person)
        logins = await self.keeper.look_up(accounts.sessions, session.person)
        return show(
            "account",
            status=status,
            csrf=session.csrf,
            person=session.person,
            role_words=_ROLES[session.person.role],
            logins=logins,
            this=accounts.handle_of(request.state.session_token),
            tokens=tokens,
            scopes=_SCOPES,
            ticked=["place", "read"] if ticked is None else ticked,
            token_name=name,
            secret=secret,
            message=message,
            notice=notice,
        )

    @staticmethod
    def _password_page(request: Request, *, message: str = "", status: int = 200) -> Response:
        session = request.state.session
        return show(
            "password", status=status, csrf=session.csrf, person=session.person, message=message
        )
