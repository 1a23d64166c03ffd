"""Whether a request was meant for this server and sent by its own pages: Host, Origin, Fetch."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST_REMEMBERED = 300
"""Headers up to so many characters are judged once; longer ones would only fill memory."""

SAFE_METHODS = frozenset({"GET", "HEAD"})
_PORTS = {"http": 80, "https": 443}


def host_name(host: str | None) -> str | None:
    """Return the name in a `Host` header, lower case and without the port.

    None where the header is missing, or is anything but a name and a port.

    Examples
    --------
    >>> host_name("Example.org:8501"), host_name("[::1]:8501"), host_name("a@b")
    ('example.org', '::1', None)
    """
    if not host:
        return None
    try:
        parsed = urlsplit(f"//{host}")
        _ = parsed.port
    except ValueError:
        return None
    if parsed.path or parsed.query or parsed.fragment or parsed.username is not None:
        return None
    return parsed.hostname.rstrip(".") if parsed.hostname else None


@lru_cache(512)
def _known_host(host: str, allowed: tuple[str, ...]) -> bool:
    return host_allowed(host, allowed)


@lru_cache(512)
def _known_origin(origin: str, host: str, scheme: str) -> bool:
    return same_origin(origin, host, scheme)


def goes_by(host: str | None, allowed: tuple[str, ...]) -> bool:
    """Answer as `host_allowed` does, at once where the same was asked before."""
    if host is None or len(host) > LONGEST_REMEMBERED:
        return host_allowed(host, allowed)
    return _known_host(host, allowed)


def is_own(origin: str, host: str | None, scheme: str) -> bool:
    """Answer as `same_origin` does, at once where the same was asked before."""
    if host is None or len(origin) + len(host) > LONGEST_REMEMBERED:
        return same_origin(origin, host, scheme)
    return _known_origin(origin, host, scheme)


def host_allowed(host: str | None, allowed: Iterable[str]) -> bool:
    """Tell whether a `Host` header names this server.

    Parameters
    ----------
    host : str or None
    allowed : iterable of str
        Names, `*.example.org` for all below a domain, or `*` for any.

    Returns
    -------
    bool

    Examples
    --------
    >>> host_allowed("shop.example.org", ["*.example.org"]), host_allowed("evil.org", ["localhost"])
    (True, False)
    """
    name = host_name(host)
    if name is None:
        return False
    for pattern in allowed:
        wanted = pattern.strip().lower().strip("[]").rstrip(".")
        if wanted in ("*", name) or (wanted.startswith("*.") and name.endswith(wanted[1:])):
            return True
    return False


def same_origin(origin: str, host: str | None, scheme: str) -> bool:
    """Tell whether an `Origin` header names the server that the request was sent to.

    Over TLS the origin must be `https`. Without it either is taken, since a proxy in front may
    have ended the TLS.

    Examples
    --------
    >>> same_origin("http://localhost:8501", "localhost:8501", "http")
    True
    >>> same_origin("http://localhost:8502", "localhost:8501", "http")
    False
    >>> same_origin("null", "localhost:8501", "http")
    False
    """
    try:
        sent = urlsplit(origin)
        asked = urlsplit(f"//{host or ''}")
        ports = (sent.port, asked.port)
    except ValueError:
        return False
    secure = scheme in ("https", "wss")
    if sent.scheme not in _PORTS or (secure and sent.scheme != "https") or not sent.hostname:
        return False
    default = _PORTS[sent.scheme]
    return sent.hostname == asked.hostname and (ports[0] or default) == (ports[1] or default)


def fetched_from_elsewhere(method: str, headers: dict[bytes, bytes]) -> bool:
    """Tell whether the browser says that another site's page sent this, and not by a plain link.

    Following a link to a page from elsewhere is fine; a form, an image, a script or a frame of
    another site's is not. Browsers that do not send `Sec-Fetch-Site` are judged by `Origin`.

    Parameters
    ----------
    method : str
    headers : dict of bytes to bytes
        With names in lower case.

    Returns
    -------
    bool
    """
    site = headers.get(b"sec-fetch-site", b"none")
    if site in (b"same-origin", b"none"):
        return False
    followed = headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(
        b"sec-fetch-dest", b"document"
    ) in (b"document", b"empty")
    return not (followed and method in SAFE_METHODS)
