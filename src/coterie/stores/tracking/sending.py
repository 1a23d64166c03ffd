"""Send what waits in the outbox: one run each, its figures in one batch, its model, its files."""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from coterie.errors import CoterieError
from coterie.stores.shelf.places import alone, read_json, remove
from coterie.stores.tracking import outbox
from coterie.stores.tracking.faults import reason_of
from coterie.stores.tracking.flavour import MODULE
from coterie.stores.tracking.following import follow_registry, server_of
from coterie.stores.tracking.opening import experiment_id, import_mlflow, opened
from coterie.stores.tracking.outbox import Entry
from coterie.stores.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

MODEL = "model"
MOST_METRICS = 1_000
LONGEST_DIGEST = 36
TYPES = {"segment_id": "long", "segment": "string", "confidence": "double"}


def send_waiting(store: Store, make: Callable[[Entry], None] | None = None) -> int:
    """Log every training that waits for a store; return how many were.

    One process at a time sends: another waits for it, then finds nothing left. An entry that
    cannot be sent stays with the reason, and does not keep the others.

    Parameters
    ----------
    store : Store
    make : callable, optional
        Makes the pictures and the report of an entry that came without them.

    Raises
    ------
    MissingExtraError
        If MLflow is not installed.
    """
    if not outbox.waiting(store) and server_of(store) is None:
        return 0
    sent = 0
    with alone(store.home):
        outbox.sweep(store)
        entries = outbox.waiting(store)
        if not entries and server_of(store) is None:
            return 0  # Another process logged them meanwhile: MLflow need not be loaded.
        try:
            with opened(store) as client:
                experiment = experiment_id(client, store) if entries else ""
                for entry in entries:
                    sent += _try(client, experiment, entry, make)
                follow_registry(client, store)
        except CoterieError as fault:
            for entry in entries:
                if entry.folder.exists() and not entry.fault:
                    entry.note(outbox.FAULT, {"reason": str(fault), "at": time.time()})
            raise
    return sent


def _try(
    client: MlflowClient, experiment: str, entry: Entry, make: Callable[[Entry], None] | None
) -> bool:
    """Send an entry and remove it; keep it with the reason where that fails."""
    try:
        if make is not None:
            make(entry)
        send(client, experiment, entry)
    except Exception as fault:
        entry.note(outbox.FAULT, {"reason": reason_of(fault), "at": time.time()})
        return False
    remove(entry.folder)
    return True


def send(client: MlflowClient, experiment: str, entry: Entry) -> str:
    """Log one training; return the id of its run."""
    from mlflow.entities import Metric, Param, RunTag

    record = entry.record
    begun = read_json(entry.folder / outbox.BEGUN, {}).get("run")
    if begun:
        # A half-logged run of an earlier try would stand beside the whole one.
        client.delete_run(begun)
    at = int(record["at"] * 1000)
    seconds = {name: value for name, value, _step in record["figures"]}.get("seconds", 0.0)
    run = client.create_run(
        experiment, start_time=at - int(seconds * 1000), run_name=record["name"]
    )
    run_id = str(run.info.run_id)
    entry.note(outbox.BEGUN, {"run": run_id})
    metrics = [Metric(name, value, at, step) for name, value, step in record["figures"]]
    client.log_batch(
        run_id,
        metrics=metrics[:MOST_METRICS],
        params=[Param(key, value) for key, value in record["parameters"].items()],
        tags=[RunTag(key, value) for key, value in _tags(record).items() if value],
    )
    client.log_inputs(run_id, [_dataset(record["data"])])
    if any(entry.artifacts.iterdir()):
        client.log_artifacts(run_id, str(entry.artifacts))
    _log_model(run_id, entry, record)
    client.set_terminated(run_id, "FINISHED", end_time=at)
    return run_id


def _tags(record: dict[str, Any]) -> dict[str, str]:
    """Return the tags, with who it was."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    return {**record["tags"], "mlflow.user": user, "coterie.source": record["data"]["source"]}


def _dataset(data: dict[str, Any]) -> Any:
    """Return what was trained on, as MLflow names it: never a row of it."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    source = json.dumps({"uri": data["source"]}) if data["source"] else "{}"
    profile = json.dumps({"num_rows": data["rows"], "num_columns": data["columns"]})
    digest = data["fingerprint"][:LONGEST_DIGEST]
    dataset = Dataset(
        name=data["name"], digest=digest, source_type="local", source=source, profile=profile
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _log_model(run_id: str, entry: Entry, record: dict[str, Any]) -> None:
    """Log the bundle as a model that scores raw rows; our package is its code."""
    mlflow = import_mlflow()
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, Schema

    version = record["tags"].get("coterie.version.coterie", "")
    # Raw cells may hold a number, a text or nothing: the model reads them as training did.
    any_type: Any = AnyType
    columns: list[Any] = [ColSpec(any_type(), name) for name, _kind in record["inputs"]]
    answer: list[Any] = [ColSpec(kind, name) for name, kind in TYPES.items()]
    with _in_run(mlflow, run_id):
        mlflow.pyfunc.log_model(
            name=MODEL,
            loader_module=MODULE,
            data_path=str(entry.bundle),
            pip_requirements=[f"coterie=={version}" if version[:1].isdigit() else "coterie"],
            signature=ModelSignature(inputs=Schema(columns), outputs=Schema(answer)),
            metadata={"coterie": {"fingerprint": record["data"]["fingerprint"]}},
        )


@contextmanager
def _in_run(mlflow: Any, run_id: str) -> Iterator[None]:
    """Make a run MLflow's current one, without ending it."""
    with mlflow.start_run(run_id=run_id, log_system_metrics=False):
        yield
