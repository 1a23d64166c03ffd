"""One thread for the small linear algebra of a fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS to one thread while the choice of k and its refits are computed.

    A sample of a few thousand rows gains little from more, and on a machine that is busy with
    other work the threads of one product spin while they wait for each other: ten times slower
    was measured.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
