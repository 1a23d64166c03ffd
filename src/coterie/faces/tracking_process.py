"""The process that logs finished trainings: ``python -m coterie.faces.tracking_process HOME``.

With ``--watch`` it also keeps a server and the registry in step, until its standard input closes.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.stores.tracking import Store

NICENESS = 10
WATCH = "--watch"
EVERY_SECONDS = 5.0
LAST_SECONDS = 5.0


def main() -> None:
    """Log what waits in a folder; a fault is kept with the entry, and told in the log."""
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    from coterie.errors import CoterieError
    from coterie.faces.tracking import send_now
    from coterie.stores.tracking import Store

    store = Store.find(Path(sys.argv[1]))
    if WATCH in sys.argv[2:]:
        watch(store)
        return
    begun = time.perf_counter()
    try:
        sent = send_now(store)
    except CoterieError as fault:
        _say(f"could not log to {store.where}: {fault}")
        sys.exit(2)
    spent = f"{time.perf_counter() - begun:.1f} s, {time.process_time():.1f} s of processor"
    _say(f"logged {sent} to {store.where} in {spent}")


def watch(store: Store) -> None:
    """Ask the registry again and again, and keep what it says, until the server has ended."""
    from coterie.errors import CoterieError
    from coterie.faces.tracking import send_now
    from coterie.stores.shelf.places import alone
    from coterie.stores.tracking.following import note_fault

    ended = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(ended,), daemon=True).start()
    said = ""
    while not ended.is_set():
        try:
            send_now(store)
            fault = ""
        except CoterieError as found:
            fault = str(found)
            with alone(store.home):
                note_fault(store, fault)
        if fault != said:
            said = fault
            _say(fault or f"{store.where} answers again")
        ended.wait(EVERY_SECONDS)


def _wait_for_the_end(ended: threading.Event) -> None:
    """Wait until the server has ended, however that was; then end, also in the midst of asking."""
    while sys.stdin.buffer.read(1):
        pass
    ended.set()
    time.sleep(LAST_SECONDS)
    os._exit(0)


def _say(words: str) -> None:
    """Write a line with its time to the log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
