"""The security headers of every response: strict on our own pages, as strict as the others bear."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

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
_CROSS_ORIGIN = (
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-expose-headers",
)


def add_security_headers(headers: MutableHeaders, *, own: bool, tls: bool, host: str) -> None:
    """Complete the headers of one response, in place.

    Parameters
    ----------
    headers : MutableHeaders
    own : bool
        The page is rendered by us, not by Streamlit, Gradio or FastAPI.
    tls : bool
        The request came over TLS: browsers are told to come back only so.
    host : str
        Name that was asked for. This machine's own names are never pinned to TLS, since other
        programs answer under them too.
    """
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY" if own else "SAMEORIGIN"
    headers.setdefault("Content-Security-Policy", OWN_POLICY if own else FACE_POLICY)
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if own:
        headers.setdefault("Cache-Control", "no-store")
    if tls and host not in ("localhost", "127.0.0.1", "::1"):
        headers.setdefault("Strict-Transport-Security", f"max-age={_LIFETIME_OF_TLS_ONLY}")
    for name in _CROSS_ORIGIN:
        # No face is meant to be read by another site's pages, whatever its library allows.
        if name in headers:
            del headers[name]
