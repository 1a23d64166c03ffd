"""How much one person may ask for: sizes of bodies, numbers of records, requests a second."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KILOBYTE, MEGABYTE = 1_000, 1_000_000
MOST_PEOPLE = 10_000


@dataclass(frozen=True)
class Limits:
    """What the API takes.

    Attributes
    ----------
    record_bytes : int
        Largest body of one record, and of every other small request.
    table_bytes : int
        Largest body of a table to score, and of a file to train on.
    json_records : int
        Most records in one JSON document; they are placed one by one.
    line_records : int
        Most records in newline-delimited JSON.
    table_rows : int
        Most rows of a CSV or Arrow table.
    per_second : float
        Requests a second that one person may send for long; the dear ones count more.
    burst : float
        Requests that may come at once after a pause.
    """

    record_bytes: int = 64 * KILOBYTE
    table_bytes: int = 200 * MEGABYTE
    json_records: int = 10_000
    line_records: int = 100_000
    table_rows: int = 5_000_000
    per_second: float = 200.0
    burst: float = 400.0


class TokenBuckets:
    """One bucket of tokens a person: it fills steadily, and each request takes some.

    Parameters
    ----------
    per_second, burst : float
        How fast a bucket fills, and what it holds.
    clock : callable
        Seconds, never going back.

    Examples
    --------
    >>> now = [0.0]
    >>> buckets = TokenBuckets(2.0, 2.0, clock=lambda: now[0])
    >>> [buckets.take(7) for _ in range(3)]
    [0.0, 0.0, 0.5]
    >>> now[0] = 0.5
    >>> buckets.take(7)
    0.0
    """

    def __init__(
        self, per_second: float, burst: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, person: int, cost: float = 1.0) -> float:
        """Take `cost` tokens; return 0, or the seconds to wait if there are too few of them."""
        now = self._clock()
        left, before = self._buckets.get(person, (self._burst, now))
        left = min(self._burst, left + (now - before) * self._per_second)
        cost = min(cost, self._burst)
        wait = 0.0 if left >= cost else (cost - left) / self._per_second
        self._buckets[person] = (left if wait else left - cost, now)
        if len(self._buckets) > MOST_PEOPLE:
            self._buckets.popitem(last=False)
        return wait
