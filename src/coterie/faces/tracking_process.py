"""The process that logs finished trainings: ``python -m coterie.faces.tracking_process HOME``."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 10


def main() -> None:
    """Log what waits in a folder; a fault is kept with the entry, and told in the log."""
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    from coterie.errors import CoterieError
    from coterie.faces.tracking import send_now
    from coterie.stores.tracking import Store

    store = Store.find(Path(sys.argv[1]))
    begun = time.perf_counter()
    try:
        sent = send_now(store)
    except CoterieError as fault:
        _say(f"could not log to {store.where}: {fault}")
        sys.exit(2)
    spent = f"{time.perf_counter() - begun:.1f} s, {time.process_time():.1f} s of processor"
    _say(f"logged {sent} to {store.where} in {spent}")


def _say(words: str) -> None:
    """Write a line with its time to the log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {words}\n")


if __name__ == "__main__":
    main()
