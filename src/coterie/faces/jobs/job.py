"""Job: what is known of one long piece of work, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from coterie.stores.shelf import ShelfError

State = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
Kind = Literal["training", "look", "customers", "methods", "refresh"]

STATES: tuple[State, ...] = get_args(State)
ENDED = frozenset({"done", "failed", "cancelled", "interrupted"})


class NoSuchJobError(ShelfError):
    """There is no such job, or not for this person."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such job. It may have been another person's, or was removed. Start a new "
            "one."
        )


class TooManyJobsError(ShelfError):
    """A person has more work waiting than a server should take at once."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have {most} jobs waiting already. Wait until one is done, or cancel one."
        )


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was asked for.

    Attributes
    ----------
    id : str
    kind : {"training", "look", "customers", "methods", "refresh"}
    owner : int
    name : str
        What it is about: the study's name, or the file's.
    state : {"waiting", "running", "done", "failed", "cancelled", "interrupted"}
    stage : str
        ``"read"``, ``"clean"``, ``"choose"`` ...; empty before it runs.
    words : str
        What is being done, such as "Trying 7 groups".
    share : float
        Of the work that is done, 0 to 1.
    message : str
        Why it failed or was stopped, fit to be shown; else empty.
    study_id : str or None
        Of a training that is done.
    look_key : str or None
        Of a look that is done.
    upload_id : str or None
        What is trained on, looked at or made into customers, where it was uploaded.
    position : int
        In the queue, from 1; 0 where it does not wait.
    created_at : datetime
    started_at, finished_at : datetime or None
        In UTC.
    """

    id: str
    kind: Kind
    owner: int
    name: str
    state: State
    stage: str
    words: str
    share: float
    message: str
    study_id: str | None
    look_key: str | None
    upload_id: str | None
    position: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ENDED

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            key: value.isoformat() if isinstance(value := getattr(self, key), datetime) else value
            for key in self.__dataclass_fields__
        }
