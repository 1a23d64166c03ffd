"""The security headers of every response: strict on our own pages, as strict as the others bear."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

OWN_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""For pages that we render: no script at all, nothing inline, nothing from elsewhere."""

FACE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "frame-src 'self' data: blob:; object-src 'none'; form-action 'self'; base-uri 'self'; "
    "frame-ancestors 'self'"
)
"""For Streamlit, Gradio and the pages of the API: their own scripts need inline code and eval;
nothing is loaded from, or sent to, another server."""

_LIFETIME_OF_TLS_ONLY = 180 * 24 * 3600
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")
_ALWAYS = (b"x-content-type-options", b"x-frame-options")
_UNLESS_SET = (
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_CROSS_ORIGIN = b"access-control-"
"""No face is meant to be read by another site's pages, whatever its library allows."""

Headers = list[tuple[bytes, bytes]]


def secured(headers: Iterable[tuple[bytes, bytes]], *, own: bool, tls: bool, host: str) -> Headers:
    """Return the headers of one response, completed.

    Parameters
    ----------
    headers : iterable of (bytes, bytes)
        Names in lower case, as ASGI has them.
    own : bool
        The page is rendered by us, not by Streamlit, Gradio or FastAPI.
    tls : bool
        The request came over TLS: browsers are told to come back only so.
    host : str
        Name that was asked for. This machine's own names are never pinned to TLS, since other
        programs answer under them too.

    Returns
    -------
    list of (bytes, bytes)
    """
    kept = [
        (name, value)
        for name, value in headers
        if name not in _ALWAYS and not name.startswith(_CROSS_ORIGIN)
    ]
    given = {name for name, _ in kept}
    kept += [one for one in _added(own, tls and host not in _OWN_NAMES) if one[0] not in given]
    return kept


@cache
def _added(own: bool, pinned: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return what is added to every response of a kind, where it does not say it itself."""
    policy = (OWN_POLICY if own else FACE_POLICY).encode()
    added = [
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY" if own else b"SAMEORIGIN"),
        (b"content-security-policy", policy),
        *_UNLESS_SET,
    ]
    if own:
        added.append((b"cache-control", b"no-store"))
    if pinned:
        added.append((b"strict-transport-security", b"max-age=%d" % _LIFETIME_OF_TLS_ONLY))
    return tuple(added)
