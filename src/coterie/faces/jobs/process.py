"""A child process: started with little, waited for, and ended with all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.1


def run_child(folder: Path, stop: Callable[[], bool]) -> int:
    """Run the job of a folder to its end, or until `stop` says so; return its exit code.

    Its output and tracebacks go to ``log.txt`` in the folder. Only this function waits for the
    child, so its number cannot have passed to a stranger when its group is killed.
    """
    command = [sys.executable, "-P", "-m", "coterie.faces.jobs.child"]
    with (folder / "log.txt").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603 - our own module, in a folder we named
            [*command, str(folder), str(os.getpid())],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        while True:
            try:
                return child.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if stop():
                    return _end(child)
    except BaseException:
        _end(child)
        raise


def _end(child: subprocess.Popen[bytes]) -> int:
    """Kill a child that has not been waited for, and all of its group."""
    if child.poll() is None:
        if os.name == "posix":
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    return child.wait()


def _environment() -> dict[str, str]:
    """Return what a child may know: where the code is, and none of the server's settings."""
    import coterie

    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("COTERIE_") or key == "COTERIE_TRACK"
    }
    code = str(Path(coterie.__file__).parents[1])
    paths = [code, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    return {**kept, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
