"""A second process beside a run: two cores, one wait."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.figures.chart import Chart

PARENT_SECONDS = 1.0


class Promised(Mapping[str, bytes]):
    """Pictures that a second process is painting; this one helps from the other end.

    Parameters
    ----------
    helper : concurrent.futures.Executor
    charts : mapping of str to Chart
        Their names and their order are those of the pictures.
    """

    def __init__(self, helper: Executor, charts: Mapping[str, Chart]) -> None:
        from coterie.figures.painting import paint_one

        self._charts = dict(charts)
        self._futures = {name: helper.submit(paint_one, each) for name, each in charts.items()}
        self._here: dict[str, bytes] = {}

    def __getitem__(self, name: str) -> bytes:
        """Return one of the pictures; whoever looks at the first sees to it that all get done."""
        if name not in self._futures:
            raise KeyError(name)
        self._help()
        return self._here[name] if name in self._here else self._futures[name].result()

    def _help(self) -> None:
        """Paint what the second process has not begun, the last first."""
        for name in reversed(self._charts):
            if name not in self._here and self._futures[name].cancel():
                self._here[name] = self._charts[name].picture

    def __iter__(self) -> Iterator[str]:
        """Return their names."""
        return iter(self._charts)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._charts)


@contextmanager
def second_process(*, fitting: bool = True) -> Iterator[Executor]:
    """Start a process that computes and paints what it is given, beside the main work.

    It gets its libraries ready while the table is read, and so does this process, in a thread:
    reading leaves the interpreter free. Without `fitting` only what painting needs is loaded.

    Examples
    --------
    >>> with second_process() as helper:
    ...     helper.submit(divmod, 7, 2).result()
    (3, 1)
    """
    # Spawned, not forked: the threads of Polars do not survive a fork.
    pool = ProcessPoolExecutor(
        1, get_context("spawn"), initializer=_stay_with, initargs=(os.getpid(),)
    )
    pool.submit(_load_for_helping)
    if fitting:
        threading.Thread(target=_load_for_fitting, daemon=True).start()
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _stay_with(parent: int) -> None:
    """Leave an interrupt to the process that waits for us, and end when it is gone.

    It may be gone before we have begun: then asking who our parent is would name another.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process once its parent has: a killed run must leave none behind."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(1)


def _load_for_helping() -> None:
    """Import what look-alike data and pictures need."""
    import coterie.cluster.sweep  # noqa: F401
    from coterie.figures import charts

    # The first picture loads Matplotlib and its fonts, which takes longer than any other.
    _ = charts.sizes({1: ""}, {1: 1}).picture


def _load_for_fitting() -> None:
    """Import what the choice of k, the rules and the report need.

    A run that ends early (a missing file, an interrupt) takes the interpreter away from under
    this thread; what it then cannot import, nobody needs.
    """
    with suppress(RuntimeError, ImportError, AttributeError):
        import jinja2  # noqa: F401
        import matplotlib.backends.backend_agg
        import matplotlib.figure  # noqa: F401
        import plotly.graph_objects  # noqa: F401
