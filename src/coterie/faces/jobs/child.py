"""One job in a process of its own: ``python -m coterie.faces.jobs.child DIR PARENT``.

It reads ``request.json``, tells its progress in ``progress.json``, and at the end writes
``result.json``. What it makes comes to its place at once, when it is whole. It ends when its
parent has.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PARENT_SECONDS = 0.5
TELL_SECONDS = 0.1
NICENESS = {"training": 10, "methods": 10, "refresh": 10}
"""Pages come first: they are waited for with open eyes. So is a look."""


def main() -> None:
    """Do the job in the folder that the command line names."""
    folder, parent = Path(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    threading.Thread(target=_load_early, daemon=True).start()
    request = json.loads((folder / "request.json").read_bytes())
    with suppress(OSError, AttributeError):
        os.nice(NICENESS.get(request["kind"], 0))
    from coterie.faces.jobs.doing import do

    do(request, folder, Teller(folder))
    # All is written and closed: taking the interpreter apart would only be waited for.
    sys.stderr.flush()
    os._exit(0)


class Teller:
    """Writes the progress of a job where the server reads it; never half, and not too often.

    The share never falls: a bar that goes back is not believed.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.json"
        self._part = folder / "progress.part"
        self._stage = ""
        self._told = self._share = 0.0

    def __call__(self, stage: str, words: str, share: float) -> None:
        """Tell the stage, what is being done, and the share that is done (0 to 1)."""
        now = time.monotonic()
        if stage == self._stage and now - self._told < TELL_SECONDS:
            return
        self._stage, self._told = stage, now
        self._share = max(self._share, round(float(share), 4))
        plain: dict[str, Any] = {"stage": stage, "words": words, "share": self._share}
        # No progress can be told on a full disk, and no work need stop for that.
        with suppress(OSError):
            self._part.write_text(json.dumps(plain), encoding="utf-8")
            self._part.replace(self._path)


def _end_with(parent: int) -> None:
    """End this process once the server has: what it made would never be asked for."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def _load_early() -> None:
    """Import what every job needs while the request is read."""
    with suppress(RuntimeError, ImportError, AttributeError):
        import polars  # noqa: F401


if __name__ == "__main__":
    main()
