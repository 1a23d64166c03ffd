"""Small JSON files, read again only when they have changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MOST = 4_096


class Remembered:
    """Reads JSON files that are always replaced whole: a new one has another inode.

    What it returns is shared between callers and must not be changed.
    """

    def __init__(self) -> None:
        self._held: dict[Path, tuple[tuple[int, int, int], Any]] = {}

    def read(self, path: Path, default: Any = None) -> Any:
        """Return a file's value, or `default` where there is no such file."""
        try:
            found = path.stat()
        except FileNotFoundError:
            self._held.pop(path, None)
            return default
        state = (found.st_mtime_ns, found.st_ino, found.st_size)
        held = self._held.get(path)
        if held is not None and held[0] == state:
            return held[1]
        try:
            value = json.loads(path.read_bytes())
        except FileNotFoundError:
            return default
        if len(self._held) >= MOST:
            self._held.clear()
        self._held[path] = (state, value)
        return value
