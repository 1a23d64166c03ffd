"""Starts the server: checks what can be checked first, says where it is, and ends in order."""

from __future__ import annotations

import errno
import os
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import uvicorn

from coterie.errors import ConfigError
from coterie.faces.server.warming import warm_up
from coterie.faces.services import Services

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from coterie.faces.services import Settings

_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound
_LONGEST_HEADER = 64 * 1024
_LARGEST_MESSAGE = 16 * 1024**2
_GOODBYE_SECONDS = 10


def run_server(settings: Settings, *, sample: bool, say: Callable[[str], None]) -> None:
    """Serve until a signal ends it.

    Parameters
    ----------
    settings : Settings
    sample : bool
        Make a study of sample customers where there is none.
    say : callable
        Takes each line that is told to whoever started it.

    Raises
    ------
    ConfigError
        If the port is taken, or the certificate cannot be used.
    CoterieError
        If the data directory or the database cannot be used.
    """
    check_tls(settings.tls_cert, settings.tls_key)
    check_folder(settings.data_dir)
    with open_socket(settings.host, settings.port) as listening:
        signal.signal(signal.SIGTERM, _end)
        services = Services.open(settings)
        try:
            # Streamlit and Gradio take seconds to load: what is wrong is told before.
            from coterie.faces.server.app import create_app

            if sample:
                services.make_sample()
            address = address_of_server(settings, listening.getsockname()[1])
            server = _Announced(
                _configuration(create_app(services), settings),
                lambda: announce(services, address, say),
            )
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            pass
        finally:
            services.close()


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that a port that is taken is told before anything starts.

    Raises
    ------
    ConfigError
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host or "0.0.0.0",  # noqa: S104 - asked for by an empty host
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )[0]
    except OSError:
        raise _no_address(host) from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(512)
    except OSError as fault:
        listening.close()
        if fault.errno == errno.EADDRINUSE:
            raise ConfigError(
                [f"Port {port} on {host} is taken by another program. Choose one with --port."]
            ) from None
        if fault.errno in (errno.EACCES, errno.EPERM):
            raise ConfigError(
                [f"Port {port} may not be opened by this user. Choose one above 1023 with --port."]
            ) from None
        raise _no_address(host) from None
    listening.setblocking(False)
    return listening


def check_tls(certificate: Path | None, key: Path | None) -> None:
    """Try a certificate and its key.

    Raises
    ------
    ConfigError
        If a file cannot be read, is no PEM, needs a password, or the two do not belong together.
    """
    if certificate is None or key is None:
        return
    for what, path in (("certificate", certificate), ("key", key)):
        try:
            path.read_bytes()
        except OSError as fault:
            raise ConfigError(
                [f"The TLS {what} {path} cannot be read: {fault.strerror}. Check its permissions."]
            ) from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, lambda: "")
    except ssl.SSLError as fault:
        if fault.reason == "KEY_VALUES_MISMATCH":
            found = f"The TLS key {key} does not belong to the certificate {certificate}."
        else:
            found = (
                f"The TLS certificate {certificate} and key {key} cannot be used: they must be PEM "
                "files, the key without a password."
            )
        raise ConfigError([f"{found} Check --tls-cert and --tls-key."]) from None


def check_folder(folder: Path) -> None:
    """Make the data folder, and try to write to it.

    Raises
    ------
    ConfigError
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise ConfigError(
            [
                f"The data folder {folder} cannot be written to: {fault.strerror}. Choose another "
                "with --data-dir."
            ]
        ) from None


def address_of_server(settings: Settings, port: int) -> str:
    """Return the address to open in a browser."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = "https" if settings.tls_cert else "http"
    host = "127.0.0.1" if settings.host in _ANYWHERE else settings.host
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def announce(services: Services, address: str, say: Callable[[str], None]) -> None:
    """Say where the server is, and how to make the first account while there is none."""
    say(f"Coterie is at {address}")
    token = services.accounts.first_account_link_token()
    if token is not None:
        hours = f"{services.accounts.policy.first_hours:g}"
        say("")
        say("There is no administrator yet. Make the first account with this link; it works")
        say(f"once, and for {hours} hours (a restart prints a new one):")
        say(f"  {address}/first/{token}")
        say("")
    say("Stop it with Ctrl-C.")


class _Announced(uvicorn.Server):
    """Says where it is as soon as it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()
            warm_up()


def _configuration(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    # What a proxy says of the client is believed only from addresses named by uvicorn's own
    # variable; without it anybody could choose the address that failed logins are counted under.
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "")
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        h11_max_incomplete_event_size=_LONGEST_HEADER,
        ws_max_size=_LARGEST_MESSAGE,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
        lifespan="on",
    )


def _no_address(host: str) -> ConfigError:
    return ConfigError([f"{host!r} is no address of this machine. Choose one with --host."])


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)
