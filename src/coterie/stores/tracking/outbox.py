"""The outbox: what is to be logged waits here, whole, until it is; and longer if that fails."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coterie.stores.shelf.places import PART, new_id, read_json, remove
from coterie.stores.tracking.store import Store
from coterie.tables.writing import write_content

FOLDER = "waiting"
RECORD = "record.json"
BUNDLE = "segmentation.zip"
ARTIFACTS = "artifacts"
FAULT = "fault.json"
BEGUN = "begun.json"
STALE_SECONDS = 3_600


@dataclass(frozen=True)
class Entry:
    """One training that is to be logged.

    Attributes
    ----------
    folder : Path
        Holds ``record.json``, ``segmentation.zip`` and ``artifacts/``; where pictures and report
        are still to be made, ``making/`` too.
    """

    folder: Path

    @property
    def record(self) -> dict[str, Any]:
        """What is to be logged, as `describe_study` said it."""
        found: dict[str, Any] = read_json(self.folder / RECORD)
        return found

    @property
    def bundle(self) -> Path:
        """The model."""
        return self.folder / BUNDLE

    @property
    def artifacts(self) -> Path:
        """The files to be logged beside the model."""
        return self.folder / ARTIFACTS

    @property
    def fault(self) -> str:
        """Why it could not be logged; empty if it was not tried yet."""
        return str(read_json(self.folder / FAULT, {}).get("reason", ""))

    def note(self, file: str, value: Mapping[str, Any]) -> None:
        """Keep a few words about the sending in the entry."""
        write_content(json.dumps(value).encode(), self.folder / file)


def put(
    store: Store,
    record: Mapping[str, Any],
    *,
    bundle: Path | bytes,
    files: Mapping[str, Path] | None = None,
    making: Mapping[str, Any] | None = None,
) -> Entry:
    """Put a training into the outbox, whole or not at all.

    Parameters
    ----------
    store : Store
    record : mapping
        From `describe_study`.
    bundle : Path or bytes
    files : mapping of str to Path
        Files to copy, by the name they are logged under.
    making : mapping of str to plain values
        What pictures and report are made from later, a JSON file each.
    """
    store.make_home()
    waiting = store.home / FOLDER
    waiting.mkdir(exist_ok=True, mode=0o700)
    part = waiting / f"{PART}{new_id()}"
    try:
        (part / ARTIFACTS).mkdir(parents=True, mode=0o700)
        if isinstance(bundle, bytes):
            (part / BUNDLE).write_bytes(bundle)
        else:
            shutil.copyfile(bundle, part / BUNDLE)
        for name, path in (files or {}).items():
            (part / ARTIFACTS / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, part / ARTIFACTS / name)
        for name, value in (making or {}).items():
            (part / "making").mkdir(exist_ok=True)
            (part / "making" / name).write_text(json.dumps(value, allow_nan=False))
        plain = {**record, "target": store.target, "where": store.where}
        (part / RECORD).write_text(json.dumps(plain, ensure_ascii=False, allow_nan=False))
        # In the order of time, so that runs are logged in it.
        target = waiting / f"{time.time_ns():020d}-{new_id()}"
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Entry(target)


def waiting(store: Store) -> list[Entry]:
    """Return what is to be logged in a store, oldest first."""
    return [entry for entry in every_entry(store) if entry.record["target"] == store.target]


def every_entry(store: Store) -> list[Entry]:
    """Return what waits in a folder, whatever store it is for; oldest first."""
    folder = store.home / FOLDER
    if not folder.is_dir():
        return []
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return [Entry(path) for path in paths if (path / RECORD).is_file()]


def sweep(store: Store) -> None:
    """Remove what a killed process left half-put, once it must be dead."""
    for left in (store.home / FOLDER).glob(f"{PART}*"):
        if time.time() - left.stat().st_mtime > STALE_SECONDS:
            remove(left)
