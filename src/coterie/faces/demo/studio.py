"""Who visits the Gradio app, and what a visitor may do: bring a file, train, look, place."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from coterie.config import RunConfig
from coterie.errors import CoterieError, InputError
from coterie.faces.jobs import Job, Jobs
from coterie.stores.shelf import Shelf
from coterie.stores.shelf.faults import storing

if TYPE_CHECKING:
    from coterie.faces.services import Services
    from coterie.stores.shelf import StoredStudy, Upload

UPLOAD_MB = 200
"""Largest file in megabytes where no server says otherwise."""

WORKERS = 2
LOOKS_A_SECOND = 4
VISIT_SECONDS = 24 * 3600.0
"""A visitor of whom nothing was heard for so long is gone."""

SAMPLES: dict[str, dict[str, Any]] = {
    "customers": {"kind": "customers", "rows": 2_000, "segments": 5, "seed": 7},
    "campaign": {"kind": "campaign", "rows": 2_000, "segments": 4, "seed": 7},
}


class NotYoursError(InputError):
    """The visitor is not known, or may not do this."""


class Studio:
    """What the page asks for; every answer is one visitor's own.

    Parameters
    ----------
    services : Services, optional
        Those of a server; if None, a shelf of its own in a temporary folder, which goes with
        this process, and a visitor for each open page.
    """

    def __init__(self, services: Services | None = None) -> None:
        self._services = services
        self._seen: dict[int, float] = {}
        self._guard = threading.Lock()
        if services is not None:
            self.shelf, self.jobs = services.shelf, services.jobs
            self.upload_mb: float = services.settings.upload_mb
            _keep_copies_in(Path(services.settings.data_dir) / "gradio")
            return
        folder = Path(tempfile.mkdtemp(prefix="coterie-demo-"))
        self.shelf = Shelf(folder)
        self.jobs = Jobs(self.shelf, folder, workers=WORKERS)
        self.upload_mb = UPLOAD_MB
        _keep_copies_in(folder / "gradio")
        self._folder = folder
        atexit.register(self.close)

    @property
    def alone(self) -> bool:
        """Whether there is no server around the app."""
        return self._services is None

    def visitor(self, request: gr.Request, action: str = "place") -> int:
        """Return who asks, as the owner of what is on the shelf.

        Parameters
        ----------
        request : gradio.Request
        action : str
            What is to be done, as `Person.may` takes it.

        Raises
        ------
        NotYoursError
            If nobody is logged in, or the person's role does not allow it.
        """
        if self._services is None:
            return self._seen_again(request.session_hash)
        person = _person(request)
        if person is None:
            raise NotYoursError("You are no longer logged in. Log in again, then go on.")
        if not person.may(action):
            raise NotYoursError(
                "Your role lets you look at studies and place customers. "
                "Ask an analyst or an admin to train one, or to change your role."
            )
        return int(person.id)

    def accept(self, owner: int, path: Path) -> Upload:
        """Put a file that Gradio took in on the shelf, and remove Gradio's copy.

        Raises
        ------
        CoterieError
            If it is too large, no table, or becomes too large when it is unpacked.
        """
        try:
            with path.open("rb") as file:
                return self.shelf.accept_upload(owner, path.name, file, limit_mb=self.upload_mb)
        finally:
            path.unlink(missing_ok=True)

    def start(self, owner: int, upload_id: str, sample: str, config: RunConfig) -> Job:
        """Begin a training on an upload, or on a sample if no upload is named.

        Raises
        ------
        CoterieError
        """
        if upload_id:
            name = self.shelf.upload(upload_id, owner).name
            return self.jobs.start_training(owner, upload_id, config, name=name)
        if sample not in SAMPLES:
            raise InputError("There is no file yet. Choose a file, or one of the samples.")
        name = f"Sample {'campaign' if sample == 'campaign' else 'customers'}"
        return self.jobs.start_training(owner, None, config, name=name, sample=SAMPLES[sample])

    async def follow(self, job: Job) -> AsyncIterator[Job]:
        """Tell how a job stands, several times a second, until it has ended."""
        while not job.ended:
            yield job
            await asyncio.sleep(1 / LOOKS_A_SECOND)
            job = await asyncio.to_thread(self.jobs.job, job.id, job.owner)
        yield job

    async def ended(self, job: Job) -> Job:
        """Return a job once it has ended."""
        async for now in self.follow(job):
            job = now
        return job

    def study(self, owner: int, study_id: str) -> StoredStudy:
        """Return a study that the visitor may see; the newest if no id is given.

        Raises
        ------
        CoterieError
        """
        if study_id:
            return self.shelf.study(study_id, owner)
        cards = [card for card in self.shelf.studies(owner) if card.owner == owner]
        if not cards:
            raise InputError("There are no segments yet. Train first, with a file or a sample.")
        return self.shelf.study(cards[0].id, owner)

    def forget(self, session: str | None) -> None:
        """Remove all that a page left behind which is now closed; on a server, nothing."""
        if self._services is None and session:
            self._remove(_visit(session))

    def _seen_again(self, session: str | None) -> int:
        """Return the visitor of an open page, and remove those who are long gone."""
        if not session:
            raise NotYoursError("This page has no session. Load it again.")
        owner, now = _visit(session), time.monotonic()
        with self._guard:
            gone = [one for one, at in self._seen.items() if now - at > VISIT_SECONDS]
            self._seen[owner] = now
        for one in gone:
            self._remove(one)
        return owner

    def _remove(self, owner: int) -> None:
        """Remove a visitor's jobs, uploads and studies."""
        with self._guard:
            self._seen.pop(owner, None)
        for job in self.jobs.jobs(owner):
            if not job.ended:
                self.jobs.cancel(job.id, owner)
        for upload in self.shelf.uploads(owner):
            self.shelf.delete_upload(upload.id, owner)
        for card in self.shelf.studies(owner):
            if card.owner == owner:
                self.shelf.delete(card.id, owner)

    def close(self) -> None:
        """End what still runs, and remove the temporary shelf; on a server, nothing."""
        if self._services is None and self._folder.exists():
            self.jobs.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def run_config(automatic: bool, k: float | None, dates: str | None) -> RunConfig:
    """Return the settings of a training.

    Raises
    ------
    ConfigError
    """
    order: Any = dates or None
    return RunConfig(k=None if automatic or not k else int(k), dates=order)


def told(fault: CoterieError | str) -> str:
    """Return what is said of a fault; options of the command line are none of this page."""
    return str(fault).replace("Say which with --dates dmy, --dates mdy or --dates ymd.",
                              "Say which under More settings.")  # fmt: skip


def _keep_copies_in(folder: Path) -> None:
    """Have Gradio copy what comes in and goes out here, and not where everybody can read it."""
    shutil.rmtree(folder, ignore_errors=True)
    with storing():
        folder.mkdir(mode=0o700, parents=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder.absolute())


def _visit(session: str) -> int:
    """Return the number of an open page, which nobody can find without its secret name."""
    return int.from_bytes(hashlib.sha256(session.encode()).digest()[:7], "big") + 1


def _person(request: gr.Request) -> Any:
    """Return the person whom the gate let in with this request; None if there is none."""
    inner = request.request
    scope = getattr(inner, "scope", None) or {}
    return (scope.get("state") or {}).get("person")
