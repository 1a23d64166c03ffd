"""Stages of a run: what is being done now, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, str, float], None]
"""Called with the stage, what is being done in words, and the share done (0 to 1)."""

STAGES: dict[str, tuple[str, float]] = {
    "read": ("Reading the table", 0.00),
    "clean": ("Cleaning", 0.08),
    "features": ("Choosing and scaling features", 0.15),
    "choose": ("Looking for groups", 0.22),
    "place": ("Placing every customer", 0.70),
    "explain": ("Describing, naming and explaining", 0.80),
    "write": ("Writing files, pictures and the report", 0.90),
}
"""Stage -> what is said of it, and the share of the run done when it begins."""


class Clock:
    """Times the stages of one run and tells whoever listens."""

    def __init__(self, listener: Progress | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._listener = listener
        self._stage = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside, as the stage `name`."""
        self._stage = name
        words, share = STAGES[name]
        self.tell(words, share)
        begun = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begun
            self.seconds[name] = self.seconds.get(name, 0.0) + spent

    def tell(self, words: str, share: float) -> None:
        """Say what is being done now."""
        if self._listener is not None:
            self._listener(self._stage, words, min(1.0, share))

    def within(self, words: str, part: float) -> None:
        """Say how far the present stage is, as a part of it (0 to 1)."""
        shares = [share for _, share in STAGES.values()] + [1.0]
        begin = STAGES[self._stage][1]
        end = min(share for share in shares if share > begin)
        self.tell(words, begin + (end - begin) * part)
