"""The Streamlit dashboard as a part of the server: its settings, and what the gate knows of it."""

from __future__ import annotations

import os
from importlib.resources import files
from math import ceil
from typing import TYPE_CHECKING, Any

from coterie.faces.server.gate import IDENTITY_HEADER

if TYPE_CHECKING:
    from starlette.types import Message
    from streamlit.starlette import App

    from coterie.faces.services import Settings

SOCKET = "/_stcore/stream"
"""The one WebSocket that all pages of the dashboard live on."""


def configure_streamlit(settings: Settings) -> None:
    """Give Streamlit its settings; call it before the application is made.

    Whatever a settings file of Streamlit's own says on this machine, these hold.
    """
    # Says that it is not a developer's machine: the first start would ask for an e-mail address.
    os.environ.setdefault("STREAMLIT_SERVER_HEADLESS", "true")
    from streamlit import config

    from coterie.faces.dashboard import theme

    theme.apply()
    for name, value in _options(settings).items():
        config.set_option(name, value)


def make_dashboard(settings: Settings) -> App:
    """Make the Streamlit application.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    streamlit.starlette.App
    """
    configure_streamlit(settings)
    from streamlit.starlette import App

    return App(str(files("coterie.faces.dashboard") / "app.py"))


def farewell() -> bytes:
    """Return the message that sends an open page to the login once its session has ended."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    message = ForwardMsg()
    message.auth_redirect.url = "/login?notice=ended"
    sent: bytes = message.SerializeToString()
    return sent


def is_a_persons_doing(message: Message) -> bool:
    """Tell whether a message of a page was caused by a person, not by a timer of the page's own.

    A page that follows a training by itself does not keep a session alive.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from streamlit.proto.BackMsg_pb2 import BackMsg

    content = message.get("bytes")
    if not content:
        return False
    try:
        said = BackMsg.FromString(content)
    except DecodeError:
        return False
    kind = said.WhichOneof("type")
    return kind == "file_urls_request" or (
        kind == "rerun_script" and not said.rerun_script.is_auto_rerun
    )


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "global.developmentMode": False,
        # A full collection after each run stops every other page for longer than the run took;
        # Python's own collects what there is, and `warming` keeps it small.
        "runner.postScriptGC": False,
        # Else a text that stands alone in a page's source is shown to people.
        "runner.magicEnabled": False,
        "server.allowedHosts": [],
        "server.corsAllowedOrigins": [],
        "server.enableAgentApi": False,
        "server.enableCORS": True,
        "server.enableStaticServing": True,
        "server.enableXsrfProtection": True,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.maxUploadSize": max(1, ceil(settings.upload_mb * 1e6 / 1024**2)),
        "server.runOnSave": False,
        # A page's state is given back only to the same login of the same person.
        "server.trustedUserHeaders": {IDENTITY_HEADER: "coterie"},
    }
