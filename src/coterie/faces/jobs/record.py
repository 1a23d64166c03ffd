"""What the server writes down of a job, so that a restart knows of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coterie.faces.jobs.job import ENDED, Job, Kind, State
from coterie.stores.shelf.places import read_json, write_json

WAITING = "Waiting for its turn"
STARTING = "Starting"


@dataclass
class Record:
    """A job in the server's memory and in ``job.json``; changed by one thread at a time.

    Attributes
    ----------
    target : str
        The folder that is there when, and only when, the work is done; empty if it makes none.
    cancelled : bool
        Somebody asked for its end.
    """

    id: str
    kind: Kind
    owner: int
    name: str
    target: str
    state: State = "waiting"
    message: str = ""
    study_id: str | None = None
    look_key: str | None = None
    upload_id: str | None = None
    created_at: str = ""
    started_at: str | None = None
    finished_at: str | None = None
    cancelled: bool = False

    @classmethod
    def read(cls, folder: Path) -> Record | None:
        """Read a record; None where there is none, or one of another version."""
        plain = read_json(folder / "job.json")
        if not isinstance(plain, dict) or set(plain) != set(cls.__dataclass_fields__):
            return None
        return cls(**plain)

    def write(self, folder: Path) -> None:
        """Write the record, whole or not at all."""
        write_json(folder / "job.json", asdict(self))

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED

    @property
    def made(self) -> bool:
        """Whether what was asked for is in its place."""
        return bool(self.target) and Path(self.target).exists()

    def begin(self) -> None:
        """Say that it runs."""
        self.state, self.started_at = "running", now()

    def end(self, state: State, message: str = "") -> None:
        """Say how it ended."""
        self.state, self.message, self.finished_at = state, message, now()

    def snapshot(self, folder: Path, position: int) -> Job:
        """Return the job as it stands now; `position` is its place in the queue."""
        done = self.state == "done"
        told: dict[str, Any] = {"stage": "", "words": STARTING, "share": 1.0 if done else 0.0}
        if self.state == "waiting":
            told["words"] = WAITING
        elif not done:
            told = read_json(folder / "progress.json", told)
        return Job(
            id=self.id,
            kind=self.kind,
            owner=self.owner,
            name=self.name,
            state=self.state,
            stage=told["stage"],
            words=told["words"] if not self.ended else "",
            share=told["share"],
            message=self.message,
            study_id=self.study_id if done else None,
            look_key=self.look_key if done else None,
            upload_id=self.upload_id,
            position=position,
            created_at=datetime.fromisoformat(self.created_at),
            started_at=datetime.fromisoformat(self.started_at) if self.started_at else None,
            finished_at=datetime.fromisoformat(self.finished_at) if self.finished_at else None,
        )


def now() -> str:
    """Return the time as it is kept, in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
