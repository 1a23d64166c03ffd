"""Registered models: promote a run's model to production, and open what a models:/ name means."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf.places import PART, new_id
from coterie.stores.tracking.faults import TrackingError
from coterie.stores.tracking.opening import import_mlflow, opened
from coterie.stores.tracking.outbox import BUNDLE
from coterie.stores.tracking.runs import PRODUCTION, Run, every_model, find_run
from coterie.stores.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

_MODEL = re.compile(r"models:/(?P<name>[^@/]+)(?:@(?P<alias>[^@/]+)|/(?P<version>[^@/]+))?/?")
_BY_ID = re.compile(r"m-[0-9a-f]{32}")
_NAME = re.compile(r"[^/:@%\"']{1,200}")
PROMOTED = "coterie.promoted"
"""Tag of a registered model: when its alias was set, in seconds."""


def promote(client: MlflowClient, run: Run, name: str = "") -> tuple[str, str]:
    """Register a run's model and set its alias ``production``; return its name and version.

    A model that is registered under that name already is not registered again.

    Raises
    ------
    TrackingError
        If the run has no model, or the name cannot be one.
    """
    called = name or run.tags.get("coterie.model", "") or "customers"
    if not _NAME.fullmatch(called):
        raise TrackingError(
            f"{called} cannot be a model's name. Leave out / : @ % and quotation marks."
        )
    if not run.model_id:
        raise TrackingError(f"Run {run.short_id} has no model, so there is nothing to promote.")
    if not any(model.name == called for model in every_model(client)):
        client.create_registered_model(called, description="Customer segments, by Coterie")
    quoted = f"name = '{called}' AND run_id = '{run.id}'"
    known = client.search_model_versions(quoted)
    version = (
        known[0]
        if known
        else client.create_model_version(
            called,
            source=client.get_logged_model(run.model_id).artifact_location,
            run_id=run.id,
            model_id=run.model_id,
        )
    )
    client.set_registered_model_alias(called, PRODUCTION, version.version)
    client.set_registered_model_tag(called, PROMOTED, f"{time.time():.3f} {version.version}")
    return called, str(version.version)


def promoted_at(client: MlflowClient, model: Any) -> float:
    """Return when a registered model's alias ``production`` was set, in seconds.

    Where something else than Coterie set it, the time that its version was made at the earliest.
    """
    version = str(model.aliases[PRODUCTION])
    at, _space, of = str(model.tags.get(PROMOTED, "")).partition(" ")
    if of == version:
        return float(at)
    return float(client.get_model_version(model.name, version).creation_timestamp) / 1000


def fetch_version(client: MlflowClient, store: Store, version: Any) -> Path:
    """Return the bundle of a registered model's version, as a file on this machine.

    Raises
    ------
    TrackingError
        If it is not Coterie's, or its files are gone.
    """
    uri = f"models:/{version.name}/{version.version}"
    return _fetch(store, _files_of(client, version), uri)


def resolve_model(uri: str, store: Store | None = None) -> Path:
    """Return the bundle that a name in a tracking store means now, as a file on this machine.

    Parameters
    ----------
    uri : str
        ``models:/NAME@production`` (or another alias), ``models:/NAME/3``, ``models:/NAME`` (the
        version in production) or ``runs:/RUN``.
    store : Store, optional
        The user's own, or what MLFLOW_TRACKING_URI names.

    Raises
    ------
    MissingExtraError
        If MLflow is not installed.
    TrackingError
        If there is no such model or version, or it is not Coterie's.
    """
    text = str(uri).replace("\\", "/")
    # A Path swallows doubled slashes, and some people write them.
    text = re.sub(r"^(models|runs):/+", r"\1:/", text)
    where = store or Store.find()
    with opened(where) as client:
        location = _location(client, where, text)
        return _fetch(where, location, text)


def _location(client: MlflowClient, store: Store, text: str) -> str:
    """Return where the files of a model are."""
    if text.startswith("runs:/"):
        run = find_run(client, store, text.removeprefix("runs:/").split("/")[0])
        if not run.model_id:
            raise TrackingError(f"Run {run.short_id} has no model.")
        return str(client.get_logged_model(run.model_id).artifact_location)
    matched = _MODEL.fullmatch(text)
    if matched is None:
        raise TrackingError(
            f"{text} names no model. Write models:/NAME@production, models:/NAME/3 or runs:/RUN."
        )
    name = matched["name"]
    if _BY_ID.fullmatch(name):
        return str(client.get_logged_model(name).artifact_location)
    version = _version(client, store, name, matched["alias"], matched["version"])
    return _files_of(client, version)


def _files_of(client: MlflowClient, version: Any) -> str:
    """Return where the files of a registered model's version are."""
    source = str(client.get_model_version_download_uri(version.name, version.version))
    if source.startswith("models:/"):
        return str(client.get_logged_model(source.removeprefix("models:/")).artifact_location)
    return source


def _version(
    client: MlflowClient, store: Store, name: str, alias: str | None, version: str | None
) -> Any:
    """Return a version of a registered model; say what there is where it is not."""
    models = {model.name: model for model in every_model(client)}
    if name not in models:
        known = f"It has: {', '.join(sorted(models))}." if models else "It has none yet."
        raise TrackingError(
            f"There is no model {name} in {store.where}. {known} Register a run's with: "
            f"coterie runs promote RUN --name {name}"
        )
    versions = client.search_model_versions(f"name = '{name}'")
    numbers = sorted(int(one.version) for one in versions)
    wanted = version
    if version == "latest" and numbers:
        wanted = str(numbers[-1])
    elif version is None:
        wanted = models[name].aliases.get(alias or PRODUCTION)
        if wanted is None:
            aliases = ", ".join(sorted(models[name].aliases)) or "none"
            raise TrackingError(
                f"No version of {name} has the alias {alias or PRODUCTION} (aliases: {aliases}). "
                f"Set it with: coterie runs promote RUN --name {name}"
            )
    found = next((one for one in versions if str(one.version) == str(wanted)), None)
    if found is None:
        said = ", ".join(map(str, numbers)) or "none"
        raise TrackingError(f"{name} has no version {wanted}; it has: {said}.")
    return found


def _fetch(store: Store, location: str, text: str) -> Path:
    """Return the bundle among a model's files; what is elsewhere is fetched once and kept."""
    mlflow = import_mlflow()
    kept = store.home / "fetched" / hashlib.sha256(location.encode()).hexdigest()[:24] / BUNDLE
    if kept.is_file():
        return kept
    wanted = f"{location.rstrip('/')}/data/{BUNDLE}"
    store.make_home()
    work = store.home / f"{PART}{new_id()}"
    work.mkdir(mode=0o700)
    try:
        found = Path(
            mlflow.artifacts.download_artifacts(
                artifact_uri=wanted, dst_path=str(work), tracking_uri=store.uri
            )
        )
        if work not in found.parents:
            return found
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        found.replace(kept)
        return kept
    except Exception as fault:
        raise TrackingError(
            f"{text} is no model of Coterie's, or its files are gone: there is no {BUNDLE} at "
            f"{location}."
        ) from fault
    finally:
        shutil.rmtree(work, ignore_errors=True)
