"""MLflow's own page, for this machine only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from coterie.stores.tracking.faults import TrackingError

if TYPE_CHECKING:
    from coterie.stores.tracking import Store

HOST = "127.0.0.1"


def serve_page(store: Store, port: int, say: Callable[[str], None]) -> int:
    """Serve MLflow's page until it is interrupted; return its exit code.

    Raises
    ------
    TrackingError
        If the port is taken, or the runs are on a server that has its own page.
    """
    if store.uri.startswith(("http://", "https://")):
        raise TrackingError(f"These runs are on a server of their own: open {store.where}")
    port = _free(port)
    environment = {
        **os.environ,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        # Not on the command line, where everybody on the machine could read a password.
        "MLFLOW_BACKEND_STORE_URI": store.uri,
    }
    command = [sys.executable, "-m", "mlflow", "ui", "--host", HOST, "--port", str(port)]
    command += ["--workers", "1"]
    if store.local:
        command += ["--default-artifact-root", (store.home / "artifacts").as_uri()]
    say(f"MLflow's page: http://{HOST}:{port}  (Ctrl-C ends it)")
    page = subprocess.Popen(command, env=environment, start_new_session=os.name != "nt")  # noqa: S603 - our own interpreter

    def end(_number: int, _frame: object) -> None:
        _end(page)

    before = signal.signal(signal.SIGTERM, end)
    try:
        return page.wait()
    except KeyboardInterrupt:
        _end(page)
        page.wait()
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)
        _end(page)


def _end(page: subprocess.Popen[bytes]) -> None:
    """End the page and the workers it started."""
    if page.poll() is not None:
        return
    if os.name == "nt":
        page.terminate()
    else:
        os.killpg(page.pid, signal.SIGTERM)


def _free(port: int) -> int:
    """Return the port, or a free one for 0.

    Raises
    ------
    TrackingError
        If it is taken.
    """
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as fault:
            raise TrackingError(
                f"Port {port} is in use or may not be used. Give another with --port, or --port 0."
            ) from fault
        return int(tried.getsockname()[1])
