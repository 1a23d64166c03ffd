"""Jobs: long work outside the server's process, so that pages never wait for it."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.faces.jobs.job import STATES, Job, NoSuchJobError, TooManyJobsError
from coterie.faces.jobs.process import run_child
from coterie.faces.jobs.queue import FairQueue
from coterie.faces.jobs.record import INTERRUPTED, Record, now
from coterie.faces.jobs.request import checked_sample
from coterie.stores.shelf.looks import look_key
from coterie.stores.shelf.names import LONGEST_NAME, slug, tidy_text
from coterie.stores.shelf.places import is_id, new_id, read_json, remove, write_json

if TYPE_CHECKING:
    from coterie.config import RunConfig
    from coterie.schema import DateOrder, Schema
    from coterie.stores.shelf import Shelf

LOOKERS = 2
"""Looks at once: short, and somebody waits for each."""

MOST_WAITING = 20
KEPT_DAYS = 30

_LOG = logging.getLogger("coterie.jobs")


class Jobs:
    """Trainings and looks: a child process each, so many at once, by turns among their owners.

    Parameters
    ----------
    shelf : Shelf
    data_dir : Path
        The shelf's; jobs live in its folder ``jobs``.
    workers : int
        Trainings at once.

    Notes
    -----
    One server a data directory: what another process left running is taken for interrupted.
    """

    def __init__(self, shelf: Shelf, data_dir: Path, workers: int = 2) -> None:
        self._shelf = shelf
        self._folder = Path(data_dir).absolute() / "jobs"
        self._changed = threading.Condition(threading.RLock())
        self._records = _recovered(self._folder)
        self._queues = {"training": FairQueue(), "look": FairQueue()}
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, args=(lane,), daemon=True, name=f"jobs-{lane}")
            for lane, many in (("training", workers), ("look", LOOKERS))
            for _ in range(many)
        ]
        for thread in self._threads:
            thread.start()

    # Asking

    def start_training(
        self,
        owner: int,
        source: str | Path | None,
        config: RunConfig,
        *,
        schema: Schema | None = None,
        name: str = "",
        sample: Mapping[str, Any] | None = None,
        shared: bool = False,
    ) -> Job:
        """Train in the background; the job's `study_id` is the finished study's.

        Parameters
        ----------
        owner : int
        source : str, Path or None
            Id of an upload of the owner's; a file on this machine (never from a request); or
            None for a `sample`.
        config : RunConfig
        schema : Schema, optional
            Inferred if None.
        name : str
            Of the study; by default the file's. Its model's name follows from it.
        sample : mapping, optional
            A generated table instead of a file: ``kind`` ("customers" or "campaign"), ``rows``,
            ``segments``, ``seed``.
        shared : bool
            Everybody may look at the study as soon as it is done.

        Raises
        ------
        NoSuchUploadError, ConfigError, TooManyJobsError, StorageFullError
        """
        if (source is None) == (sample is None):
            raise ValueError("start_training takes either a source or a sample.")
        made = checked_sample(sample) if sample is not None else None
        upload = self._shelf.upload(source, owner) if isinstance(source, str) else None
        path = upload.path if upload is not None else source
        given = Path(path).name if path is not None else f"Sample {made['kind']}" if made else ""
        title = tidy_text(name, LONGEST_NAME) or tidy_text(Path(given).stem, LONGEST_NAME)
        study_id = new_id()
        record = Record(
            id=new_id(),
            kind="training",
            owner=owner,
            name=title,
            target=str(self._shelf.places.studies / study_id),
            study_id=study_id,
            upload_id=upload.id if upload is not None else None,
            created_at=now(),
        )
        request = {
            "config": config.to_dict(),
            "schema": _as_toml(schema),
            "model": slug(title),
            "sample": made,
            "shared": shared,
        }
        return self._add(record, request, Path(path) if path is not None else None)

    def start_look(
        self,
        owner: int,
        upload_id: str,
        *,
        schema: Schema | str | None = None,
        dates: DateOrder | None = None,
    ) -> Job:
        """Open and describe an upload in the background; done at once if it was done before.

        Parameters
        ----------
        owner : int
        upload_id : str
        schema : Schema or str, optional
            Or its TOML; inferred if None.
        dates : {"dmy", "mdy", "ymd"}, optional

        Raises
        ------
        NoSuchUploadError, TooManyJobsError, StorageFullError
        """
        upload = self._shelf.upload(upload_id, owner)
        text = schema if isinstance(schema, str) else _as_toml(schema)
        key = look_key(upload_id, text, dates)
        with self._changed:
            same = [r for r in self._records.values() if r.owner == owner and r.look_key == key]
            found = next((r for r in same if r.state in ("waiting", "running")), None)
            if found is not None:
                return self._snapshot(found)
            record = Record(
                id=new_id(),
                kind="look",
                owner=owner,
                name=upload.name,
                target=str(upload.path.parent / "looks" / key),
                look_key=key,
                upload_id=upload_id,
                created_at=now(),
            )
            if self._shelf.look_by_key(upload_id, owner, key) is not None:
                record.end("done")
                self._records[record.id] = record
                return self._snapshot(record)
            return self._add(record, {"schema": text, "dates": dates}, upload.path)

    def job(self, job_id: str, owner: int) -> Job:
        """Return one of a person's jobs as it stands now; raises NoSuchJobError."""
        with self._changed:
            return self._snapshot(self._own(job_id, owner))

    def jobs(self, owner: int) -> list[Job]:
        """Return a person's jobs, newest first."""
        with self._changed:
            own = [record for record in self._records.values() if record.owner == owner]
            own.sort(key=lambda record: record.created_at, reverse=True)
            return [self._snapshot(record) for record in own]

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are in each state, everybody's together."""
        with self._changed:
            states: list[str] = [record.state for record in self._records.values()]
        return {state: states.count(state) for state in STATES}

    def cancel(self, job_id: str, owner: int) -> Job:
        """End a job, with every process it started; one that has ended stays as it is."""
        with self._changed:
            record = self._own(job_id, owner)
            if record.state == "waiting" and self._queues[_lane(record)].drop(record.id):
                self._end(record, "cancelled")
            elif not record.ended:
                record.cancelled = True
            self._changed.notify_all()
            return self._snapshot(record)

    def wait(self, job_id: str, owner: int, *, timeout: float | None = None) -> Job:
        """Return a job once it has ended, or as it stands after `timeout` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            record = self._own(job_id, owner)
            while not record.ended and not self._closed:
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            return self._snapshot(record)

    def close(self) -> None:
        """End all running work and take no more; what was not finished is interrupted."""
        with self._changed:
            self._closed = True
            for record in self._records.values():
                if record.state == "waiting":
                    self._end(record, "interrupted", INTERRUPTED)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    # Doing

    def _add(self, record: Record, request: dict[str, Any], source: Path | None) -> Job:
        """Write a job down and put it into its queue."""
        with self._changed:
            if self._closed:
                raise RuntimeError("Jobs are closed.")
            waiting = [r for r in self._records.values() if r.state == "waiting"]
            if sum(r.owner == record.owner for r in waiting) >= MOST_WAITING:
                raise TooManyJobsError(MOST_WAITING)
            folder = self._folder / record.id
            try:
                folder.mkdir(mode=0o700)
                shared = ("id", "kind", "owner", "name", "target", "study_id")
                plain = {key: getattr(record, key) for key in shared}
                held = None if source is None else str(_hold(source, folder))
                write_json(folder / "request.json", {**request, **plain, "source": held})
                record.write(folder)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._records[record.id] = record
            self._queues[_lane(record)].add(record.id, record.owner)
            self._changed.notify_all()
            return self._snapshot(record)

    def _serve(self, lane: str) -> None:
        """Do the jobs of one lane, one after the other, until all is closed."""
        queue = self._queues[lane]
        while True:
            with self._changed:
                while (job_id := None if self._closed else queue.take()) is None:
                    if self._closed:
                        return
                    self._changed.wait()
                record = self._records[job_id]
                record.begin()
                self._write(record)
                self._changed.notify_all()
            code = self._run(record)
            with self._changed:
                queue.ended(record.owner)
                self._judge(record, code)
                self._changed.notify_all()

    def _run(self, record: Record) -> int | None:
        """Run a job's child to its end; None if there was no starting it."""
        folder = self._folder / record.id
        try:
            return run_child(folder, lambda: record.cancelled or self._closed)
        except OSError:
            _LOG.exception("Job %s could not be started", record.id)
            return None

    def _judge(self, record: Record, code: int | None) -> None:
        """Say how a job ended, from what its child left."""
        folder = self._folder / record.id
        result = read_json(folder / "result.json", {})
        if Path(record.target).exists():
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
        for left in ("work", "input"):
            if (folder / left).exists():
                remove(folder / left)

    def _end(self, record: Record, state: Any, message: str = "") -> None:
        record.end(state, message)
        self._write(record)

    def _write(self, record: Record) -> None:
        """Write a record down; where that fails the server still knows, and says so in its log."""
        try:
            record.write(self._folder / record.id)
        except Exception:
            _LOG.exception("Job %s could not be written down", record.id)

    def _own(self, job_id: str, owner: int) -> Record:
        record = self._records.get(job_id)
        if record is None or record.owner != owner:
            raise NoSuchJobError
        return record

    def _snapshot(self, record: Record) -> Job:
        position = 0
        if record.state == "waiting":
            position = self._queues[_lane(record)].order().index(record.id) + 1
        return record.snapshot(self._folder / record.id, position)


def _lane(record: Record) -> str:
    return "training" if record.kind == "training" else "look"


def _as_toml(schema: Schema | None) -> str | None:
    """Return a schema as text; a child reads it by the same rules as a user's file."""
    if schema is None:
        return None
    from coterie.schema.toml import schema_to_toml

    return schema_to_toml(schema)


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
        return (
            "The server ran out of memory, or an administrator stopped this. Try a smaller table, "
            "or fewer columns."
        )
    return f"Something went wrong on our side; it was written to the log as {job_id}."


def _recovered(folder: Path) -> dict[str, Record]:
    """Return the jobs of earlier runs; what was not finished is interrupted."""
    records = {}
    oldest = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat()
    for place in folder.iterdir():
        record = Record.read(place) if is_id(place.name) else None
        if record is None or (record.ended and (record.finished_at or "") < oldest):
            with suppress(OSError):
                remove(place)
            continue
        if not record.ended:
            done = Path(record.target).exists()
            record.end("done" if done else "interrupted", "" if done else INTERRUPTED)
            record.write(place)
            for left in ("work", "input"):
                if (place / left).exists():
                    remove(place / left)
        records[record.id] = record
    return records
