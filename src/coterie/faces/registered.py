"""What a server answers with: its own studies in production, and the registry's models."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.errors import CoterieError
from coterie.faces.tracking import TRACKED, start_watching
from coterie.stores.shelf import SERVER, Model, NoSuchModelError, Shelf
from coterie.stores.shelf.remembering import Remembered
from coterie.stores.shelf.studies import Card, StoredStudy
from coterie.stores.tracking import Store, installed, is_wanted

if TYPE_CHECKING:
    from coterie.segmentation import Segmentation

SILENT_SECONDS = 60.0
"""After which a registry that said nothing counts as away."""
FIRST_SECONDS = 20.0
"""How long the first answer may take: MLflow alone takes seconds to load."""
AGAIN_SECONDS = 30.0
"""A process that ended is not started again sooner."""


@dataclass(frozen=True)
class RegisteredModel:
    """A model in production that lies in the registry only: a bundle, and no study around it.

    Attributes
    ----------
    uri : str
        As commands take it.
    card : Card
        Its id is that of the run.
    bundle : Path
    """

    uri: str
    card: Card
    segmentation: Segmentation = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The run's id."""
        return self.card.id

    @property
    def charts(self) -> tuple[str, ...]:
        """None: pictures are of customers, and those are elsewhere."""
        return ()

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The segments, as a study's summary has them."""
        return {"segments": [one.to_dict() for one in self.segmentation.segments]}


class Registered:
    """The models in production, on the shelf or in the registry; never waits for the network.

    Where MLFLOW_TRACKING_URI names another place than the data directory, a process beside the
    server asks that registry every few seconds, fetches what is in production there, and writes
    what it heard; here it is only read.

    Parameters
    ----------
    shelf : Shelf
    data_dir : Path
    """

    def __init__(self, shelf: Shelf, data_dir: Path) -> None:
        self.shelf = shelf
        self.store = Store.find(Path(data_dir) / TRACKED)
        self._read = Remembered().read
        self._models: dict[tuple[str, str, str], RegisteredModel] = {}
        self._faults: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._started = time.monotonic()
        self._guard = threading.Lock()
        self._closed = False
        self.watched = not self.store.local and is_wanted()
        if self.watched and installed():
            self._start()

    def close(self) -> None:
        """End the process beside the server."""
        with self._guard:
            self._closed = True
            if self._process is not None and self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
                self._process.terminate()
                self._process.wait()

    def models(self, viewer: int) -> list[Model]:
        """Return the models a person may see; those of the registry are for everybody."""
        there = {one.card.model: one for one in self.registered()}
        found = [
            Model(m.name, one.id, m.versions, one.uri) if (one := there.pop(m.name, None)) else m
            for m in self.shelf.models(viewer)
        ]
        return found + [Model(name, one.id, (), one.uri) for name, one in there.items()]

    def production(self, model: str) -> StoredStudy | RegisteredModel:
        """Return what answers under a model's name; raises NoSuchModelError."""
        found = next((one for one in self.registered(model)), None)
        if found is not None:
            return found
        try:
            return self.shelf.production(model)
        except NoSuchModelError:
            if self.watched and (words := self.words()):
                raise NoSuchModelError(model, words) from None
            raise

    def registered(self, name: str | None = None) -> list[RegisteredModel]:
        """Return the registry's models that the server answers with, by name."""
        said = self._said()
        if not said:
            return []
        here = self._read(self.shelf.places.models, {})
        found = []
        for one in said["models"]:
            agreed = said["agreed"].get(one["name"], {})
            # A study that was promoted here since then answers at once.
            moved = here.get(one["name"], {}).get("study") != agreed.get("study")
            if moved or name not in (None, one["name"]):
                continue
            model = self._open(one)
            if model is not None:
                found.append(model)
        return found

    def words(self) -> str:
        """Return a sentence where the registry cannot be read now; else an empty one."""
        if not self.watched:
            return ""
        where = self.store.where
        if not installed():
            return (
                f"The models of {where} cannot be read: MLflow is not installed. "
                "pip install 'coterie[track]'"
            )
        said = self._said()
        heard = said.get("at")
        if said.get("fault") or (heard and time.time() - heard > SILENT_SECONDS):
            since = f" since {_clock(heard)}; what it named then still answers" if heard else ""
            return f"The tracking server {where} has not answered{since}."
        if not said and time.monotonic() - self._began > FIRST_SECONDS:
            return f"The tracking server {where} has not answered."
        return " ".join(self._faults.values())

    def _said(self) -> Mapping[str, Any]:
        """Return what the registry last said."""
        self._keep_alive()
        said: Mapping[str, Any] = self._read(self.store.home / "registry.json", {})
        return said if said.get("target") == self.store.target else {}

    def _open(self, one: Mapping[str, Any]) -> RegisteredModel | None:
        """Return a model; the same object as long as it is the same version."""
        key = (one["name"], one["version"], one["bundle"])
        if key not in self._models:
            from coterie.stores.bundle import load_bundle

            try:
                segmentation = load_bundle(one["bundle"])
            except CoterieError as fault:
                self._faults[one["name"]] = f"{one['name']}: {fault}"
                return None
            self._faults.pop(one["name"], None)
            uri = f"models:/{one['name']}/{one['version']}"
            self._models[key] = RegisteredModel(uri, _card(one, segmentation), segmentation)
        return self._models[key]

    def _keep_alive(self) -> None:
        """Start the process again if it has ended."""
        process = self._process
        if process is None or process.poll() is None:
            return
        if time.monotonic() - self._started > AGAIN_SECONDS:
            self._start()

    def _start(self) -> None:
        """Start the process; a folder that cannot be written to is said in its place."""
        with self._guard:
            if self._closed or (self._process is not None and self._process.poll() is None):
                return
            self._started = time.monotonic()
            try:
                self._process = start_watching(self.store)
            except (OSError, CoterieError) as fault:
                self._faults[""] = f"The registry is not read: {fault}"


def _card(one: Mapping[str, Any], model: Segmentation) -> Card:
    """Return what a list shows of a model of the registry."""
    data = model.provenance.get("data", {})
    return Card(
        id=str(one["run"]),
        name=one["name"],
        owner=SERVER,
        owner_name="the registry",
        created_at=datetime.fromtimestamp(one["at"], UTC),
        customers=sum(segment.size for segment in model.segments),
        k=len(model.segments),
        verdict=model.verdict["kind"],
        shared=True,
        model=one["name"],
        production=True,
        data=str(data.get("name", "")),
    )


def _clock(at: float) -> str:
    """Say when it was, by the server's own clock."""
    return time.strftime("%H:%M", time.localtime(at))
