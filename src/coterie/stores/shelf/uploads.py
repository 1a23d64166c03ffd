"""Uploads: files of a person's own, by their content, checked before anything opens them."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from coterie.errors import EmptyTableError
from coterie.stores.shelf.faults import (
    NoSuchUploadError,
    StorageFullError,
    UploadTooLargeError,
    storing,
)
from coterie.stores.shelf.names import safe_file_name
from coterie.stores.shelf.places import (
    PART,
    Places,
    alone,
    is_id,
    new_id,
    read_json,
    remove,
    sync_folder,
    write_json,
)
from coterie.stores.shelf.unpacking import check_upload

MEGABYTE = 1_000_000
RESERVE = 50 * MEGABYTE
"""So many bytes of the disk are left free for accounts and studies."""

_STEP = 1 << 20


@dataclass(frozen=True)
class Upload:
    """A file that a person gave.

    Attributes
    ----------
    id : str
        From its content: the same file given twice is one upload.
    name : str
        Safe to show and to use in a path.
    path : Path
        Its last part is `name`.
    size : int
        In bytes.
    uploaded_at : datetime
        In UTC.
    """

    id: str
    name: str
    path: Path
    size: int
    uploaded_at: datetime


def accept(
    places: Places, owner: int, filename: str, content: bytes | IO[bytes], limit_mb: float
) -> Upload:
    """Keep a file, whole, once it is found to be of a size and a kind that can be opened."""
    name = safe_file_name(filename)
    folder = places.uploads / str(int(owner))
    work = folder / f"{PART}{new_id()}"
    try:
        with storing():
            folder.mkdir(exist_ok=True, mode=0o700)
            work.mkdir(mode=0o700)
            file = work / name
            digest, size = _copy(content, file, name, limit_mb)
        check_upload(file, name)
        found = {
            "name": name,
            "size": size,
            "uploaded_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        }
        write_json(work / "upload.json", found)
        target = folder / digest[:32]
        with alone(folder):
            _put(work, target)
    except BaseException:
        with suppress(OSError):  # What is left is swept at the next start.
            remove(work)
        raise
    return _read(target)


def _copy(content: bytes | IO[bytes], target: Path, name: str, limit_mb: float) -> tuple[str, int]:
    """Copy to the disk piece by piece, up to the limit; return the digest and the size."""
    source = io.BytesIO(content) if isinstance(content, bytes | bytearray) else content
    most = int(limit_mb * MEGABYTE)
    free = shutil.disk_usage(target.parent).free - RESERVE
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as out:
        while piece := source.read(_STEP):
            size += len(piece)
            if size > most:
                raise UploadTooLargeError(name, limit_mb)
            if size > free:
                raise StorageFullError
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if not size:
        raise EmptyTableError(
            f"{name} is empty. Coterie needs a header and at least one row. Choose another file."
        )
    return digest.hexdigest(), size


def _put(work: Path, target: Path) -> None:
    """Give the upload its place; what was looked at of the same content stays known."""
    if target.exists():
        # The newest name counts, and nothing that reads the old file is disturbed.
        old = _read(target)
        new = work / read_json(work / "upload.json")["name"]
        if old.path.name != new.name:
            new.replace(target / new.name)
        (work / "upload.json").replace(target / "upload.json")
        remove(work)
    else:
        work.rename(target)
    sync_folder(target.parent)


def listed(places: Places, owner: int) -> list[Upload]:
    """Return a person's uploads, newest first."""
    folders = (places.uploads / str(int(owner))).glob("*")
    found = [_read(folder) for folder in folders if is_id(folder.name)]
    return sorted(found, key=lambda upload: upload.uploaded_at, reverse=True)


def find(places: Places, upload_id: str, owner: int) -> Upload:
    """Return one of a person's uploads.

    Raises
    ------
    NoSuchUploadError
    """
    folder = places.uploads / str(int(owner)) / upload_id if is_id(upload_id) else None
    if folder is None or not (folder / "upload.json").exists():
        raise NoSuchUploadError
    return _read(folder)


def _read(folder: Path) -> Upload:
    """Read what is known of an upload."""
    known: dict[str, Any] | None = read_json(folder / "upload.json")
    if known is None:
        raise NoSuchUploadError
    return Upload(
        id=folder.name,
        name=known["name"],
        path=folder / known["name"],
        size=known["size"],
        uploaded_at=datetime.fromisoformat(known["uploaded_at"]),
    )
