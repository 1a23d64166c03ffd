"""A server's models and the registry say the same: the later promotion holds in both.

What was agreed last is kept beside the runs, so that it shows which of the two moved since: an
alias carries no time, and MLflow's own page sets one without telling anybody.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf import Shelf
from coterie.stores.shelf.models import in_production
from coterie.stores.shelf.places import is_id, read_json, write_json
from coterie.stores.tracking.faults import TrackingError
from coterie.stores.tracking.registry import fetch_version, promote, promoted_at
from coterie.stores.tracking.runs import PRODUCTION, Run, every_model, list_runs
from coterie.stores.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

REGISTRY = "registry.json"
"""In a server's folder of runs: what the registry last said."""

MOST_LOOKED_AT = 1_000
HERE, THERE = "server", "registry"


@dataclass(frozen=True)
class Agreed:
    """What the server and the registry last agreed on for one name.

    Attributes
    ----------
    study : str or None
        Which answered on the server.
    version : str or None
        Which the alias ``production`` meant.
    answers : {"server", "registry"}
        Whose model answers: the registry's where the server has no such study.
    """

    study: str | None = None
    version: str | None = None
    answers: str = HERE


def server_of(store: Store) -> Path | None:
    """Return the data directory of the server that a folder of runs belongs to, if any."""
    root = store.home.parent
    return root if (root / "studies").is_dir() and (root / "jobs").is_dir() else None


def follow_registry(client: MlflowClient, store: Store) -> dict[str, Agreed]:
    """Let a server and the registry agree on what is in production; return it by name.

    The caller holds the folder's lock. Models of the registry that the server shall answer with
    are fetched, and ``registry.json`` says which they are.
    """
    root = server_of(store)
    if root is None:
        return {}
    before = read_registry(store)
    known = {name: Agreed(**one) for name, one in before.get("agreed", {}).items()}
    there = {m.name: m for m in every_model(client) if PRODUCTION in m.aliases}
    here = in_production(read_json(root / "models.json", {}))
    if not there and not here and not known:
        return {}
    both = _Both(client, store, root)
    agreed = {
        name: both.settle(name, here.get(name), there.get(name), known.get(name, Agreed()))
        for name in sorted({*there, *here})
    }
    held = {one["name"]: one for one in before.get("models", [])}
    others = set(before.get("others", []))
    models: list[Mapping[str, Any]] = []
    faults: list[str] = []
    for name, one in agreed.items():
        if one.answers != THERE or f"{name}/{one.version}" in others:
            continue
        try:
            found = both.model(name, str(one.version), held.get(name))
        except TrackingError as fault:
            faults.append(str(fault))
            found = held.get(name, {})
        if found is None:
            others.add(f"{name}/{one.version}")
        elif found:
            models.append(found)
    said = {
        "target": store.target,
        "at": time.time(),
        "fault": " ".join(faults),
        "agreed": {name: asdict(one) for name, one in agreed.items()},
        "models": models,
        "others": sorted(others),
    }
    write_json(store.home / REGISTRY, said)
    return agreed


def note_fault(store: Store, fault: str) -> None:
    """Keep why the registry was not heard; the models that it named before stay."""
    said = {"at": None, "models": [], **read_registry(store), "target": store.target}
    write_json(store.home / REGISTRY, {**said, "fault": fault})


def read_registry(store: Store) -> dict[str, Any]:
    """Return what the registry of this store last said; empty if it never did."""
    found: dict[str, Any] = read_json(store.home / REGISTRY, {})
    return found if found.get("target") == store.target else {}


class _Both:
    """A server and a registry, while they are brought together."""

    def __init__(self, client: MlflowClient, store: Store, root: Path) -> None:
        self.client = client
        self.store = store
        self.root = root

    @cached_property
    def by_study(self) -> dict[str, Run]:
        """The newest run of each study of the server."""
        runs = reversed(list_runs(self.client, self.store, MOST_LOOKED_AT))
        return {run.tags["coterie.study"]: run for run in runs if run.tags.get("coterie.study")}

    def settle(self, name: str, here: str | None, there: Any, last: Agreed) -> Agreed:
        """Take over for one name whichever moved since; of both, the later."""
        version = str(there.aliases[PRODUCTION]) if there is not None else None
        moved_here = here is not None and here != last.study
        moved_there = version is not None and version != last.version
        if moved_here and moved_there:
            moved_there = promoted_at(self.client, there) > self._promoted_here(name)
        if moved_there:
            return self._take_over(name, here, str(version))
        if moved_here:
            return self._hand_on(name, str(here), last)
        if version is None:  # The alias was taken away.
            return replace(last, study=here, version=None, answers=HERE)
        return last

    def _promoted_here(self, name: str) -> float:
        """Return when a study was put into production on the server, in seconds."""
        history = read_json(self.root / "models.json", {}).get(name, {}).get("history", [])
        return datetime.fromisoformat(history[-1]["at"]).timestamp() if history else 0.0

    def _hand_on(self, name: str, study: str, last: Agreed) -> Agreed:
        """Let the alias mean the server's study; later, if that is not logged yet."""
        run = self.by_study.get(study)
        if run is None or not run.model_id:
            return last
        _name, version = promote(self.client, run, name)
        return Agreed(study, version, HERE)

    def _take_over(self, name: str, here: str | None, version: str) -> Agreed:
        """Answer with what the alias means: the server's own study, or the registry's model."""
        run_id = self.client.get_model_version(name, version).run_id
        study = self.client.get_run(run_id).data.tags.get("coterie.study", "") if run_id else ""
        card = read_json(self.root / "studies" / study / "study.json") if is_id(study) else None
        if card is None or card["model"] != name:
            return Agreed(here, version, THERE)
        if here != study:
            Shelf(self.root).promote(study, card["owner"])
        return Agreed(study, version, HERE)

    def model(
        self, name: str, version: str, held: Mapping[str, Any] | None
    ) -> dict[str, Any] | None:
        """Return a model of the registry, fetched; None if it is not one of Coterie's.

        Raises
        ------
        TrackingError
            If its files are not there, or do not come.
        """
        if held is not None and held["version"] == version and Path(held["bundle"]).is_file():
            return dict(held)
        found = self.client.get_model_version(name, version)
        tags = self.client.get_run(found.run_id).data.tags if found.run_id else {}
        if "coterie.verdict" not in tags:
            return None
        bundle = fetch_version(self.client, self.store, found)
        return {
            "name": name,
            "version": version,
            "run": found.run_id,
            "bundle": str(bundle),
            "at": found.creation_timestamp / 1000,
        }
