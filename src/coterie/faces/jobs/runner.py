"""Runner: the threads that start children by turns, wait for them and judge how they ended."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from coterie.faces.jobs.job import STATES, Job, NoSuchJobError, State, TooManyJobsError
from coterie.faces.jobs.process import run_child
from coterie.faces.jobs.queue import FairQueue
from coterie.faces.jobs.record import Record
from coterie.faces.jobs.words import DISK_FULL, INTERRUPTED, OUT_OF_MEMORY, our_fault
from coterie.stores.shelf.faults import ShelfError, StorageFullError, storing
from coterie.stores.shelf.places import is_id, read_json, remove, write_json

MOST_WAITING = 20
KEPT_DAYS = 30
LANES = {
    "training": "training",
    "methods": "training",
    "look": "short",
    "customers": "short",
    "refresh": "short",
}
"""A look is short and somebody waits for it: it does not stand behind trainings."""

_LOG = logging.getLogger("coterie.jobs")


class Runner:
    """Runs jobs, so many at once in each lane, and knows how each stands.

    Parameters
    ----------
    folder : Path
        Holds a folder for each job.
    lanes : mapping of str to int
        How many run at once.
    """

    def __init__(self, folder: Path, lanes: Mapping[str, int]) -> None:
        self._folder = folder
        self._records = _recovered(folder)
        self._queues = {lane: FairQueue() for lane in lanes}
        self._closed = False
        # Guards all of the above; told of every change of a state.
        self.changed = threading.Condition(threading.RLock())
        self._threads = [
            threading.Thread(target=self._serve, args=(lane,), daemon=True, name=f"jobs-{lane}")
            for lane, many in lanes.items()
            for _ in range(many)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, record: Record, request: Mapping[str, Any], source: Path | None) -> Job:
        """Write a job down and put it into its queue; one that is done is only remembered.

        Raises
        ------
        TooManyJobsError, StorageFullError
        """
        with self.changed:
            if self._closed:
                raise RuntimeError("the jobs are closed.")
            waiting = self.find(lambda one: one.state == "waiting" and one.owner == record.owner)
            if len(waiting) >= MOST_WAITING:
                raise TooManyJobsError(MOST_WAITING)
            if not record.ended:
                self._write_down(record, request, source)
                self._queue(record).add(record.id, record.owner)
            self._records[record.id] = record
            self.changed.notify_all()
            return self.snapshot(record)

    def again(self, record: Record, source: Path | None) -> Job:
        """Put an interrupted job into its queue once more, as it was asked for.

        Raises
        ------
        ShelfError
            If it is not interrupted, or there is no room for it.
        """
        with self.changed:
            if self._closed or record.state != "interrupted":
                raise ShelfError("This work is not interrupted any more. Look at it again.")
            folder = self._folder / record.id
            with storing():
                clear(folder)
                for told in ("progress.json", "result.json"):
                    (folder / told).unlink(missing_ok=True)
                held = None if source is None else str(_hold(source, folder))
            write_json(
                folder / "request.json", {**read_json(folder / "request.json"), "source": held}
            )
            fresh = replace(record, state="waiting", message="", started_at=None, finished_at=None)
            fresh.write(folder)
            self._records[record.id] = fresh
            self._queue(fresh).add(fresh.id, fresh.owner)
            self.changed.notify_all()
            return self.snapshot(fresh)

    def leave(self, record: Record) -> None:
        """Take an interrupted job for cancelled."""
        with self.changed:
            if record.state == "interrupted":
                self._end(record, "cancelled")

    def find(self, wanted: Callable[[Record], bool]) -> list[Record]:
        """Return the jobs that are wanted, newest first."""
        with self.changed:
            found = [record for record in self._records.values() if wanted(record)]
        return sorted(found, key=lambda record: record.created_at, reverse=True)

    def own(self, job_id: str, owner: int) -> Record:
        """Return one of a person's jobs; raises NoSuchJobError."""
        record = self._records.get(job_id)
        if record is None or record.owner != owner:
            raise NoSuchJobError
        return record

    def snapshot(self, record: Record) -> Job:
        """Return a job as it stands now."""
        with self.changed:
            position = 0
            if record.state == "waiting":
                position = self._queue(record).order().index(record.id) + 1
            return record.snapshot(self._folder / record.id, position)

    def cancel(self, record: Record) -> None:
        """End a job; the thread that waits for its child ends that."""
        with self.changed:
            if record.state == "waiting" and self._queue(record).drop(record.id):
                self._clear(record)
                self._end(record, "cancelled")
            elif not record.ended:
                record.cancelled = True

    def wait(self, record: Record, timeout: float | None) -> None:
        """Return when a job has ended, or after so many seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        with self.changed:
            while not record.ended:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return
                self.changed.wait(left)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state."""
        with self.changed:
            found = Counter(record.state for record in self._records.values())
        return {state: found[state] for state in STATES}

    def close(self) -> None:
        """End all running work and take no more; what was not finished is interrupted."""
        with self.changed:
            self._closed = True
            for record in self._records.values():
                if record.state == "waiting":
                    self._clear(record)
                    self._end(record, "interrupted", INTERRUPTED)
            self.changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _write_down(self, record: Record, request: Mapping[str, Any], source: Path | None) -> None:
        """Make the job's folder, with all that its child needs."""
        folder = self._folder / record.id
        shared = ("id", "kind", "owner", "name", "target", "study_id", "upload_id")
        try:
            with storing():
                folder.mkdir(mode=0o700)
                held = None if source is None else str(_hold(source, folder))
            told = {key: getattr(record, key) for key in shared}
            write_json(folder / "request.json", {**request, **told, "source": held})
            record.write(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _serve(self, lane: str) -> None:
        """Do the jobs of one lane, one after the other, until all is closed."""
        queue = self._queues[lane]
        while True:
            with self.changed:
                while (job_id := None if self._closed else queue.take()) is None:
                    if self._closed:
                        return
                    self.changed.wait()
                record = self._records[job_id]
                record.begin()
                self._write(record)
                self.changed.notify_all()
            code = self._run(record)
            with self.changed:
                queue.ended(record.owner)
                self._judge(record, code)

    def _run(self, record: Record) -> int | None:
        """Run a job's child to its end; None if there was no starting it."""
        try:
            return run_child(self._folder / record.id, lambda: record.cancelled or self._closed)
        except Exception:
            _LOG.exception("Job %s could not be started", record.id)
            return None

    def _judge(self, record: Record, code: int | None) -> None:
        """Say how a job ended, from what its child left."""
        result = self._result(record)
        self._clear(record)
        if record.made or result.get("state") == "done":
            self._end(record, "done")
        elif result.get("state") == "failed":
            self._end(record, "failed", result["message"])
        elif record.cancelled:
            self._end(record, "cancelled")
        elif self._closed:
            self._end(record, "interrupted", INTERRUPTED)
        else:
            _LOG.error("Job %s ended with code %s; see its log.txt", record.id, code)
            self._end(record, "failed", _ended_badly(code, record.id))

    def _result(self, record: Record) -> dict[str, Any]:
        try:
            found: dict[str, Any] = read_json(self._folder / record.id / "result.json", {})
        except (OSError, ValueError):
            return {}
        return found

    def _clear(self, record: Record) -> None:
        """Remove what a job that has ended needs no more."""
        with suppress(OSError):
            clear(self._folder / record.id)

    def _end(self, record: Record, state: State, message: str = "") -> None:
        record.end(state, message)
        self._write(record)
        self.changed.notify_all()

    def _write(self, record: Record) -> None:
        """Write a record down; where that fails the server still knows, and its log says so."""
        try:
            record.write(self._folder / record.id)
        except Exception:
            _LOG.exception("Job %s could not be written down", record.id)

    def _queue(self, record: Record) -> FairQueue:
        return self._queues[LANES[record.kind]]


def clear(folder: Path) -> None:
    """Remove a job's input and unfinished work; what tells of it stays."""
    for left in ("work", "input"):
        if (folder / left).exists():
            remove(folder / left)


def _hold(source: Path, folder: Path) -> Path:
    """Keep hold of a file as it is now, whatever becomes of its name; no copy where possible."""
    place = folder / "input"
    place.mkdir()
    held = place / source.name
    try:
        os.link(source, held)
    except OSError:
        shutil.copyfile(source, held)
    return held


def _ended_badly(code: int | None, job_id: str) -> str:
    """Return what is said of a child that ended without a word."""
    if code == -9:
        return OUT_OF_MEMORY
    if code == DISK_FULL:
        return str(StorageFullError())
    return our_fault(job_id)


def _recovered(folder: Path) -> dict[str, Record]:
    """Return the jobs of earlier runs; what was not finished is interrupted."""
    oldest = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
    records = {}
    for place in _places(folder):
        record = Record.read(place)
        if record is None or record.kind == "refresh" or (record.finished_at or "~") < oldest:
            with suppress(OSError):
                remove(place)
            continue
        if not record.ended:
            record.end(*(("done", "") if record.made else ("interrupted", INTERRUPTED)))
            clear(place)
            with suppress(Exception):  # A full disk: the next start says the same.
                record.write(place)
        records[record.id] = record
    return records


def _places(folder: Path) -> Iterable[Path]:
    return [place for place in folder.iterdir() if is_id(place.name)]
