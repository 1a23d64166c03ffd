"""A Segmentation as one file: a zip of JSON and arrays, never a pickle.

Members, in this order: ``arrays/*.npy`` (NumPy format 1.0), ``manifest.json`` (UTF-8,
sorted keys; an array stands as ``{"$array": "arrays/centres.npy"}``; ``sha256`` holds the digest of
every array) and ``manifest.sha256`` (the digest of the manifest). Nothing is compressed and no
time is stored, so that the same model gives the same bytes.

What the protocols say of the clusters:

1. ``clustering`` is ``method`` and ``centres``: all are placed by the nearest centre.
2. ``clustering`` has a ``kind`` too, which says what it consists of and how it places: see
   `cluster.kinds`. Computed columns may ask whether a category is a certain choice (``is``).
3. As 2, with the kind ``grid``. Other models are still written as 2, which older versions read.

To raise the protocol: add 1 to `PROTOCOL`, keep the reader of the old one in `READERS`, add a
bundle written by the old version to ``tests/unit/stores/bundles`` (a test opens each of them), and
say in this docstring what changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from coterie.cluster.base import CentreClustering, Clustering
from coterie.cluster.grid import GridClustering
from coterie.cluster.kinds import clustering_from_dict, clustering_to_dict
from coterie.cluster.partial import Spreads
from coterie.errors import (
    DamagedBundleError,
    ForeignBundleError,
    MissingFileError,
    NewerBundleError,
)
from coterie.insight.rules import Rules
from coterie.prepare.cleaning import Cleaning
from coterie.prepare.features import Derived
from coterie.prepare.scaling import Scaling
from coterie.schema import Schema
from coterie.segmentation import Segment, Segmentation
from coterie.tables.writing import write_content

FORMAT = "coterie-segmentation"
PROTOCOL = 3
MANIFEST = "manifest.json"
DIGEST = "manifest.sha256"
LARGEST_MEMBER = 64 * 2**20
EPOCH = (1980, 1, 1, 0, 0, 0)


def save_bundle(segmentation: Segmentation, path: str | Path) -> Path:
    """Write a Segmentation to `path`, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written; what was there before stays as it was.
    """
    target = Path(path)
    write_content(bundle_bytes(segmentation), target)
    return target


def bundle_bytes(segmentation: Segmentation) -> bytes:
    """Return the bundle as bytes: the same Segmentation gives the same bytes."""
    arrays: dict[str, bytes] = {}
    manifest = {
        "format": FORMAT,
        "protocol": PROTOCOL if isinstance(segmentation.clustering, GridClustering) else 2,
        "segmentation": _pack(_plain(segmentation), "segmentation", arrays),
        "sha256": {name: _digest(content) for name, content in arrays.items()},
    }
    text = json.dumps(
        manifest, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False
    ).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            archive.writestr(_member(name), arrays[name])
        archive.writestr(_member(MANIFEST), text)
        archive.writestr(_member(DIGEST), _digest(text) + "\n")
    return buffer.getvalue()


def load_bundle(path: str | Path) -> Segmentation:
    """Read a Segmentation that `save_bundle` wrote, by this version or an older one.

    Raises
    ------
    MissingFileError
        If there is no such file.
    ForeignBundleError, DamagedBundleError, NewerBundleError
        If it is no bundle, was truncated or edited, or needs a newer Coterie.
    """
    source = Path(path)
    if not source.is_file():
        raise MissingFileError(f"There is no bundle {source}. Check the path.")
    members = _read_members(source)
    manifest = _read_manifest(source, members)
    arrays = {}
    for name, digest in manifest.get("sha256", {}).items():
        content = members.get(name)
        if content is None or _digest(content) != digest:
            raise _damaged(source, f"its part {name} is missing or was changed")
        arrays[name] = np.load(io.BytesIO(content), allow_pickle=False)
    try:
        return READERS[manifest["protocol"]](_unpack(manifest["segmentation"], arrays))
    except (KeyError, TypeError, ValueError, IndexError) as fault:
        raise _damaged(source, "its content does not fit together") from fault


def _plain(model: Segmentation) -> dict[str, Any]:
    """Segmentation -> plain JSON values and arrays."""
    return {
        "schema": model.schema.to_dict(),
        "cleaning": model.cleaning.to_dict(),
        "derived": [definition.to_dict() for definition in model.derived],
        "scaling": model.scaling.to_dict(),
        "clustering": clustering_to_dict(model.clustering),
        "temperature": model.temperature,
        "segments": [segment.to_dict() for segment in model.segments],
        "rules": model.rules.to_dict(),
        "ranges": {name: list(bounds) for name, bounds in model.ranges.items()},
        "k_reason": model.k_reason,
        "verdict": dict(model.verdict),
        "provenance": dict(model.provenance),
        # Older versions leave it unread, and place complete records alike.
        **({"spreads": model.spreads.to_dict()} if model.spreads is not None else {}),
    }


def _read_protocol_1(plain: Mapping[str, Any]) -> Segmentation:
    """Build a Segmentation from protocol 1's plain values."""
    found = plain["clustering"]
    return _built(plain, CentreClustering(centres=found["centres"], method=found["method"]))


def _read_protocol_2(plain: Mapping[str, Any]) -> Segmentation:
    """Build a Segmentation from protocol 2's plain values."""
    return _built(plain, clustering_from_dict(plain["clustering"]))


def _built(plain: Mapping[str, Any], clustering: Clustering) -> Segmentation:
    """Build a Segmentation from what all protocols say alike, and its clusters."""
    return Segmentation(
        schema=Schema.from_dict(plain["schema"]),
        cleaning=Cleaning.from_dict(plain["cleaning"]),
        derived=tuple(Derived.from_dict(one) for one in plain["derived"]),
        scaling=Scaling.from_dict(plain["scaling"]),
        clustering=clustering,
        temperature=plain["temperature"],
        segments=tuple(Segment.from_dict(one) for one in plain["segments"]),
        rules=Rules.from_dict(plain["rules"]),
        ranges={name: (low, high) for name, (low, high) in plain["ranges"].items()},
        k_reason=plain["k_reason"],
        verdict=plain["verdict"],
        provenance=plain["provenance"],
        spreads=Spreads.from_dict(plain["spreads"]) if "spreads" in plain else None,
    )


READERS: dict[int, Callable[[Mapping[str, Any]], Segmentation]] = {
    1: _read_protocol_1,
    2: _read_protocol_2,
    3: _read_protocol_2,
}


def _pack(value: Any, where: str, arrays: dict[str, bytes]) -> Any:
    """Replace the arrays inside a plain value by references, collecting their bytes."""
    if isinstance(value, np.ndarray):
        name = f"arrays/{where}.npy"
        buffer = io.BytesIO()
        np.lib.format.write_array(
            buffer, np.ascontiguousarray(value), version=(1, 0), allow_pickle=False
        )
        arrays[name] = buffer.getvalue()
        return {"$array": name}
    if isinstance(value, Mapping):
        return {str(key): _pack(one, f"{where}.{key}", arrays) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_pack(one, f"{where}.{i}", arrays) for i, one in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _unpack(value: Any, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    """Undo `_pack`."""
    if isinstance(value, dict):
        if set(value) == {"$array"}:
            return arrays[value["$array"]]
        return {key: _unpack(one, arrays) for key, one in value.items()}
    if isinstance(value, list):
        return [_unpack(one, arrays) for one in value]
    return value


def _read_members(source: Path) -> dict[str, bytes]:
    """Read every member of the zip, bounded in size."""
    try:
        with zipfile.ZipFile(source) as archive:
            infos = archive.infolist()
            if MANIFEST not in {info.filename for info in infos}:
                raise ForeignBundleError(
                    f"{source} is a zip file, but not a Coterie bundle: it has no {MANIFEST}."
                )
            for info in infos:
                if info.file_size > LARGEST_MEMBER or info.compress_type != zipfile.ZIP_STORED:
                    raise _damaged(source, f"its part {info.filename} was not written by Coterie")
            return {info.filename: archive.read(info) for info in infos}
    except zipfile.BadZipFile as fault:
        if source.read_bytes()[:2] == b"PK":
            raise _damaged(source, "it is truncated or was changed") from fault
        raise ForeignBundleError(
            f"{source} is not a Coterie bundle. Give the segmentation.zip that "
            "'coterie segment' wrote."
        ) from fault
    except (OSError, EOFError, NotImplementedError, RuntimeError) as fault:
        raise _damaged(source, "it cannot be read to its end") from fault


def _read_manifest(source: Path, members: Mapping[str, bytes]) -> dict[str, Any]:
    """Read the manifest, once its format, digest and protocol are found to be right."""
    text = members[MANIFEST]
    try:
        manifest = json.loads(text)
    except ValueError as fault:
        raise _damaged(source, f"its {MANIFEST} cannot be read") from fault
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ForeignBundleError(f"{source} is a zip file, but not a Coterie bundle.")
    if members.get(DIGEST, b"").decode("ascii", "replace").strip() != _digest(text):
        raise _damaged(source, f"its {MANIFEST} was changed")
    protocol = manifest.get("protocol")
    if isinstance(protocol, int) and protocol > PROTOCOL:
        raise NewerBundleError(
            f"{source} was written by a newer Coterie (protocol {protocol}, this one reads up to "
            f"{PROTOCOL}). Update with: pip install --upgrade coterie"
        )
    if protocol not in READERS:
        raise _damaged(source, f"its protocol is {protocol!r}")
    return manifest


def _member(name: str) -> zipfile.ZipInfo:
    """Return a zip entry without a time or a system's mark."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


def _digest(content: bytes) -> str:
    """Return the SHA-256 of bytes, as hex."""
    return hashlib.sha256(content).hexdigest()


def _damaged(source: Path, what: str) -> DamagedBundleError:
    """Return the error for a bundle that is not as it was written."""
    return DamagedBundleError(
        f"The bundle {source} is damaged: {what}. Use another copy, or train again with "
        "'coterie segment'."
    )
