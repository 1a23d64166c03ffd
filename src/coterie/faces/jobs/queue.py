"""A fair queue: who has the least going on is next, and among equals who was served longest ago."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable


class FairQueue:
    """Jobs that wait, a line for each owner; not thread-safe by itself.

    Examples
    --------
    >>> queue = FairQueue()
    >>> for job, owner in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2)):
    ...     queue.add(job, owner)
    >>> queue.order()
    ['a1', 'b1', 'a2', 'a3']
    """

    def __init__(self) -> None:
        self._lines: dict[int, deque[str]] = {}
        self._running: Counter[int] = Counter()
        self._served: dict[int, int] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(map(len, self._lines.values()))

    def add(self, job: str, owner: int) -> None:
        """Put a job at the end of its owner's line."""
        self._lines.setdefault(owner, deque()).append(job)

    def drop(self, job: str) -> bool:
        """Take a job out of its line; False if it waits no more."""
        for owner, line in self._lines.items():
            if job in line:
                line.remove(job)
                if not line:
                    del self._lines[owner]
                return True
        return False

    def take(self) -> str | None:
        """Return the job to start now, and count it as running; None if none waits."""
        owner = self._next(self._lines, self._running, self._served)
        if owner is None:
            return None
        job = self._lines[owner][0]
        self.drop(job)
        self._count += 1
        self._served[owner] = self._count
        self._running[owner] += 1
        return job

    def ended(self, owner: int) -> None:
        """Say that a job of this owner runs no more."""
        self._running[owner] -= 1

    def order(self) -> list[str]:
        """Return the waiting jobs in the order in which they would start."""
        lines = {owner: deque(line) for owner, line in self._lines.items()}
        served, running = dict(self._served), Counter(self._running)
        count, order = self._count, []
        while (owner := self._next(lines, running, served)) is not None:
            order.append(lines[owner].popleft())
            if not lines[owner]:
                del lines[owner]
            count += 1
            served[owner] = count
            running[owner] += 1
        return order

    @staticmethod
    def _next(owners: Iterable[int], running: Counter[int], served: dict[int, int]) -> int | None:
        """Return whose turn it is; a dict keeps the order in which its owners came."""
        return min(owners, key=lambda who: (running[who], served.get(who, 0)), default=None)
