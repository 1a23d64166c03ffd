"""How the gate says no: a redirect to the login, a page, a problem document, or a closed socket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from coterie.errors import CoterieError
from coterie.faces.server.pages import show_message
from coterie.faces.server.sockets import POLICY_VIOLATION

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from coterie.faces.server.asking import Asked


@dataclass(frozen=True)
class Refusal:
    """Why a request is not let in.

    Attributes
    ----------
    status : int
        HTTP status.
    title : str
        What is wrong.
    detail : str
        What to do.
    log_in : bool
        A login would help.
    """

    status: int
    title: str
    detail: str
    log_in: bool = False


FOREIGN_HOST = Refusal(
    400,
    "This address is not known",
    "The server was asked for under a name that it does not go by. Use the address that it printed "
    "at its start, or add the name to allowed_hosts in its settings.",
)
FOREIGN_ORIGIN = Refusal(
    403,
    "This request came from another site",
    "A page of another address sent it. Open Coterie itself, and try again there.",
)
DOUBLED = Refusal(
    400, "This request contradicts itself", "A header that may come only once came twice."
)
NO_SESSION = Refusal(401, "You are not logged in", "Log in to see this page.", log_in=True)
BAD_TOKEN = Refusal(
    401,
    "This token is not valid",
    "It was revoked, has expired, or was never one. Make a new one on the account page.",
)
NO_API_CREDENTIALS = Refusal(
    401,
    "No token came with this request",
    "Send 'Authorization: Bearer cot_…' with a token made on the account page.",
)
BAD_CSRF = Refusal(
    403,
    "This request cannot be told from a forged one",
    "With a browser's session a changing request needs the header X-CSRF-Token and an Origin of "
    "this server. Programs use a token instead.",
)
NOT_ALLOWED = Refusal(
    403,
    "Your role does not include this",
    "Ask an administrator of this server for the role of an analyst.",
)


def out_of_order(fault: CoterieError) -> Refusal:
    """Return the refusal while it cannot be told who asks."""
    return Refusal(503, "The server cannot look this up just now", str(fault))


def too_large(largest: int) -> Refusal:
    """Return the refusal of a body of more than `largest` bytes."""
    shown = f"{largest // 1024**2} MB" if largest >= 1024**2 else f"{largest // 1024} kB"
    return Refusal(413, "This is too large", f"At most {shown} can be sent here.")


async def refuse(
    refusal: Refusal, asked: Asked, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer a request with a refusal, in the form that who asked can read."""
    answer = _page(refusal, asked) if asked.is_page else _problem(refusal, asked)
    await answer(scope, receive, send)


def _page(refusal: Refusal, asked: Asked) -> Response:
    if refusal.log_in and asked.method in ("GET", "HEAD"):
        back = quote(asked.target, safe="")
        return RedirectResponse(f"/login?next={back}" if back != "%2F" else "/login", 303)
    return show_message(refusal.title, refusal.detail, status=refusal.status)


def _problem(refusal: Refusal, asked: Asked) -> Response:
    """Write a problem document as RFC 9457 has it."""
    document = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    headers = {"Cache-Control": "no-store"}
    if refusal.status == 401 and asked.is_api:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        json.dumps(document, ensure_ascii=False),
        refusal.status,
        headers,
        media_type="application/problem+json",
    )


async def refuse_socket(refusal: Refusal, scope: Scope, send: Send) -> None:
    """Refuse a WebSocket before it is opened, with a status where the server can send one."""
    if "websocket.http.response" in scope.get("extensions", {}):
        await send(
            {
                "type": "websocket.http.response.start",
                "status": refusal.status,
                "headers": [(b"content-type", b"text/plain; charset=utf-8")],
            }
        )
        await send({"type": "websocket.http.response.body", "body": refusal.title.encode()})
    else:
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": refusal.title})
