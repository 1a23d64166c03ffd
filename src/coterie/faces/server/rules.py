"""Which requests need more than a session, and how large their bodies may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.faces.server.asking import Asked

_FORM_BYTES = 64 * 1024
_CALL_BYTES = 16 * 1024**2
_AROUND_A_FILE = 1024**2
"""Bytes that a multipart body adds around the file it carries, generously."""

_NEEDS = (
    ("/_stcore/upload_file/", "/_stcore/upload_file", None, "upload"),
    ("/demo/", "/demo", None, "train"),
    ("/api/v1/studies", "/api/v1/studies", "POST", "train"),
    ("/api/v1/studies/", "/api/v1/studies", "DELETE", "train"),
)
OWN_SECTIONS = frozenset({"account", "password", "logout"})


def needed_action(asked: Asked) -> str | None:
    """Return the action a person must be allowed for this request; None where a session is enough.

    The faces check again what only they can see; these are the doors that a role never opens.
    """
    for prefix, bare, method, action in _NEEDS:
        inside = asked.path.startswith(prefix) or asked.path == bare
        if inside and method in (None, asked.method):
            return action
    return None


def largest_body(asked: Asked, upload_bytes: int) -> int:
    """Return how many bytes of body this request may send."""
    if asked.is_open or asked.section in OWN_SECTIONS:
        return _FORM_BYTES
    if asked.is_api or "/upload" in asked.path:
        return upload_bytes + _AROUND_A_FILE
    return _CALL_BYTES
