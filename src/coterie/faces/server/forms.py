"""Reads forms, and tells those of our own pages from forged ones."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from coterie.faces.server.cookies import FORM, Jar

if TYPE_CHECKING:
    from coterie.stores.accounts import Session

_FIELDS = 20
_KEPT_SECONDS = 12 * 3600


async def read_form(request: Request) -> FormData:
    """Read the fields of a form that was sent; files are not taken."""
    return await request.form(max_files=0, max_fields=_FIELDS)


def text_of(form: FormData, name: str) -> str:
    """Return a field as text, empty where it was not sent."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def safe_target(target: str) -> str:
    """Return where to go after a login: a place on this server, or its first page.

    Examples
    --------
    >>> safe_target("/predict?study=4")
    '/predict?study=4'
    >>> [safe_target(target) for target in ("//evil.org", "https://evil.org", "/login", "")]
    ['/', '/', '/', '/']
    """
    printable = target.isprintable() and target.isascii() and "\\" not in target
    if not printable or not target.startswith("/") or target.startswith("//"):
        return "/"
    section = urlsplit(target).path.split("/")[1]
    return "/" if section in ("login", "logout", "signup", "first", "invite", "reset") else target


@dataclass(frozen=True)
class FormGuard:
    """Makes and checks the secret that goes with a form of somebody who has no session yet.

    A cookie holds a random number; the form holds its code under a key that only this process
    knows. Another site can neither read the one nor make the other.

    Attributes
    ----------
    jar : Jar
    key : bytes
        Made anew at each start; a form that was open meanwhile is asked to be sent again.
    """

    jar: Jar
    key: bytes

    @classmethod
    def make(cls, jar: Jar) -> FormGuard:
        """Return a guard with a new key."""
        return cls(jar, secrets.token_bytes(32))

    def nonce(self, request: Request) -> str:
        """Return the number of this browser, a new one where it has none."""
        kept = self.jar.read(request.headers.get("cookie", ""), FORM)
        return kept if kept is not None and len(kept) == 43 else secrets.token_urlsafe(32)

    def code(self, nonce: str) -> str:
        """Return what the form must hold."""
        return hmac.new(self.key, nonce.encode(), hashlib.sha256).hexdigest()

    def keep(self, answer: Response, nonce: str) -> Response:
        """Set the cookie that the form's code belongs to."""
        self.jar.put(answer, FORM, nonce, seconds=_KEPT_SECONDS)
        return answer

    def holds(self, request: Request, form: FormData) -> bool:
        """Tell whether a form was filled in on a page that this browser got from us."""
        kept = self.jar.read(request.headers.get("cookie", ""), FORM)
        sent = text_of(form, "csrf")
        return kept is not None and hmac.compare_digest(self.code(kept).encode(), sent.encode())


def session_holds(session: Session, form: FormData) -> bool:
    """Tell whether a form was filled in on a page of this session."""
    return hmac.compare_digest(session.csrf.encode(), text_of(form, "csrf").encode())
