"""Where things are in a data directory, and how they come and go: whole or not at all."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from coterie.stores.shelf.faults import storing
from coterie.tables.writing import write_content

PART = ".part-"
"""How the name of everything unfinished begins: it is swept at the next start."""

PAINTED = "painted.json"
"""In a study's folder: the given names that its pictures and its report show."""

MARKS = "marks.json"
"""In a study's folder: what people did to it after it was finished."""

_ID = re.compile(r"[0-9a-f]{16,64}")


def new_id() -> str:
    """Return an id that nobody can guess: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def is_id(text: object) -> bool:
    """Return whether a text can be an id, and so a safe part of a path."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


class Places:
    """The folders of a data directory; they are made when the object is."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.uploads = self.root / "uploads"
        self.studies = self.root / "studies"
        self.jobs = self.root / "jobs"
        self.models = self.root / "models.json"
        with storing():
            # Customers' data: for the server's own user only.
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (self.uploads, self.studies, self.jobs):
                folder.mkdir(exist_ok=True, mode=0o700)
            # There before the disk is full: what makes room then has to take this lock.
            (self.root / ".lock").touch()

    def sweep(self) -> None:
        """Remove what a killed process left unfinished. Only while no job is running."""
        for folder in (self.root, self.studies, self.jobs, self.uploads, *self.uploads.glob("*")):
            if folder.is_dir():
                for left in folder.glob(f"{PART}*"):
                    remove(left)


_LOCKS: dict[Path, threading.RLock] = {}  # One a folder that is changed: few, and small.
_GUARD = threading.Lock()


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Let one thread of one process at a time change what is in a folder."""
    with _GUARD:
        lock = _LOCKS.setdefault(root, threading.RLock())
    with lock, storing(), (root / ".lock").open("a") as handle, _file_lock(handle):
        yield


@contextmanager
def _file_lock(handle: IO[str]) -> Iterator[None]:
    """Hold a lock between processes, where the system has one."""
    try:
        import fcntl
    except ImportError:  # Windows: one server a data directory, so threads are all there are.
        yield
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def read_json(path: Path, default: Any = None) -> Any:
    """Return a JSON file's value, or `default` where there is no such file."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return default


def write_json(path: Path, value: Any) -> None:
    """Write plain values, whole or not at all."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    with storing():
        write_content(text.encode(), path)


def move_in(work: Path, target: Path) -> None:
    """Give a finished folder its place at once; its files are on the disk already."""
    with storing():
        work.rename(target)
        sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a file or a folder; a folder disappears from its place first, at once."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    gone = path
    if not path.name.startswith(PART):
        gone = path.with_name(f"{PART}{new_id()}")
        path.rename(gone)
        sync_folder(path.parent)
    for _ in range(3):  # A process that is just ending may still add a file.
        shutil.rmtree(gone, ignore_errors=True)
        if not gone.exists():
            return
        time.sleep(0.05)


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
