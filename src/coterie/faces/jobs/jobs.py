"""Jobs: long work outside the server's process, so that pages never wait for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.errors import CoterieError
from coterie.faces.jobs.comparing import start_comparison
from coterie.faces.jobs.job import Job
from coterie.faces.jobs.record import Record, now
from coterie.faces.jobs.request import CustomersAsked, checked_sample
from coterie.faces.jobs.runner import Runner
from coterie.stores.shelf.looks import look_key
from coterie.stores.shelf.made import result_folder
from coterie.stores.shelf.names import LONGEST_NAME, slug, tidy_text
from coterie.stores.shelf.places import new_id

if TYPE_CHECKING:
    from coterie.config import RunConfig
    from coterie.schema import DateOrder, Schema
    from coterie.stores.shelf import Shelf

SHORT_AT_ONCE = 2

_LOG = logging.getLogger("coterie.jobs")


class Jobs:
    """Trainings and looks: a child process each, so many at once, by turns among their owners.

    Every method takes who asks, as the id of a person; another's job is told to be missing.

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
        lanes = {"training": workers, "short": SHORT_AT_ONCE}
        self._runner = Runner(Path(data_dir).absolute() / "jobs", lanes)
        shelf.on_renamed = self._refresh
        for study_id, owner in shelf.outdated_reports():
            self._refresh(study_id, owner)

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
        path = upload.path if upload is not None else Path(source) if source is not None else None
        known = path.stem if path is not None else f"Sample {made['kind'] if made else ''}"
        title = tidy_text(name, LONGEST_NAME) or tidy_text(known, LONGEST_NAME) or "Study"
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
        return self._runner.add(record, request, path)

    def start_again(self, job_id: str, owner: int) -> Job:
        """Start a training again that the server's end interrupted; its id stays.

        Raises
        ------
        NoSuchJobError, NoSuchUploadError, StorageFullError
        ShelfError
            If it is not interrupted.
        """
        record = self._runner.own(job_id, owner)
        path = self._shelf.upload(record.upload_id, owner).path if record.upload_id else None
        return self._runner.again(record, path)

    def leave(self, job_id: str, owner: int) -> None:
        """Let an interrupted training be: it counts as cancelled from now on."""
        self._runner.leave(self._runner.own(job_id, owner))

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
        key = look_key(upload_id, schema, dates)
        known = self._shelf.look_by_key(upload_id, owner, key)
        with self._runner.changed:
            same = self._runner.find(lambda one: one.owner == owner and one.look_key == key)
            for record in same:
                if not record.ended or (record.state == "done" and known is not None):
                    return self._runner.snapshot(record)
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
            if known is not None:
                record.end("done")
            return self._runner.add(record, {"schema": text, "dates": dates}, upload.path)

    def start_customers(self, owner: int, upload_id: str, asked: CustomersAsked) -> Job:
        """Turn an upload of order lines into one of customers, in the background.

        `stores.shelf.made.made_from` tells which upload a finished job made.

        Parameters
        ----------
        owner : int
        upload_id : str
            Of the order lines.
        asked : CustomersAsked

        Raises
        ------
        NoSuchUploadError, ConfigError, TooManyJobsError, StorageFullError
        """
        plain = asked.to_dict()
        upload = self._shelf.upload(upload_id, owner)
        job_id = new_id()
        record = Record(
            id=job_id,
            kind="customers",
            owner=owner,
            name=upload.name,
            target=str(result_folder(upload, job_id)),
            upload_id=upload.id,
            created_at=now(),
        )
        request = {**plain, "data_dir": str(self._shelf.places.root)}
        return self._runner.add(record, request, upload.path)

    def start_comparison(
        self, owner: int, upload_id: str, config: RunConfig, *, schema: Schema | None = None
    ) -> Job:
        """Compare every method on an upload in the background; done at once if it was done.

        `stores.shelf.comparisons` tells what was found.

        Parameters
        ----------
        owner : int
        upload_id : str
        config : RunConfig
            Its number of groups, method and names do not matter.
        schema : Schema, optional
            Inferred if None.

        Raises
        ------
        NoSuchUploadError, TooManyJobsError, StorageFullError
        """
        upload = self._shelf.upload(upload_id, owner)
        return start_comparison(self._runner, owner, upload, config, schema)

    def comparisons(self, owner: int, folder: Path) -> list[Job]:
        """Return a person's jobs that make, or made, the comparison kept in a folder."""
        wanted = str(folder)
        found = self._runner.find(lambda one: one.owner == owner and one.target == wanted)
        return [self._runner.snapshot(record) for record in found]

    def job(self, job_id: str, owner: int) -> Job:
        """Return one of a person's jobs as it stands now; raises NoSuchJobError."""
        return self._runner.snapshot(self._runner.own(job_id, owner))

    def jobs(self, owner: int) -> list[Job]:
        """Return a person's trainings, looks and customers made, newest first."""
        own = self._runner.find(lambda one: one.owner == owner and one.kind != "refresh")
        return [self._runner.snapshot(record) for record in own]

    def cancel(self, job_id: str, owner: int) -> Job:
        """End a job, with every process it started; one that has ended stays as it is."""
        record = self._runner.own(job_id, owner)
        self._runner.cancel(record)
        return self._runner.snapshot(record)

    def wait(self, job_id: str, owner: int, *, timeout: float | None = None) -> Job:
        """Return a job once it has ended, or as it stands after `timeout` seconds."""
        record = self._runner.own(job_id, owner)
        self._runner.wait(record, timeout)
        return self._runner.snapshot(record)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state, over all owners."""
        return self._runner.counts()

    def close(self) -> None:
        """End all running work and take no more; what was not finished is interrupted."""
        self._shelf.on_renamed = None
        self._runner.close()

    def _refresh(self, study_id: str, owner: int) -> None:
        """Have a study's pictures and report follow a new name; soon, and once for many names."""
        waiting = self._runner.find(
            lambda one: one.kind == "refresh" and one.study_id == study_id and not one.started_at
        )
        if waiting:
            return
        record = Record(
            id=new_id(),
            kind="refresh",
            owner=owner,
            name="",
            target="",
            study_id=study_id,
            created_at=now(),
        )
        try:
            self._runner.add(record, {"data_dir": str(self._shelf.places.root)}, None)
        except CoterieError:
            # The name is kept all the same, and the report follows at the next start.
            _LOG.exception("The report of %s is not written again for now", study_id)


def _as_toml(schema: Schema | None) -> str | None:
    """Return a schema as text; a child reads it by the same rules as a user's file."""
    if schema is None:
        return None
    from coterie.schema.toml import schema_to_toml

    return schema_to_toml(schema)
