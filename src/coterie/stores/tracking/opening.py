"""MLflow, opened for a store: quietly, without telemetry, without touching the program's own."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from coterie.stores.tracking.faults import MissingMlflowError, asking
from coterie.stores.tracking.store import Store, installed

if TYPE_CHECKING:
    from mlflow import MlflowClient

_QUIET = ("mlflow", "alembic")
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # A server that is away is told of within seconds, not minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


def import_mlflow() -> Any:
    """Import MLflow, with its telemetry off.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    if not installed():
        raise MissingMlflowError
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
    return mlflow


@contextmanager
def opened(store: Store) -> Iterator[MlflowClient]:
    """Give a client of the store; the database is made if there is none.

    Raises
    ------
    MissingExtraError
        If MLflow is not installed.
    TrackingError
        If the store cannot be used.
    """
    mlflow = import_mlflow()
    before = {name: logging.getLogger(name).level for name in _QUIET}
    tracking = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
    registry = os.environ.get("MLFLOW_REGISTRY_URI") or store.uri
    try:
        for name in _QUIET:
            logging.getLogger(name).setLevel(logging.ERROR)
        with warnings.catch_warnings(), asking(store.where, local=store.local):
            warnings.simplefilter("ignore")
            if store.local:
                store.make_home()
            mlflow.set_tracking_uri(store.uri)
            yield mlflow.MlflowClient(store.uri, registry_uri=registry)
    finally:
        mlflow.set_tracking_uri(tracking or "")
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def experiment_id(client: MlflowClient, store: Store) -> str:
    """Return the id of the store's experiment; it is made if it is not there."""
    found = client.get_experiment_by_name(store.experiment)
    if found is not None:
        return str(found.experiment_id)
    artifacts = (store.home / "artifacts").as_uri() if store.local else None
    return str(client.create_experiment(store.experiment, artifact_location=artifacts))
