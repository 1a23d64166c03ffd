"""A server's models and the registry say the same: what is promoted in one is so in the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coterie.stores.shelf.models import in_production
from coterie.stores.shelf.places import is_id, read_json
from coterie.stores.tracking.registry import promote
from coterie.stores.tracking.runs import Run, list_runs
from coterie.stores.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

MOST_LOOKED_AT = 1_000


def server_of(store: Store) -> Path | None:
    """Return the data directory of the server that a folder of runs belongs to, if any."""
    root = store.home.parent
    return root if (root / "studies").is_dir() and (root / "jobs").is_dir() else None


def put_on_server(store: Store, run: Run, name: str) -> bool:
    """Let a server answer with a run's study under a model's name; return whether it does.

    Only a study that the server itself trained, under the name that is its own there.
    """
    root, study_id = server_of(store), run.tags.get("coterie.study", "")
    if root is None or not is_id(study_id) or name != run.tags.get("coterie.model"):
        return False
    card = read_json(root / "studies" / study_id / "study.json")
    if card is None:
        return False
    from coterie.stores.shelf import Shelf

    Shelf(root).promote(study_id, card["owner"])
    return True


def follow_server(client: MlflowClient, store: Store) -> None:
    """Let each alias ``production`` mean the study that answers on the server."""
    root = server_of(store)
    answering = in_production(read_json(root / "models.json", {})) if root is not None else {}
    if not answering:
        return
    by_study = {
        run.tags["coterie.study"]: run
        for run in reversed(list_runs(client, store, MOST_LOOKED_AT))
        if run.tags.get("coterie.study")
    }
    for name, study_id in answering.items():
        run = by_study.get(study_id)
        if run is not None and run.model_id and name not in run.production:
            promote(client, run, name)
