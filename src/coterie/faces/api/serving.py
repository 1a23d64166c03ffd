"""The models in production, held ready to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from anyio import to_thread

from coterie.faces.api.forms import RecordForm
from coterie.faces.api.problems import Problem
from coterie.stores.shelf import NoSuchModelError

if TYPE_CHECKING:
    from coterie.faces.registered import RegisteredModel
    from coterie.segmentation import Segmentation
    from coterie.stores.shelf import Model, StoredStudy

FRESH_SECONDS = 1.0
MOST_HELD = 64


class Production(Protocol):
    """The part of a Shelf that serving needs."""

    def models(self, viewer: int) -> list[Model]:
        """Return the models a person may see."""

    def production(self, model: str) -> StoredStudy | RegisteredModel:
        """Return the study that answers under a model's name; raises NoSuchModelError."""


class Served:
    """A model that answers.

    Attributes
    ----------
    name, study_id : str
    model : Segmentation
    form : RecordForm
    """

    def __init__(self, name: str, study: StoredStudy | RegisteredModel) -> None:
        self.name = name
        self.study = study
        self.study_id = study.card.id
        self.model: Segmentation = study.segmentation
        self.form = RecordForm(self.model)


class Models:
    """Finds the model in production by name, without asking the disk for each request.

    What is held is looked up again after a second, so another study that is promoted, or a segment
    that is renamed, answers at the latest then. Looking up runs in a thread.

    Parameters
    ----------
    shelf : Production
    clock : callable
        Seconds, never going back.
    """

    def __init__(self, shelf: Production, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shelf = shelf
        self._clock = clock
        self._held: dict[str, tuple[float, Served]] = {}

    async def get(self, name: str) -> Served:
        """Return the model in production under `name`; raises Problem 404."""
        held = self._held.get(name)
        now = self._clock()
        if held is not None and now < held[0]:
            return held[1]
        if held is not None:
            # Until it is looked up, others go on with what is held.
            self._held[name] = (now + FRESH_SECONDS, held[1])
        return await to_thread.run_sync(self.find, name)

    def find(self, name: str) -> Served:
        """Look a model up now; raises Problem 404."""
        held = self._held.get(name)
        try:
            study = self._shelf.production(name)
        except NoSuchModelError as fault:
            self._held.pop(name, None)
            raise Problem(404, "no-such-model", str(fault)) from None
        served = held[1] if held and held[1].study is study else Served(name, study)
        if len(self._held) >= MOST_HELD:
            self._held.clear()
        self._held[name] = (self._clock() + FRESH_SECONDS, served)
        return served

    def forget(self, name: str) -> None:
        """Look a model up again at the next request."""
        self._held.pop(name, None)
